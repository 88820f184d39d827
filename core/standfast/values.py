"""Small values that know their own limits: network addresses and times.

Times inside standfast are integers: microseconds unless the name says otherwise (``_s``, ``_ns``),
on CLOCK_BOOTTIME where a clock is read, so that a suspended machine notices how long it was away.
"""

from __future__ import annotations

import socket
from typing import Literal, TypeAlias

import msgspec

Family: TypeAlias = Literal[4, 6]
"""4 for IPv4, 6 for IPv6."""

SECOND = 1_000_000
"""One second in microseconds."""

MILLISECOND = 1_000
"""One millisecond in microseconds."""

_AF: dict[int, socket.AddressFamily] = {4: socket.AF_INET, 6: socket.AF_INET6}


class Address(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """An IPv4 or IPv6 address as the wire has it.

    Ordering compares the family first, then the address as an unsigned big-endian integer, which
    is what VRRP's tie-break asks for (RFC 9568, 6.4.3).  ``str()`` gives the usual text.
    """

    family: Family
    packed: bytes

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read dotted IPv4 or IPv6 text; a ``:`` selects IPv6. Raises :class:`ValueError` saying what is wrong."""
        family: Family = 6 if ":" in text else 4
        try:
            return cls(family, socket.inet_pton(_AF[family], text))
        except (OSError, ValueError) as error:  # ValueError: a NUL or a lone surrogate
            raise ValueError(f"not an IPv{family} address: {text!r}") from error

    @classmethod
    def unpack(cls, packed: bytes) -> Address:
        """From 4 or 16 bytes in network order."""
        return cls(4 if len(packed) == 4 else 6, packed)

    def __str__(self) -> str:
        return socket.inet_ntop(_AF[self.family], self.packed)

    @property
    def socket_family(self) -> socket.AddressFamily:
        """AF_INET or AF_INET6."""
        return _AF[self.family]

    @property
    def bits(self) -> int:
        """Length of a host prefix: 32 or 128."""
        return len(self.packed) * 8

    @property
    def is_multicast(self) -> bool:
        """224.0.0.0/4 or ff00::/8."""
        return self.packed[0] >> 4 == 0xE if self.family == 4 else self.packed[0] == 0xFF

    @property
    def is_link_local(self) -> bool:
        """169.254.0.0/16 or fe80::/10."""
        if self.family == 4:
            return self.packed[:2] == b"\xa9\xfe"
        return self.packed[0] == 0xFE and self.packed[1] & 0xC0 == 0x80

    @property
    def is_loopback(self) -> bool:
        """127.0.0.0/8 or ::1."""
        return self.packed[0] == 127 if self.family == 4 else self.packed == bytes(15) + b"\x01"

    @property
    def is_unspecified(self) -> bool:
        """0.0.0.0 or ::."""
        return not any(self.packed)


def seconds(micros: int) -> str:
    """Render microseconds for people: ``3.61 s``, ``0.361 s``, ``10 ms``."""
    if abs(micros) < 100 * MILLISECOND:
        return f"{micros / MILLISECOND:.4g} ms"
    return f"{micros / SECOND:.3f}".rstrip("0").rstrip(".") + " s"
