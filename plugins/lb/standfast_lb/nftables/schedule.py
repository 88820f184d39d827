"""From a scheduler and weights to a drawn number and a table of slots. Pure, with a memory for each service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Generic, TypeVar

from standfast.api import Pool
from standfast.net.nft import terms as t
from standfast.net.nft.types import INTEGER, ORDERED_INTEGER, Type, number32
from standfast_lb.nftables.slots import WHOLE, fill, heaviest, intervals, maglev, maglev_size, table_size
from standfast_lb.nftables.ways import Side

SEED: Final = 0x5F3759DF
"""Of all hashes: the same on every balancer, so that a connection survives a take-over."""
DEFAULT: Final = "wlc"
"""What the configuration has when nobody chose. It counts connections, which rules cannot: here it is `wrr`."""
BY_TURNS: Final = frozenset(("rr", "wrr", "fo", DEFAULT))
BY_HASH: Final = frozenset(("sh", "mh", "dh"))
POSSIBLE: Final = (BY_TURNS - {DEFAULT}) | BY_HASH | {"random"}
"""Schedulers that rules can play."""
_EQUAL: Final = frozenset(("rr", "dh"))
"""They ask only whether a weight is above 0, as in the kernel."""

S = TypeVar("S", bound=bytes)


@dataclass(slots=True)
class Memory:
    """What a service's slots were, so that a change of servers is few edits and the kernel's counter goes on."""

    size: int = 0
    slots: list[bytes] = field(default_factory=list)
    seen: dict[bytes, int] = field(default_factory=dict)
    """Servers that were ever counted, and the mark that each has (DR)."""
    scheduler: str = ""
    """Whose slots they are: another one begins anew."""
    keys: dict[object, tuple[int, Mapping[bytes, None]]] = field(default_factory=dict)
    """What :meth:`keys_for` has made, and of how many servers."""
    most: int = 0
    """The most servers that there were at one time."""
    ported: bool = False
    """Servers have ports of their own; of no servers it cannot be told, and counters are to stay."""

    def meet(self, servers: Iterable[bytes]) -> None:
        """Remember these, too; forget old ones when they are the most.

        Those that fail and come back are none the less known: forgetting a thousand counters costs as much as removing
        the servers themselves.
        """
        present = dict.fromkeys(servers)
        self.most = max(self.most, len(present))
        if len(self.seen) > 2 * self.most + 16:
            self.seen = {server: mark for server, mark in self.seen.items() if server in present}
            self.keys = {}
            self.most = len(present)
        taken = set(self.seen.values())
        following = 1
        for server in present:
            if server not in self.seen:
                while following in taken:
                    following += 1
                taken.add(following)
                self.seen[server] = following

    def keys_for(self, purpose: object, make: Callable[[], Iterable[bytes]]) -> Mapping[bytes, None]:
        """Keys that ``make`` derives from all servers that are known: made once, as long as nobody is new."""
        known = self.keys.get(purpose)
        if known is None or known[0] != len(self.seen):
            known = self.keys[purpose] = len(self.seen), dict.fromkeys(make())
        return known[1]


@dataclass(frozen=True, slots=True)
class Schedule(Generic[S]):
    """A number, and whose slot it is."""

    terms: tuple[t.Term, ...]
    """The number; a second one for packets without ports, where the first needs them."""
    key: Type
    interval: bool
    slots: Mapping[bytes, bytes]
    """Key in the map -> server. Empty: nobody gets anything."""


def schedule(pool: Pool, side: Side, weights: Mapping[bytes, int], memory: Memory) -> Schedule[bytes]:
    """How the pool's scheduler is played. ``weights``: by server, in the configuration's order."""
    counted = {server: min(weight, 1) for server, weight in weights.items()} if pool.scheduler in _EQUAL else weights
    if memory.scheduler != pool.scheduler:
        memory.scheduler, memory.size, memory.slots = pool.scheduler, 0, []
    if pool.scheduler == "random":
        return Schedule((t.Ordered(t.Numbered(WHOLE, random=True)),), ORDERED_INTEGER, True, _intervals(counted))
    if pool.scheduler in BY_HASH:
        memory.size = maglev_size(len(counted))
        memory.slots = maglev(counted, memory.size)
        terms: tuple[t.Term, ...] = tuple(t.Hashed(each, memory.size, SEED) for each in _hashed(pool, side))
    else:
        if pool.scheduler == "fo":
            counted = dict.fromkeys(heaviest(counted), 1)
            memory.size = 1
        else:
            memory.size = table_size(list(counted.values()), memory.size)
        memory.slots = fill(counted, memory.size, memory.slots)
        terms = (t.Numbered(memory.size),)
    return Schedule(terms, INTEGER, False, dict(zip(_numbers(memory.size), memory.slots, strict=False)))


@lru_cache(maxsize=64)
def _numbers(size: int) -> tuple[bytes, ...]:
    """0, 1, 2 ... as keys."""
    return tuple(map(number32, range(size)))


def _hashed(pool: Pool, side: Side) -> tuple[t.Term, ...]:
    if pool.scheduler == "dh":
        return (side.destination,)
    if "flag-2" not in pool.flags:
        return (side.source,)
    both = t.joined(side.source, t.SOURCE_PORT)
    return (both, side.source) if any(entrance.first is None for entrance in pool.entrances) else (both,)


def _intervals(weights: Mapping[bytes, int]) -> dict[bytes, bytes]:
    return {first.to_bytes(4, "big") + last.to_bytes(4, "big"): server for first, last, server in intervals(weights)}
