"""Numbers of the IPVS family (linux/ip_vs.h, linux/genetlink.h), and attributes as bytes.

Everything is host byte order but ports, IPv4 masks and addresses.
"""

from __future__ import annotations

import struct
import sys
from enum import IntEnum

from standfast.net.netlink import MalformedMessage

FAMILY = "IPVS"
VERSION = 1

GENERIC = struct.Struct("=BBH")
"""genlmsghdr: command, version, reserved."""
ATTRIBUTE = struct.Struct("=HH")
"""nlattr: length with this header, type."""
NESTED = 0x8000
TYPE_MASK = 0x3FFF
_HOST = sys.byteorder

CTRL_ID = 0x10
"""The generic netlink controller, which knows the families' numbers."""
CTRL_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2


class Command(IntEnum):
    """IPVS_CMD_*."""

    NEW_SERVICE = 1
    SET_SERVICE = 2
    DEL_SERVICE = 3
    GET_SERVICE = 4
    NEW_DEST = 5
    SET_DEST = 6
    DEL_DEST = 7
    GET_DEST = 8
    NEW_DAEMON = 9
    DEL_DAEMON = 10
    GET_DAEMON = 11
    SET_CONFIG = 12
    GET_CONFIG = 13
    SET_INFO = 14
    GET_INFO = 15
    ZERO = 16
    FLUSH = 17


class Top(IntEnum):
    """IPVS_CMD_ATTR_*; the reply to GET_INFO uses 1 and 2 as version and size of the connection table."""

    SERVICE = 1
    DEST = 2
    DAEMON = 3
    TIMEOUT_TCP = 4
    TIMEOUT_TCP_FIN = 5
    TIMEOUT_UDP = 6


class Svc(IntEnum):
    """IPVS_SVC_ATTR_*."""

    AF = 1
    PROTOCOL = 2
    ADDR = 3
    PORT = 4
    FWMARK = 5
    SCHED_NAME = 6
    FLAGS = 7
    TIMEOUT = 8
    NETMASK = 9
    STATS = 10
    PE_NAME = 11
    STATS64 = 12


class Dst(IntEnum):
    """IPVS_DEST_ATTR_*."""

    ADDR = 1
    PORT = 2
    FWD_METHOD = 3
    WEIGHT = 4
    U_THRESH = 5
    L_THRESH = 6
    ACTIVE_CONNS = 7
    INACT_CONNS = 8
    PERSIST_CONNS = 9
    STATS = 10
    ADDR_FAMILY = 11
    STATS64 = 12
    TUN_TYPE = 13
    TUN_PORT = 14
    TUN_FLAGS = 15


class Dmn(IntEnum):
    """IPVS_DAEMON_ATTR_*."""

    STATE = 1
    MCAST_IFN = 2
    SYNC_ID = 3
    SYNC_MAXLEN = 4
    MCAST_GROUP = 5
    MCAST_GROUP6 = 6
    MCAST_PORT = 7
    MCAST_TTL = 8


STATISTICS = (
    "connections",
    "packets_in",
    "packets_out",
    "bytes_in",
    "bytes_out",
    "connection_rate",
    "packet_rate_in",
    "packet_rate_out",
    "byte_rate_in",
    "byte_rate_out",
)
"""IPVS_STATS_ATTR_CONNS = 1 and those behind it, in the words of the contract."""


def attribute(kind: int, payload: bytes) -> bytes:
    """One attribute with its padding."""
    length = ATTRIBUTE.size + len(payload)
    return ATTRIBUTE.pack(length, kind) + payload + b"\0" * (-length & 3)


def nested(kind: int, *attributes: bytes) -> bytes:
    """An attribute made of attributes."""
    return attribute(kind | NESTED, b"".join(attributes))


def u32(kind: int, value: int) -> bytes:
    """A number of four bytes."""
    return attribute(kind, value.to_bytes(4, _HOST))


def u16(kind: int, value: int) -> bytes:
    """A number of two bytes."""
    return attribute(kind, value.to_bytes(2, _HOST))


def u8(kind: int, value: int) -> bytes:
    """A number of one byte."""
    return attribute(kind, value.to_bytes(1, _HOST))


def string(kind: int, text: str) -> bytes:
    """Text with the NUL that ends it."""
    return attribute(kind, text.encode() + b"\0")


class Attributes:
    """The attributes of a message or of a nested one; of several of one type the last counts, as in the kernel.

    Getters raise :class:`MalformedMessage` if a value is missing or too short.
    """

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data, self._start, self._end = data, start, end
        self._places = _cut(data, start, end)

    def __contains__(self, kind: int) -> bool:
        return kind in self._places

    def inside(self, kind: int) -> Attributes:
        """Those of a nested attribute."""
        return Attributes(self._data, *self._place(kind, 0))

    def as_struct(self, form: struct.Struct) -> tuple[int, ...] | None:
        """The numbers of attributes 1, 2, 3 ... if they stand there just so: length, type and number of each."""
        if form.size != self._end - self._start:
            return None
        found = form.unpack_from(self._data, self._start)
        kinds = found[1::3]
        return found[2::3] if kinds == tuple(range(1, len(kinds) + 1)) and len(set(found[::3])) == 1 else None

    def number(self, kind: int, size: int, default: int | None = None, *, signed: bool = False) -> int:
        """Host byte order."""
        if default is not None and kind not in self._places:
            return default
        start, _ = self._place(kind, size)
        return int.from_bytes(self._data[start : start + size], _HOST, signed=signed)

    def port(self, kind: int, default: int | None = None) -> int:
        """Network byte order."""
        if default is not None and kind not in self._places:
            return default
        start, _ = self._place(kind, 2)
        return int.from_bytes(self._data[start : start + 2], "big")

    def raw(self, kind: int, size: int) -> bytes:
        """Its first bytes."""
        start, _ = self._place(kind, size)
        return self._data[start : start + size]

    def text(self, kind: int, default: str | None = None) -> str:
        """Up to the NUL."""
        if default is not None and kind not in self._places:
            return default
        start, end = self._place(kind, 0)
        return self._data[start:end].split(b"\0", 1)[0].decode("utf-8", "replace")

    def _place(self, kind: int, size: int) -> tuple[int, int]:
        found = self._places.get(kind)
        if found is None:
            raise MalformedMessage(f"attribute {kind} is missing")
        if found[1] - found[0] < size:
            raise MalformedMessage(f"attribute {kind} has {found[1] - found[0]} bytes, {size} are needed")
        return found


def _cut(data: bytes, start: int, end: int) -> dict[int, tuple[int, int]]:
    """Where the payload of each begins and ends."""
    places = {}
    unpack, size = ATTRIBUTE.unpack_from, ATTRIBUTE.size
    while end - start >= size:
        length, kind = unpack(data, start)
        if length < size or start + length > end:
            raise MalformedMessage(f"attribute says {length} bytes, {end - start} are there")
        places[kind & TYPE_MASK] = start + size, start + length
        start += (length + 3) & ~3
    if start < end:
        raise MalformedMessage(f"{end - start} bytes left, an attribute needs {size}")
    return places
