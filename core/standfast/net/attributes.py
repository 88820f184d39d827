"""Netlink attributes, written by hand: length, type, payload, padded to four bytes (netlink(7))."""

from __future__ import annotations

import struct
from collections.abc import Iterable

NLA_F_NESTED = 0x8000

_HEAD = struct.Struct("=HH")
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")


def attribute(kind: int, payload: bytes) -> bytes:
    """One attribute."""
    return _HEAD.pack(_HEAD.size + len(payload), kind) + payload + _PADDING[len(payload) & 3]


def nested(kind: int, inner: Iterable[bytes]) -> bytes:
    """An attribute made of attributes."""
    return attribute(kind | NLA_F_NESTED, b"".join(inner))


def text(kind: int, value: str) -> bytes:
    """A string, with its NUL."""
    return attribute(kind, value.encode() + b"\0")


def u8(kind: int, value: int) -> bytes:
    """A number of 8 bits."""
    return attribute(kind, struct.pack("=B", value))


def u16(kind: int, value: int) -> bytes:
    """A number of 16 bits in host order."""
    return attribute(kind, struct.pack("=H", value))


def u32(kind: int, value: int) -> bytes:
    """A number of 32 bits in host order."""
    return attribute(kind, struct.pack("=I", value & 0xFFFFFFFF))


def be16(kind: int, value: int) -> bytes:
    """A number of 16 bits in network order."""
    return attribute(kind, struct.pack("!H", value))


def be64(kind: int, value: int) -> bytes:
    """A number of 64 bits in network order."""
    return attribute(kind, struct.pack("!Q", value))
