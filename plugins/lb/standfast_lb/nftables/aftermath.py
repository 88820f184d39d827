"""What is left of servers that have gone: their connections, and clients that would come back to them."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from standfast.api import Address, Failure, Pool
from standfast.net.nft.channel import Channel, TransactionRefused
from standfast.net.nft.commands import DeleteElements, Table
from standfast.net.nft.sets import Set
from standfast.net.nft.types import packed
from standfast_lb.nftables.conntrack import Conntrack, Entry, Flow
from standfast_lb.nftables.parts import NOTHING, Part
from standfast_lb.nftables.ways import PROTOCOLS, Door, doors, ports_of

T = TypeVar("T")

_TRIES = 4
_FEW = 8
"""For more servers of a service than that all its connections are read once."""
_MANY = 64
"""The kernel goes through its whole table for each question; instead of more of them everything is read once."""


class Change(NamedTuple):
    """A pool as it was and as it is (None: gone), and the same in the kernel."""

    old: Pool
    new: Pool | None
    was: Part
    now: Part


class Departed(NamedTuple):
    """Servers that have left a pool, as it was then."""

    pool: Pool
    doors: tuple[Door, ...]
    servers: tuple[tuple[Address, int], ...]
    """Address and port; port 0: the one that the client used."""

    @property
    def exact(self) -> list[Door]:
        """Those of one address and port."""
        return [door for door in self.doors if not door.way.kind]

    @property
    def questions(self) -> int:
        """How often the kernel would have to look for them."""
        return len(self.exact) * (len(self.servers) if len(self.servers) <= _FEW else 1)


class Aftermath:
    """Cleans up behind a change of servers: clients at once, connections when somebody has the time."""

    def __init__(self, channel: Channel, conntrack: Conntrack) -> None:
        self._channel = channel
        self._conntrack = conntrack
        self._departed: list[Departed] = []

    def settle(self, change: Change) -> None:
        """Servers that are in ``old`` and not in ``new`` get nothing any more, not even from old clients.

        Servers of weight 0 are in ``new``: what they have begun goes on. The connections of a sorry server that is no
        longer needed go on, too, where they end by themselves (TCP).
        """
        old, new = change.old, change.new
        gone = set(change.was.servers).difference(change.now.servers)
        if not gone:
            return
        if change.now is not NOTHING and old.persistence:
            self._forget_clients(change.now, gone)
        if old.forwarding.method != "NAT" or "ops" in old.flags or _ends_by_itself(old, new):
            return
        gates = tuple(doors(old))
        members = zip(change.was.servers, old.members, ports_of(old, gates), strict=True)
        leaving = tuple((member.address, port) for server, member, port in members if server in gone)
        self._departed.append(Departed(old, gates, leaving))

    def departed(self, pools: Mapping[str, Pool]) -> list[Departed]:
        """Whose connections are left; those that are back in their pool keep them. Each is given once."""
        found, self._departed = self._departed, []
        still = ((each, _but_for(each, pools.get(each.pool.name))) for each in found)
        return [each._replace(servers=servers) for each, servers in still if servers]

    def purge(self, departed: Sequence[Departed]) -> tuple[Failure, ...]:
        """Delete their connections. May take seconds, and may run in a thread."""
        failures = []
        if sum(each.questions for each in departed) > _MANY:
            failures += self._try("", self._purge_all, departed)
        else:
            for each in departed:
                failures += self._try(each.pool.name, self._purge_exact, each)
        for each in departed:
            failures += self._try(each.pool.name, self._purge_others, each)
        return tuple(failures)

    def _try(self, name: str, purge: Callable[[T], None], what: T) -> list[Failure]:
        try:
            purge(what)
        except OSError as error:
            if error.errno != errno.ECANCELED:
                words = f"connections of servers that have gone stay until they time out: {error.strerror or error}"
                return [Failure(pool=name, words=words)]
        return []

    def _purge_exact(self, left: Departed) -> None:
        """By the kernel's filter if servers are few: it goes through all connections for each."""
        for door in left.exact:
            if len(left.servers) > _FEW:
                leaving = {(server.packed, port or door.port) for server, port in left.servers}
                self._conntrack.purge_of(_flow(door, left.servers[0][0], 0), leaving)
                continue
            for server, port in left.servers:
                self._conntrack.purge(_flow(door, server, port or door.port))

    def _purge_all(self, departed: Sequence[Departed]) -> None:
        for family in (4, 6):
            flows = {
                _flow(door, server, port or door.port)
                for each in departed
                for door in each.exact
                for server, port in each.servers
                if server.family == family
            }
            if flows:
                self._conntrack.purge_any(flows)

    def _purge_others(self, left: Departed) -> None:
        """Doors of several addresses and ports, and marks."""
        others = [door for door in left.doors if door.way.kind]
        protocol = PROTOCOLS[left.pool.protocol][0] if left.pool.protocol else 0
        for server, port in left.servers if others else ():
            whole = Flow(server, protocol, port)
            self._conntrack.purge_if(whole, lambda entry: any(_within(door, entry) for door in others))

    def _forget_clients(self, part: Part, gone: set[bytes]) -> None:
        for (table, name), (each, _elements) in part.sets.items():
            if name.startswith("pe_"):
                self._forget(table, each, gone)

    def _forget(self, table: Table, clients: Set, data: set[bytes]) -> None:
        """An element that has just expired by itself spoils a transaction: then look again."""
        for attempt in range(_TRIES):
            found = {
                element.key: None for element in self._channel.elements(table, clients.name) if element.data in data
            }
            if not found:
                return
            try:
                self._channel.commit([DeleteElements(table, clients, found)])
            except TransactionRefused as refused:
                if refused.errno != errno.ENOENT or attempt == _TRIES - 1:
                    raise
            else:
                return


def _but_for(left: Departed, pool: Pool | None) -> tuple[tuple[Address, int], ...]:
    """Without those that are there again."""
    if pool is None:
        return left.servers
    back = set(zip((member.address for member in pool.members), ports_of(pool, tuple(doors(pool))), strict=True))
    return tuple(each for each in left.servers if each not in back)


def _ends_by_itself(old: Pool, new: Pool | None) -> bool:
    return old.serving == "sorry" and old.protocol == "TCP" and new is not None


def _flow(door: Door, server: Address, port: int) -> Flow:
    service = type(server).unpack(door.first[4:-4])
    return Flow(server, door.first[0], port, service, int.from_bytes(door.first[-4:-2], "big"))


def _within(door: Door, entry: Entry) -> bool:
    """Did the client ask for something behind this door? A mark is not written down anywhere: then for all we know."""
    if door.way.kind == "m":
        return True
    asked = packed(bytes((entry.protocol,)), entry.service, entry.service_port.to_bytes(2, "big"))
    parts = ((0, 4), (4, len(asked) - 4), (len(asked) - 4, len(asked)))
    return all(door.first[a:b] <= asked[a:b] <= door.last[a:b] for a, b in parts)
