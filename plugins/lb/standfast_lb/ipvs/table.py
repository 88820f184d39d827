"""From pools to what the kernel's table is to contain for them: every address and port a service of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from standfast.api import Address, Entrance, Member, Persistence, Pool
from standfast_lb.ipvs.entries import (
    CHECKSUMS,
    FLAG_PERSISTENT,
    FLAGS,
    METHODS,
    PROTOCOLS,
    TUNNELS,
    Dest,
    DestKey,
    Service,
    ServiceKey,
)


class Entry(NamedTuple):
    """One service as it is to be."""

    pool: str
    service: Service
    dests: Mapping[DestKey, Dest]
    """In the configuration's order, which round robin follows."""


Table = Mapping[ServiceKey, Entry]


def table_of(pools: Iterable[Pool], marks: Mapping[str, int]) -> dict[ServiceKey, Entry]:
    """What is to be in the kernel; ``marks``: pools that are reached by a mark which our own firewall rules set."""
    table: dict[ServiceKey, Entry] = {}
    for pool in pools:
        service = service_of(pool)
        by_port: dict[int, Mapping[DestKey, Dest]] = {}
        for key in keys_of(pool, marks.get(pool.name)):
            if key.port not in by_port:
                by_port[key.port] = dict(_dests(pool.members, key.port))
            table[key] = Entry(pool.name, service, by_port[key.port])
    return table


def keys_of(pool: Pool, mark: int | None = None) -> Iterator[ServiceKey]:
    """The services of a pool."""
    if mark is not None:
        yield ServiceKey(pool.family, 0, None, 0, mark)
        return
    protocol = PROTOCOLS.get(pool.protocol, 0)
    for entrance in pool.entrances:
        if entrance.first is None:
            yield ServiceKey(entrance.family or pool.family, 0, None, 0, entrance.mark)
            continue
        for port in ports(entrance):
            for address in addresses(entrance):
                yield ServiceKey(address.family, protocol, address, port, 0)


def addresses(entrance: Entrance) -> Iterator[Address]:
    """All of a range, both ends included."""
    first, last = entrance.first, entrance.last or entrance.first
    if first is None or last is None:
        return
    begin, end = int.from_bytes(first.packed, "big"), int.from_bytes(last.packed, "big")
    for number in range(begin, end + 1):
        yield Address(first.family, number.to_bytes(len(first.packed), "big"))


def ports(entrance: Entrance) -> range:
    """All of a range, both ends included."""
    return range(entrance.port, (entrance.last_port or entrance.port) + 1)


def service_of(pool: Pool) -> Service:
    """Scheduler, flags and persistence; the flag of persistence belongs to the latter."""
    flags = sum(FLAGS[name] for name in pool.flags)
    persistence = pool.persistence
    if persistence is None:
        return Service(pool.scheduler, flags, 0, _netmask(pool, None), "")
    mask = _netmask(pool, persistence)
    return Service(pool.scheduler, flags | FLAG_PERSISTENT, persistence.timeout_s, mask, persistence.engine)


def _netmask(pool: Pool, persistence: Persistence | None) -> int:
    bits = persistence.granularity if persistence else 32 if pool.family == 4 else 128
    if pool.family == 6:
        return bits
    if persistence and persistence.mask:
        return int.from_bytes(persistence.mask.packed, "big")
    return (0xFFFFFFFF << (32 - bits)) & 0xFFFFFFFF


def place_of(member: Member, service_port: int) -> DestKey:
    """Where the kernel has a member of a service. Only NAT can change a port."""
    nat = member.forwarding.method == "NAT"
    return DestKey(member.address, (member.port or service_port) if nat else service_port)


def _dests(members: Iterable[Member], service_port: int) -> Iterator[tuple[DestKey, Dest]]:
    """Of two members that come to the same place the first counts."""
    seen = set()
    for member in members:
        place = place_of(member, service_port)
        if place not in seen:
            seen.add(place)
            yield place, dest_of(member)


def dest_of(member: Member) -> Dest:
    """Weight, thresholds and the way there."""
    way = member.forwarding
    gue = way.tunnel == "gue"
    tunnel = (TUNNELS[way.tunnel], way.port if gue else 0, CHECKSUMS[way.checksum]) if way.method == "TUN" else ()
    return Dest(METHODS[way.method], member.weight, member.uthreshold, member.lthreshold, *tunnel)
