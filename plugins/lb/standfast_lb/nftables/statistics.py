"""From the kernel's counters to figures for each service and server. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from standfast.api import Counters, Member, Pool, PoolStatistics
from standfast.net.nft.types import number32
from standfast_lb.nftables.names import stem
from standfast_lb.nftables.schedule import Memory
from standfast_lb.nftables.ways import Door, doors, ports_of, servers_of

Count = tuple[int, int]
"""Packets and bytes."""
Read = Callable[[str], Mapping[bytes, Count]]
"""What the elements of a map of ours have counted, by key."""


def statistics(pool: Pool, memory: Memory, nat: Read, direct: Read) -> PoolStatistics:
    """Of one pool. What cannot be counted is None: answers under DR, single packets, answers of marked packets."""
    if pool.forwarding.method == "DR":
        return _direct(pool, memory, direct(f"be_{stem(pool.name)}"))
    if "ops" in pool.flags:
        return PoolStatistics()
    gates = tuple(doors(pool))
    servers, ported = servers_of(pool, gates), any(ports_of(pool, gates))
    members = {
        shown(member): _of_member(gates, server, ported, nat)
        for member, server in zip(pool.members, servers, strict=True)
    }
    return PoolStatistics(pool=_sum(members.values()), members=members)


def shown(member: Member) -> str:
    """As statistics name a server."""
    return f"[{member.address}]:{member.port}"


def _direct(pool: Pool, memory: Memory, counts: Mapping[bytes, Count]) -> PoolStatistics:
    members = {}
    for member, server in zip(pool.members, servers_of(pool, tuple(doors(pool))), strict=True):
        packets, octets = counts.get(number32(memory.seen.get(server, 0)), (0, 0))
        members[shown(member)] = Counters(packets_in=packets, bytes_in=octets)
    return PoolStatistics(pool=_sum(members.values()), members=members)


def _of_member(gates: Sequence[Door], server: bytes, ported: bool, read: Read) -> Counters:
    def added(prefix: str) -> Count:
        keys = ((door.way.name, next(door.server_keys([server], ported=ported))) for door in gates)
        return _added(read(f"{prefix}{way}").get(key) for way, key in keys)

    sums = {prefix: added(prefix) for prefix in ("con", "in")}
    # Answers do not carry the mark.
    answers = added("out") if all(door.way.kind != "m" for door in gates) else (None, None)
    return Counters(
        connections=sums["con"][0],
        packets_in=sums["in"][0],
        bytes_in=sums["in"][1],
        packets_out=answers[0],
        bytes_out=answers[1],
    )


def _added(counts: Iterator[Count | None]) -> Count:
    packets = octets = 0
    for count in counts:
        if count is not None:
            packets, octets = packets + count[0], octets + count[1]
    return packets, octets


def _sum(members: Iterable[Counters]) -> Counters:
    found: dict[str, int | None] = {}
    for counters in members:
        for name in ("connections", "packets_in", "packets_out", "bytes_in", "bytes_out"):
            value = getattr(counters, name)
            found[name] = None if value is None else (found.get(name) or 0) + value
    return Counters(**found)
