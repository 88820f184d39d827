"""Netlink's outer layer: numbers, the message header, cutting a datagram into messages (netlink(7)).

Everything here is host byte order; messages and attributes are padded to four bytes.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

NLMSG_ERROR = 2
NLMSG_DONE = 3
NLMSG_OVERRUN = 4
RTM_NEWLINK = 16
RTM_DELLINK = 17
RTM_GETLINK = 18
RTM_NEWADDR = 20
RTM_DELADDR = 21
RTM_GETADDR = 22
RTM_NEWROUTE = 24
RTM_DELROUTE = 25
RTM_GETROUTE = 26
RTM_NEWRULE = 32
RTM_DELRULE = 33
RTM_GETRULE = 34

NLM_F_REQUEST = 0x001
NLM_F_ACK = 0x004
NLM_F_DUMP_INTR = 0x010
NLM_F_DUMP = 0x300
NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_CREATE = 0x400
NLM_F_APPEND = 0x800

RTNLGRP_LINK = 1
RTNLGRP_IPV4_IFADDR = 5
RTNLGRP_IPV4_ROUTE = 7
RTNLGRP_IPV4_RULE = 8
RTNLGRP_IPV6_IFADDR = 9
RTNLGRP_IPV6_ROUTE = 11
RTNLGRP_IPV6_RULE = 19

SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_DROP_MEMBERSHIP = 2
NETLINK_CAP_ACK = 10
NETLINK_GET_STRICT_CHK = 12

HEADER = struct.Struct("=IHHII")
"""Length (header included), type, flags, sequence number, port of the sender."""

_ERROR = struct.Struct("=i")


class MalformedMessage(ValueError):  # noqa: N818 - a verdict on bytes
    """Bytes that are no netlink message of the kind asked for. The one way in which decoding fails."""


class DumpInterrupted(Exception):  # noqa: N818 - named after what happened
    """The kernel's tables changed during a dump (NLM_F_DUMP_INTR): ask again."""


def messages(data: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Cut one datagram: yields ``(type, flags, sequence, start, end)`` of each payload within ``data``.

    Raises :class:`MalformedMessage` where a length does not fit.
    """
    offset, size = 0, len(data)
    while offset < size:
        if size - offset < HEADER.size:
            raise MalformedMessage(f"{size - offset} bytes left, a header needs {HEADER.size}")
        length, kind, flags, sequence, _port = HEADER.unpack_from(data, offset)
        if length < HEADER.size or offset + length > size:
            raise MalformedMessage(f"message says {length} bytes, {size - offset} are there")
        yield kind, flags, sequence, offset + HEADER.size, offset + length
        offset += (length + 3) & ~3


def decode_error(data: bytes, start: int, end: int) -> int:
    """The errno of an NLMSG_ERROR payload: 0 is an acknowledgement, else positive."""
    if end - start < _ERROR.size:
        raise MalformedMessage("an error message without its number")
    return -int(_ERROR.unpack_from(data, start)[0])


def errno_words(number: int) -> str:
    """``EADDRNOTAVAIL`` as people read it: ``Cannot assign requested address``."""
    return os.strerror(number)
