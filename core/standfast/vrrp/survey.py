"""What adverts on a wire say of all virtual routers there: who is master, with what, and what does not fit. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from standfast.values import Address, seconds
from standfast.vrrp import ah, auth, packet
from standfast.vrrp.checksum import VRRP_PROTOCOL
from standfast.vrrp.packet import Advert, BadAdvert, Envelope

VRIDS: Final = range(1, 256)
_IPV6_HEADER: Final = 40
_PATIENCE: Final = 3
"""Intervals without an advert after which a master is gone."""


class Wire(NamedTuple):
    """One virtual router as a network sees it."""

    interface: str
    vrid: int
    family: int


@dataclass(slots=True)
class Speaker:
    """One machine that sends adverts for it."""

    source: Address
    last: Advert
    first_at: int
    last_at: int
    count: int = 1
    authentication: str = "none"
    destinations: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)
    """Name of the counter that a receiver would raise -> words."""
    alternates: bool = False
    """It spoke again after somebody else did."""
    leaving: bool = False


class Survey:
    """Takes every packet; :meth:`report` at the end."""

    def __init__(self) -> None:
        self._wires: dict[Wire, dict[Address, Speaker]] = {}
        self._last: dict[Wire, Address] = {}
        self.packets = 0
        self.nonsense = 0
        """Packets of VRRP's protocol number in which no VRID can be found, and those of other protocols (CARP)."""

    def hear(self, interface: str, datagram: bytes, now: int) -> None:
        """One IP datagram, header included (microseconds)."""
        self.packets += 1
        envelope = opened(datagram, now)
        if envelope is None:
            self.nonsense += 1
            return
        header = packet.read_header(envelope.message)
        if header.version not in (2, 3) or header.vrid == 0:
            self.nonsense += 1
            return
        family = 4 if len(envelope.source) == 4 else 6
        inner, signature = packet.split_trailer(envelope, header)
        faults: dict[str, str] = {}
        try:
            advert = packet.decode(inner, whole=envelope)
        except BadAdvert as error:
            faults[error.reason] = error.words
            source, destination = Address(family, envelope.source), Address(family, envelope.destination)  # type: ignore[arg-type]
            advert = Advert(
                source=source, destination=destination, ttl=envelope.ttl, version=header.version, vrid=header.vrid,  # type: ignore[arg-type]
                priority=header.priority, interval=header.interval, addresses=(), auth_type=header.auth_type,
            )  # fmt: skip
        if envelope.ttl != 255:
            faults["ip_ttl_err"] = f"TTL {envelope.ttl}, not 255: it came through a router, or is forged"
        self._note(
            Wire(interface, header.vrid, family), advert, _authentication(envelope, advert, signature), now, faults
        )

    def _note(self, wire: Wire, advert: Advert, authentication: str, now: int, faults: dict[str, str]) -> None:
        speakers = self._wires.setdefault(wire, {})
        speaker = speakers.get(advert.source)
        if speaker is None:
            speaker = speakers[advert.source] = Speaker(advert.source, advert, now, now, authentication=authentication)
        else:
            speaker.count += 1
            speaker.alternates |= self._last.get(wire) != advert.source
        speaker.leaving = advert.priority == 0
        if not speaker.leaving or speaker.count == 1:
            speaker.last = advert
        speaker.last_at, speaker.authentication = now, authentication
        speaker.destinations.add(str(advert.destination))
        speaker.faults.update(faults)
        self._last[wire] = advert.source

    def report(self, now: int) -> dict[str, Any]:
        """For JSON; the tables of people are made of it. Times in microseconds."""
        routers = [self._router(wire, list(speakers.values()), now) for wire, speakers in sorted(self._wires.items())]
        interfaces = {wire.interface for wire in self._wires}
        return {
            "packets": self.packets,
            "nonsense": self.nonsense,
            "routers": routers,
            "free_vrids": {name: self._free(name) for name in sorted(interfaces)},
        }

    def _free(self, interface: str) -> list[int]:
        used = {wire.vrid for wire in self._wires if wire.interface == interface}
        return [vrid for vrid in VRIDS if vrid not in used]

    def _router(self, wire: Wire, speakers: list[Speaker], now: int) -> dict[str, Any]:
        alive = [each for each in speakers if now - each.last_at <= _PATIENCE * each.last.interval and not each.leaving]
        master = max(alive, key=lambda each: (each.last.priority, each.source.packed), default=None)
        return {
            "interface": wire.interface,
            "vrid": wire.vrid,
            "family": wire.family,
            "master": None if master is None else str(master.source),
            "speakers": [_described(each) for each in speakers],
            "conflicts": list(conflicts(speakers)),
        }


def opened(datagram: bytes, now: int) -> Envelope | None:
    """The VRRP message in an IP datagram; None if there is none."""
    if not datagram:
        return None
    if datagram[0] >> 4 == 4:
        envelope = packet.open_ipv4(datagram, now)
        known = envelope is not None and envelope.protocol in (VRRP_PROTOCOL, ah.PROTOCOL)
        return envelope if known else None
    if datagram[0] >> 4 != 6 or len(datagram) < _IPV6_HEADER or datagram[6] != VRRP_PROTOCOL:
        return None
    length = int.from_bytes(datagram[4:6], "big")
    content = datagram[_IPV6_HEADER : _IPV6_HEADER + length]
    return packet.open_ipv6(content, datagram[8:24], datagram[24:40], datagram[7], now)


def conflicts(speakers: list[Speaker]) -> Iterator[str]:
    """What does not fit together, in words."""
    if sum(each.alternates for each in speakers) > 1:
        yield f"more than one master: {_names(each for each in speakers if each.alternates)}"
    for what, values in (
        ("versions", {f"{each.last.version}" for each in speakers}),
        ("authentication", {each.authentication for each in speakers}),
        ("intervals", {_interval(each) for each in speakers if each.last.version == 2}),
        ("addresses", {_addresses(each.last) for each in speakers if each.last.addresses}),
    ):
        if len(values) > 1:
            yield f"different {what}: {' / '.join(sorted(values))}"
    for each in speakers:
        yield from (f"{each.source}: {words}" for words in each.faults.values())


def _described(speaker: Speaker) -> dict[str, Any]:
    last = speaker.last
    return {
        "source": str(speaker.source),
        "version": last.version,
        "priority": last.priority,
        "interval": last.interval,
        "authentication": speaker.authentication,
        "checksum": last.checksum,
        "addresses": [str(address) for address in last.addresses],
        "destinations": sorted(speaker.destinations),
        "adverts": speaker.count,
        "leaving": speaker.leaving,
        "first_at": speaker.first_at,
        "last_at": speaker.last_at,
        "faults": speaker.faults,
    }


def _authentication(envelope: Envelope, advert: Advert, signature: bytes) -> str:
    """Never what the password is: whoever reads this has seen the wire, but logs are read by more people."""
    if envelope.protocol == ah.PROTOCOL:
        return "AH"
    if signature:
        return "HMAC"
    return {auth.NONE: "none", auth.PASS: "PASS"}.get(advert.auth_type, f"type {advert.auth_type}")


def _interval(speaker: Speaker) -> str:
    return seconds(speaker.last.interval)


def _addresses(advert: Advert) -> str:
    return ", ".join(sorted(str(address) for address in advert.addresses))


def _names(speakers: Iterator[Speaker]) -> str:
    return ", ".join(f"{each.source} (priority {each.last.priority})" for each in speakers)
