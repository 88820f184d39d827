"""The IP authentication header (RFC 2402) as version 2 uses it: authentication type 2 of RFC 2338.

HMAC-MD5 over the datagram with everything zeroed that changes on its way. Kept for mixed groups: version 3 dropped
it, and MD5 is nobody's choice today.
"""

from __future__ import annotations

import hmac
import struct
from typing import Final

PROTOCOL: Final = 51
SIZE: Final = 24
LAST_SEQUENCE: Final = 0xFFFFFFFD
"""Where the counter stops; becoming MASTER begins anew."""

_HEADER = struct.Struct("!BBH4sI12s")  # next header, length in words - 2, reserved, SPI, sequence, ICV
_NEXT: Final = 112
_WORDS: Final = 4
_ICV_SIZE: Final = 12
_TOS, _TOTAL, _FLAGS, _TTL, _PROTOCOL, _CHECKSUM = 1, 2, 6, 8, 9, 10


class Rejected(Exception):  # noqa: N818 - a verdict on a packet
    """Not to be believed; ``str()`` says why."""


def wrap(datagram: bytes, sequence: int, password: bytes, *, unicast: bool) -> bytearray:
    """The IPv4 datagram of a message (20 bytes of header), with the authentication header in between."""
    header, message = bytearray(datagram[:20]), datagram[20:]
    header[_TOTAL : _TOTAL + 2] = (len(datagram) + SIZE).to_bytes(2, "big")
    header[_PROTOCOL] = PROTOCOL
    source = datagram[12:16]
    blank = _HEADER.pack(_NEXT, _WORDS, 0, source, sequence, bytes(_ICV_SIZE))
    icv = _icv(bytes(header), blank, message, password, unicast=unicast)
    return header + blank[:-_ICV_SIZE] + icv + message


def meant_for_vrrp(header: bytes) -> bool:
    """Is what follows this authentication header a VRRP message, in the only layout there is?"""
    return len(header) == SIZE and header[0] == _NEXT and header[1] == _WORDS


def verify(outer: bytes, message: bytes, password: bytes, *, unicast: bool) -> int:
    """Check the value over ``outer`` (IPv4 header with options, authentication header) and give the sequence number.

    Raises :class:`Rejected`. Whether the number is a new one is the caller's to judge.
    """
    header, authentication = outer[:-SIZE], outer[-SIZE:]
    _next, _words, _reserved, spi, sequence, icv = _HEADER.unpack(authentication)
    blank = authentication[:-_ICV_SIZE] + bytes(_ICV_SIZE)
    if not hmac.compare_digest(icv, _icv(header, blank, message, password, unicast=unicast)):
        raise Rejected("its authentication header does not verify: another password, or changed on its way")
    if spi != header[12:16]:
        raise Rejected("the index in its authentication header is not its source address")
    return int(sequence)


def _icv(header: bytes, blank: bytes, message: bytes, password: bytes, *, unicast: bool) -> bytes:
    """TTL is part of it for multicast, where it cannot change; for unicast it counts as 0 (as keepalived has it)."""
    clean = bytearray(header)
    clean[_TOS] = 0
    clean[_FLAGS : _FLAGS + 2] = clean[_CHECKSUM : _CHECKSUM + 2] = b"\0\0"
    if unicast:
        clean[_TTL] = 0
    return hmac.digest(password, bytes(clean) + blank + message, "md5")[:_ICV_SIZE]
