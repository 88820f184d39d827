"""By which way packets come to a service: exact address and port, a range, a firewall mark. Keys for each. Pure.

A way has a short name that its maps carry: IP version, then ``r`` for ranges or ``m`` for marks: ``4``, ``6r``, ``4m``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from standfast.api import Address, Entrance, Family, Pool
from standfast.net.nft import terms as t
from standfast.net.nft.sets import INTERVAL
from standfast.net.nft.types import IPV4, IPV6, MARK, PROTOCOL, SERVICE, Type, concatenation, number32, packed

PROTOCOLS = {"TCP": b"\x06", "UDP": b"\x11", "SCTP": b"\x84"}
ANY_PORT = (0, 0xFFFF)
_LONGEST_LIST = 64
"""As many addresses of a range are written one by one, because exact look-ups are quicker and can be counted apart."""


@dataclass(frozen=True, slots=True)
class Side:
    """An IP version, as rules see it."""

    family: Family
    word: str
    """As nft(8) calls it."""
    type: Type
    source: t.Field
    destination: t.Field
    original: t.Field
    """The destination that the client used."""
    server: t.Field
    """The server that was chosen for a connection."""


SIDES: dict[int, Side] = {
    4: Side(4, "ip", IPV4, t.IP_SOURCE, t.IP_DESTINATION, t.CT_ORIGINAL_IP_DESTINATION, t.CT_REPLY_IP_SOURCE),
    6: Side(6, "ip6", IPV6, t.IP6_SOURCE, t.IP6_DESTINATION, t.CT_ORIGINAL_IP6_DESTINATION, t.CT_REPLY_IP6_SOURCE),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One of the six ways."""

    family: Family
    kind: str
    """Empty: exact; ``r``: ranges; ``m``: marks."""

    @property
    def name(self) -> str:
        """As its maps carry it."""
        return f"{self.family}{self.kind}"

    @property
    def side(self) -> Side:
        """Its IP version."""
        return SIDES[self.family]

    @property
    def flags(self) -> int:
        """Of sets whose keys are what clients ask for."""
        return INTERVAL if self.kind == "r" else 0

    @property
    def key(self) -> Type:
        """What clients ask for."""
        return MARK if self.kind == "m" else concatenation(PROTOCOL, self.side.type, SERVICE)

    @property
    def term(self) -> t.Term:
        """The same of a packet."""
        if self.kind == "m":
            return t.META_MARK
        return t.joined(t.META_L4PROTO, self.side.destination, t.DESTINATION_PORT)

    @property
    def original_term(self) -> t.Term:
        """The same of a connection, when the server has been chosen."""
        if self.kind == "m":
            return t.META_MARK
        return t.joined(t.META_L4PROTO, self.side.original, t.CT_ORIGINAL_PORT)


def way_of(name: str) -> Way:
    """The way with this short name."""
    return Way(6 if name[0] == "6" else 4, name[1:])


@dataclass(frozen=True, slots=True)
class Door:
    """One entrance as a key: several keys for a short range."""

    way: Way
    first: bytes
    """Packed: protocol, address and port, or the mark."""
    last: bytes

    @property
    def key(self) -> bytes:
        """In maps of its way."""
        return self.first + self.last if self.way.kind == "r" else self.first

    @property
    def port(self) -> int:
        """The one port; 0: several, or a mark."""
        if self.way.kind == "m" or self.first[-4:] != self.last[-4:]:
            return 0
        return int.from_bytes(self.first[-4:-2], "big")

    def server_keys(self, servers: Iterable[bytes], *, ported: bool) -> Iterator[bytes]:
        """With each of these servers behind it, for counting."""
        if ported and not self.way.kind:
            first = self.first
            return (first + server for server in servers)
        size = self.way.side.type.size
        return (self._counted(server[:size], server[size:] if ported else b"") for server in servers)

    def _counted(self, address: bytes, port: bytes) -> bytes:
        if port:
            ends = (address + port,) * 2
        else:
            ports = (self.port,) * 2 if self.port else ANY_PORT
            low, high = (packed(address, number.to_bytes(2, "big")) for number in ports)
            ends = low, high
        return self.first + ends[0] + (self.last + ends[1] if self.way.kind else b"")


def doors(pool: Pool) -> Iterator[Door]:
    """Every key by which packets find the pool."""
    for entrance in pool.entrances:
        yield from _doors(pool, entrance)


def _doors(pool: Pool, entrance: Entrance) -> Iterator[Door]:
    if entrance.first is None:
        mark = number32(entrance.mark)
        yield Door(Way(entrance.family or pool.family, "m"), mark, mark)
        return
    protocol = PROTOCOLS[pool.protocol or "TCP"]
    last = entrance.last or entrance.first
    ports = (entrance.port, entrance.last_port or entrance.port) if entrance.port else ANY_PORT
    count = int.from_bytes(last.packed, "big") - int.from_bytes(entrance.first.packed, "big") + 1
    if ports[0] == ports[1] and count <= _LONGEST_LIST:
        for address in _each(entrance.first, count):
            exact = packed(protocol, address, ports[0].to_bytes(2, "big"))
            yield Door(Way(entrance.first.family, ""), exact, exact)
        return
    ends = (
        packed(protocol, address.packed, port.to_bytes(2, "big"))
        for address, port in zip((entrance.first, last), ports, strict=True)
    )
    yield Door(Way(entrance.first.family, "r"), next(ends), next(ends))


def _each(first: Address, count: int) -> Iterator[bytes]:
    start = int.from_bytes(first.packed, "big")
    for number in range(start, start + count):
        yield number.to_bytes(len(first.packed), "big")


def servers_of(pool: Pool, gates: Sequence[Door]) -> list[bytes]:
    """Each member as maps have it, in the pool's order."""
    ports = ports_of(pool, gates)
    if not any(ports):
        return [member.address.packed for member in pool.members]
    ends = {port: port.to_bytes(2, "big") + b"\0\0" for port in set(ports)}
    return [member.address.packed + ends[port] for member, port in zip(pool.members, ports, strict=True)]


def ports_of(pool: Pool, gates: Sequence[Door]) -> list[int]:
    """Each member's port; 0: the one that the client used. Raises :class:`ValueError` if only some have one."""
    single = {door.port for door in gates}
    only = next(iter(single)) if len(single) == 1 else 0
    ports = [member.port or only for member in pool.members]
    if not all(ports) and any(ports):
        raise ValueError("some real servers have a port and some have none, which one map of servers cannot say")
    return ports
