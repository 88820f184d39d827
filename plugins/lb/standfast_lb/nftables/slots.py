"""Who gets the next connection: tables of slots, filled by weight. Pure.

A rule draws a number below the table's size and a map says whose slot that is. The size stays as servers come and go,
because the kernel's counter starts at 0 again when its rule is replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from heapq import heapify, heappop, heappush
from math import gcd
from typing import Final, TypeVar

Server = TypeVar("Server")

SIZES: Final = (1, 12, 60, 120, 240, 420, 840)
"""Numbers that many numbers divide: the shares stay even when one server of a few fails."""
LARGEST: Final = 1024
REFILLED: Final = 16
"""With so many servers a table is filled anew in smooth order; with more, only the slots that must are given away."""
MAGLEV_SIZES: Final = (251, 1021, 4093, 16381, 65537)
"""Primes, at least a hundred for each server as long as there are any."""
WHOLE: Final = 1 << 16
"""The size of a table of intervals."""


def reduced(weights: Sequence[int]) -> tuple[int, ...]:
    """The same ratios in the smallest numbers."""
    divisor = gcd(*weights) if weights else 0
    return tuple(weight // divisor for weight in weights) if divisor else tuple(weights)


def table_size(weights: Sequence[int], previous: int = 0) -> int:
    """How many slots: ``previous`` as long as it has one for each server."""
    whole = sum(reduced([weight for weight in weights if weight > 0]))
    servers = sum(weight > 0 for weight in weights)
    if previous and (previous >= whole or previous >= max(LARGEST, servers)):
        return previous
    if len(weights) == 1:
        return 1
    if whole > LARGEST:
        return max(LARGEST, servers)
    for size in SIZES[1:]:
        if size % max(whole, 1) == 0 and size >= 2 * whole:
            return size
    return whole * max(1, -(-64 // whole))


def apportion(weights: Sequence[int], size: int) -> list[int]:
    """Slots for each weight: in proportion, at least 1 for each above 0, exactly ``size`` together.

    Raises :class:`ValueError` if there are more servers than slots.
    """
    served = [place for place, weight in enumerate(weights) if weight > 0]
    if len(served) > size:
        raise ValueError(f"{len(served)} servers and {size} slots")
    counts = [0] * len(weights)
    if not served:
        return counts
    whole = sum(weights[place] for place in served)
    if whole == weights[served[0]] * len(served) == max(weights) * len(served):  # the usual case: all alike
        each, over = divmod(size, len(served))
        for turn, place in enumerate(served):
            counts[place] = each + (turn < over)
        return counts
    for place in served:
        counts[place] = max(1, weights[place] * size // whole)
    # What is left over goes to those that are furthest below their share; minimums are paid by the richest.
    left = size - sum(counts)
    shares = {place: weights[place] * size / whole for place in served}
    for place in sorted(served, key=lambda at: (counts[at] - shares[at], at))[: max(left, 0)]:
        counts[place] += 1
    while (over := sum(counts) - size) > 0:
        rich = max(served, key=lambda at: (counts[at] - shares[at] if counts[at] > 1 else -size, -at))
        counts[rich] -= min(over, max(1, counts[rich] - max(1, round(shares[rich]))))
    return counts


def smooth(counts: Sequence[int]) -> list[int]:
    """Places in the order of smooth weighted round robin, each as often as ``counts`` says (3 and 1: 0 0 1 0)."""
    small = reduced(counts)
    whole = sum(small)
    if not whole:
        return []
    repeats = sum(counts) // whole
    if len(set(small) - {0}) == 1:
        return [place for place, count in enumerate(small) if count] * repeats
    if whole * len(small) <= 50_000:
        return _exact(small) * repeats
    return _by_position(small) * repeats


def _exact(weights: Sequence[int]) -> list[int]:
    """Every weight grows by itself each step; the largest is taken and pays the sum."""
    whole = sum(weights)
    credit = [0] * len(weights)
    order = []
    for _step in range(whole):
        for place, weight in enumerate(weights):
            credit[place] += weight
        best = max(range(len(weights)), key=credit.__getitem__)
        credit[best] -= whole
        order.append(best)
    return order


def _by_position(weights: Sequence[int]) -> list[int]:
    """Nearly the same for many servers: each occurrence in the middle of its share of the circle."""
    queue = [(0.5 / weight, place, 0) for place, weight in enumerate(weights) if weight]
    heapify(queue)
    order = []
    while queue:
        _at, place, turn = heappop(queue)
        order.append(place)
        if turn + 1 < weights[place]:
            heappush(queue, ((turn + 1.5) / weights[place], place, turn + 1))
    return order


def fill(weights: Mapping[Server, int], size: int, previous: Sequence[Server] = ()) -> list[Server]:
    """A table of ``size`` slots; empty if no weight is above 0 (none may be below).

    ``previous``: what was there. With many servers what may stay does, so that a change is few edits.
    """
    servers = list(weights)
    counts = apportion(list(weights.values()), size)
    if not sum(counts):
        return []
    if len(servers) <= REFILLED or len(previous) != size:
        return [servers[place] for place in smooth(counts)]
    return _rearranged(dict(zip(servers, counts, strict=True)), previous)


def _rearranged(counts: dict[Server, int], previous: Sequence[Server]) -> list[Server]:
    had = Counter(previous)
    surplus = {server: count - counts.get(server, 0) for server, count in had.items() if count > counts.get(server, 0)}
    wanting = {server: count - had.get(server, 0) for server, count in counts.items() if count > had.get(server, 0)}
    servers = list(wanting)
    takers = [servers[place] for place in smooth(list(wanting.values()))]
    table = list(previous)
    if not takers:
        return table
    following = iter(takers)
    for slot, server in enumerate(table):
        if surplus.get(server, 0):
            surplus[server] -= 1
            table[slot] = next(following)
    return table


def intervals(weights: Mapping[Server, int], size: int = WHOLE) -> Iterator[tuple[int, int, Server]]:
    """First and last number of each server's share of ``size``, for random choice. Nothing if all weights are 0."""
    servers = [server for server, weight in weights.items() if weight > 0]
    begin = 0
    for server, count in zip(servers, apportion([weights[server] for server in servers], size), strict=True):
        yield begin, begin + count - 1, server
        begin += count


def maglev_size(servers: int) -> int:
    """The table's size: derived from the configuration alone, so that two balancers agree."""
    return next((size for size in MAGLEV_SIZES if size >= 100 * servers), MAGLEV_SIZES[-1])


def maglev(weights: Mapping[bytes, int], size: int) -> list[bytes]:
    """A table by Maglev's method (Eisenbud and others, 2016), servers taking turns by weight.

    Every server walks the slots in an order of its own, which only its key decides; so a server that goes moves few
    of the others' clients, and every balancer with these servers computes the same. ``size`` must be prime.
    """
    servers = sorted(server for server, weight in weights.items() if weight > 0)
    if not servers:
        return []
    turns = smooth(_small([weights[server] for server in servers], size))
    walks = [_walk(server, size) for server in servers]
    at = [offset for offset, _skip in walks]
    table: list[bytes | None] = [None] * size
    left = size
    while True:
        for turn in turns:
            slot, skip = at[turn], walks[turn][1]
            while table[slot] is not None:
                slot = (slot + skip) % size
            table[slot] = servers[turn]
            at[turn] = (slot + skip) % size
            left -= 1
            if not left:
                return [server for server in table if server is not None]


def _small(weights: Sequence[int], size: int) -> tuple[int, ...]:
    """Ratios whose sum fits into the table several times."""
    small = reduced(weights)
    room = max(len(small), size // 4)
    return small if sum(small) <= room else tuple(apportion(small, room))


def _walk(server: bytes, size: int) -> tuple[int, int]:
    """Where it begins and how far it steps."""
    digest = blake2b(server, digest_size=16, key=b"standfast").digest()
    return int.from_bytes(digest[:8], "big") % size, int.from_bytes(digest[8:], "big") % (size - 1) + 1


def heaviest(weights: Mapping[Server, int]) -> Iterable[Server]:
    """The one with the greatest weight above 0, the first of several; for `fo`."""
    best = max(weights, key=lambda server: weights[server], default=None)
    return [best] if best is not None and weights[best] > 0 else []
