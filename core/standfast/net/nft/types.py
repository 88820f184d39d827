"""What values are: their length, the number by which nft(8) remembers the type, and how they read."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from standfast.net.nft.wire import verdict as encode_verdict


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value. ``number``: nft's own (libnftables' ``datatype.h``), kept by the kernel for listings."""

    name: str
    number: int
    size: int
    show: Callable[[bytes], str] = field(compare=False)
    parts: tuple[Type, ...] = ()
    """Of a concatenation."""

    @property
    def padded(self) -> int:
        """Bytes that it takes within a concatenation."""
        return (self.size + 3) & ~3

    def __call__(self, data: bytes) -> str:
        """How ``data`` reads; one that has a wrong length reads as hexadecimal."""
        return self.show(data) if len(data) == self.size else "0x" + data.hex()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to a packet: the data of a verdict map, or the end of a rule."""

    kind: str
    """``accept``, ``drop``, ``return``, ``jump``, ``goto``."""
    chain: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.chain}" if self.chain else self.kind

    def encode(self, kind: int) -> bytes:
        """As the data of attribute ``kind``."""
        return encode_verdict(kind, VERDICTS[self.kind], self.chain)


VERDICTS: Final = {"drop": 0, "accept": 1, "continue": -1, "jump": -3, "goto": -4, "return": -5}

Data: TypeAlias = bytes | Verdict
"""What a map gives for a key."""

_PROTOCOLS = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 51: "ah", 58: "ipv6-icmp", 112: "vrrp", 132: "sctp"}


def _address4(data: bytes) -> str:
    return socket.inet_ntop(socket.AF_INET, data)


def _address6(data: bytes) -> str:
    return socket.inet_ntop(socket.AF_INET6, data)


def _big(data: bytes) -> str:
    return str(int.from_bytes(data, "big"))


def _host(data: bytes) -> str:
    return str(int.from_bytes(data, sys.byteorder))


def _mark(data: bytes) -> str:
    return f"0x{int.from_bytes(data, sys.byteorder):08x}"


def _protocol(data: bytes) -> str:
    return _PROTOCOLS.get(data[0], str(data[0]))


def _network(data: bytes) -> str:
    return {2: "ipv4", 10: "ipv6"}.get(data[0], str(data[0]))


def _direction(data: bytes) -> str:
    return "reply" if data[0] else "original"


def _name(data: bytes) -> str:
    return f'"{data.rstrip(bytes(1)).decode(errors="replace")}"'


IPV4 = Type("ipv4_addr", 7, 4, _address4)
IPV6 = Type("ipv6_addr", 8, 16, _address6)
ETHER = Type("ether_addr", 9, 6, lambda data: data.hex(":"))
PROTOCOL = Type("inet_proto", 12, 1, _protocol)
SERVICE = Type("inet_service", 13, 2, _big)
MARK = Type("mark", 19, 4, _mark)
INTERFACE = Type("iface_index", 20, 4, _host)
INTERFACE_NAME = Type("ifname", 41, 16, _name)
INTEGER = Type("integer", 4, 4, _host)
"""Host order: what numgen and jhash give. nft(8) has no word for it; see ``typeof`` of sets."""
NETWORK_PROTOCOL = Type("nf_proto", 38, 1, _network)
DIRECTION = Type("ct_dir", 27, 1, _direction)
ORDERED_INTEGER = Type("integer", 4, 4, _big)
"""The same in network order, as ranges need it."""
BYTE = Type("integer", 4, 1, _big)
FLAGS = Type("integer", 4, 4, _host)
VERDICT_NUMBER: Final = 0xFFFFFF00
"""NFT_DATA_VERDICT: the data type of verdict maps."""

_TYPE_BITS = 6


def concatenation(*parts: Type) -> Type:
    """Several values side by side, each padded to four bytes. One alone is itself."""
    if len(parts) == 1:
        return parts[0]
    number = 0
    for part in parts:
        number = number << _TYPE_BITS | part.number

    def show(data: bytes) -> str:
        words, offset = [], 0
        for part in parts:
            words.append(part(data[offset : offset + part.size]))
            offset += part.padded
        return " . ".join(words)

    name = " . ".join(part.name for part in parts)
    return Type(name, number, sum(part.padded for part in parts), show, parts)


def show_range(kind: Type, first: bytes, last: bytes) -> str:
    """A range as nft(8) writes it: each field of a concatenation by itself, ``a-b`` where both differ."""
    words, offset = [], 0
    for part in kind.parts or (kind,):
        low, high = (part(end[offset : offset + part.size]) for end in (first, last))
        words.append(low if low == high else f"{low}-{high}")
        offset += part.padded
    return " . ".join(words)


def number32(value: int) -> bytes:
    """A 32-bit number in host order: marks, slots."""
    return struct.pack("=I", value)


def packed(*parts: bytes) -> bytes:
    """The values of a concatenation."""
    return b"".join(part + bytes(-len(part) & 3) for part in parts)
