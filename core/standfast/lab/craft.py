"""Build VRRP packets, right and wrong ones, as whole Ethernet frames: what an injector sends."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from standfast.lab.frames import VRRP, ones_complement_sum, pseudo_header

GROUP4, GROUP6 = "224.0.0.18", "ff02::12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """An advert and everything that can be wrong about it. What is not given is right."""

    source: str
    priority: int
    addresses: tuple[str, ...]
    vrid: int = 51
    version: int = 3
    type: int = 1
    interval: int = 10
    """As in the header: v2 seconds, v3 centiseconds."""
    destination: str = ""
    """Empty: the group of the source's family."""
    ttl: int = 255
    tos: int = 0xC0
    auth_type: int = 0
    password: bytes = b""
    count: int | None = None
    """The count field; None = the number of addresses."""
    checksum: Literal["pseudo", "message", "group", "bad"] = "pseudo"
    options: bytes = b""
    """IPv4 options, a multiple of 4 bytes."""
    payload: bytes | None = None
    """In place of the VRRP message."""
    trailer: bytes = b""
    """After the VRRP message, inside the IP packet."""
    padding: int = 0
    """Pad the Ethernet payload to this many bytes, outside the IP packet."""
    source_mac: str = "02:00:00:00:00:fe"
    destination_mac: str = ""
    """Empty: the group's; must be given for unicast."""

    @property
    def to(self) -> str:
        """The IP destination."""
        return self.destination or (GROUP6 if ":" in self.source else GROUP4)


def frame(packet: Packet) -> bytes:
    """The packet as an Ethernet frame."""
    message = packet.payload if packet.payload is not None else vrrp(packet)
    content = message + packet.trailer
    datagram = _ipv6(packet, content) if ":" in packet.source else _ipv4(packet, content)
    kind = 0x86DD if ":" in packet.source else 0x0800
    macs = _mac(packet.destination_mac or _group_mac(packet.to)) + _mac(packet.source_mac)
    return macs + kind.to_bytes(2, "big") + datagram.ljust(packet.padding, b"\0")


def vrrp(packet: Packet) -> bytes:
    """The VRRP message with its checksum."""
    listed = b"".join(ip_address(address).packed for address in packet.addresses)
    count = len(packet.addresses) if packet.count is None else packet.count
    first = packet.version << 4 | packet.type
    if packet.version == 2:
        fields = struct.pack("!BBBBBB", first, packet.vrid, packet.priority, count, packet.auth_type, packet.interval)
        listed += packet.password.ljust(8, b"\0")
    else:
        fields = struct.pack("!BBBBH", first, packet.vrid, packet.priority, count, packet.interval)
    total = 0xFFFF - ones_complement_sum(_pseudo(packet, 8 + len(listed)) + fields + b"\0\0" + listed)
    if packet.checksum == "bad":
        total ^= 0x0101
    return fields + total.to_bytes(2, "big") + listed


def _pseudo(packet: Packet, length: int) -> bytes:
    if ":" in packet.source:
        return pseudo_header(packet.source, packet.to, length)
    if packet.version == 2 or packet.checksum == "message":
        return b""
    return pseudo_header(packet.source, GROUP4 if packet.checksum == "group" else packet.to, length)


def _ipv4(packet: Packet, content: bytes) -> bytes:
    words = 5 + len(packet.options) // 4
    length = words * 4 + len(content)
    ends = ip_address(packet.source).packed + ip_address(packet.to).packed
    head = struct.pack("!BBHHHBBH", 4 << 4 | words, packet.tos, length, 1, 0, packet.ttl, VRRP, 0)
    total = 0xFFFF - ones_complement_sum(head + ends + packet.options)
    return head[:10] + total.to_bytes(2, "big") + ends + packet.options + content


def _ipv6(packet: Packet, content: bytes) -> bytes:
    head = struct.pack("!IHBB", 6 << 28 | packet.tos << 20, len(content), VRRP, packet.ttl)
    return head + ip_address(packet.source).packed + ip_address(packet.to).packed + content


def _group_mac(group: str) -> str:
    """RFC 1112, 6.4 and RFC 2464, 7."""
    packed = ip_address(group).packed
    if len(packed) == 16:
        return (b"\x33\x33" + packed[-4:]).hex(":")
    return bytes((0x01, 0x00, 0x5E, packed[1] & 0x7F, packed[2], packed[3])).hex(":")


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))
