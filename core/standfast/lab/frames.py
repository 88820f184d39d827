"""Read Ethernet frames off the wire: VRRP adverts, ARP, ICMPv6 neighbour advertisements.

An oracle of its own: it shares no code with the product's codec, so a mistake there cannot hide here.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address

VRRP, AH, ICMPV6 = 112, 51, 58
_IPV4, _ARP, _IPV6 = 0x0800, 0x0806, 0x86DD


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all records tell. ``time`` is the kernel's timestamp in seconds since the epoch."""

    time: float
    source_mac: str
    destination_mac: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert(Frame):
    """A VRRP advertisement (RFC 9568, 5.1; RFC 3768, 5.1); ``interval_s`` in seconds for both versions."""

    source: str
    destination: str
    ttl: int
    tos: int
    protocol: int
    version: int
    type: int
    vrid: int
    priority: int
    interval_s: float
    auth_type: int
    checksum_form: str
    """Which checksum verifies: ``message``, ``pseudo``, ``group`` (pseudo-header with 224.0.0.18) or ``bad``."""
    addresses: tuple[str, ...]
    vrrp: bytes
    """The VRRP message, without the IP and AH headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arp(Frame):
    """An ARP packet for IPv4 over Ethernet."""

    operation: int
    sender_mac: str
    sender: str
    target_mac: str
    target: str

    @property
    def gratuitous(self) -> bool:
        """Announces the sender's own address to everybody."""
        return self.sender == self.target and self.destination_mac == "ff:ff:ff:ff:ff:ff"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighborAdvert(Frame):
    """An ICMPv6 neighbour advertisement (RFC 4861, 4.4)."""

    source: str
    destination: str
    hop_limit: int
    target: str
    router: bool
    solicited: bool
    override: bool
    target_mac: str


def decode(raw: bytes, time: float) -> Frame | None:
    """A record of one of the kinds above; None for other traffic and for what is too short to be any of them."""
    if len(raw) < 14:
        return None
    macs = {"destination_mac": _mac(raw[:6]), "source_mac": _mac(raw[6:12]), "raw": raw, "time": time}
    kind = int.from_bytes(raw[12:14], "big")
    try:
        if kind == _ARP:
            return _arp(raw[14:], macs)
        if kind == _IPV4:
            return _ipv4(raw[14:], macs)
        if kind == _IPV6:
            return _ipv6(raw[14:], macs)
    except (struct.error, IndexError, ValueError):
        return None
    return None


def ones_complement_sum(data: bytes) -> int:
    """The 16-bit sum of RFC 1071; 0xFFFF over data that includes a right checksum."""
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo_header(source: str, destination: str, length: int, protocol: int = VRRP) -> bytes:
    """For IPv4 as TCP has it (RFC 793), for IPv6 RFC 8200, 8.1."""
    ends = ip_address(source).packed + ip_address(destination).packed
    if len(ends) == 8:
        return ends + struct.pack("!BBH", 0, protocol, length)
    return ends + struct.pack("!IxxxB", length, protocol)


def _ipv4(packet: bytes, macs: dict[str, object]) -> Frame | None:
    header = (packet[0] & 15) * 4
    length = int.from_bytes(packet[2:4], "big")
    protocol = packet[9]
    payload = packet[header:length]
    if protocol == AH:
        payload = payload[24:]
    elif protocol != VRRP:
        return None
    source, destination = _ip(packet[12:16]), _ip(packet[16:20])
    return _advert(payload, source, destination, {"ttl": packet[8], "tos": packet[1], "protocol": protocol, **macs})


def _ipv6(packet: bytes, macs: dict[str, object]) -> Frame | None:
    first, length, following, hop_limit = struct.unpack_from("!IHBB", packet)
    payload = packet[40 : 40 + length]
    source, destination = _ip(packet[8:24]), _ip(packet[24:40])
    if following == VRRP:
        facts = {"ttl": hop_limit, "tos": (first >> 20) & 0xFF, "protocol": following, **macs}
        return _advert(payload, source, destination, facts)
    if following == ICMPV6 and payload[0] == 136:
        return NeighborAdvert(
            source=source,
            destination=destination,
            hop_limit=hop_limit,
            target=_ip(payload[8:24]),
            router=bool(payload[4] & 0x80),
            solicited=bool(payload[4] & 0x40),
            override=bool(payload[4] & 0x20),
            target_mac=_mac(payload[26:32]),
            **macs,  # type: ignore[arg-type]
        )
    return None


def _advert(message: bytes, source: str, destination: str, facts: dict[str, object]) -> Advert:
    first, vrid, priority, count, fifth, sixth = message[:6]
    version = first >> 4
    size = 16 if ":" in source else 4
    listed = message[8 : 8 + count * size]
    addresses = tuple(_ip(listed[at : at + size]) for at in range(0, len(listed), size))
    return Advert(
        source=source,
        destination=destination,
        version=version,
        type=first & 15,
        vrid=vrid,
        priority=priority,
        interval_s=float(sixth) if version == 2 else ((fifth & 15) << 8 | sixth) / 100,
        auth_type=fifth if version == 2 else 0,
        checksum_form=_checksum_form(message, source, destination),
        addresses=addresses,
        vrrp=message,
        **facts,  # type: ignore[arg-type]
    )


def _checksum_form(message: bytes, source: str, destination: str) -> str:
    length = len(message)
    candidates = {"message": b"", "pseudo": pseudo_header(source, destination, length)}
    if ":" not in source:
        candidates["group"] = pseudo_header(source, "224.0.0.18", length)
    else:
        del candidates["message"]
    return next((form for form, pre in candidates.items() if ones_complement_sum(pre + message) == 0xFFFF), "bad")


def _arp(packet: bytes, macs: dict[str, object]) -> Arp:
    kinds = struct.unpack_from("!HHBBH", packet)
    if kinds[:4] != (1, _IPV4, 6, 4):
        raise ValueError("not IPv4 over Ethernet")
    return Arp(
        operation=kinds[4],
        sender_mac=_mac(packet[8:14]),
        sender=_ip(packet[14:18]),
        target_mac=_mac(packet[18:24]),
        target=_ip(packet[24:28]),
        **macs,  # type: ignore[arg-type]
    )


def _ip(packed: bytes) -> str:
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _mac(packed: bytes) -> str:
    return packed.hex(":")
