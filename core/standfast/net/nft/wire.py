"""The bytes of nf_tables messages: numbers, attributes, expressions (linux/netfilter/nf_tables.h).

Numbers in attributes are big-endian; values in registers and set elements are as packets have them, apart from those
that the kernel itself computes (marks, numgen), which are in host order.
"""

from __future__ import annotations

import struct
from typing import Final

SUBSYSTEM: Final = 10
"""NFNL_SUBSYS_NFTABLES: the upper byte of a message's type."""
NETLINK_NETFILTER: Final = 12
GROUP_NFTABLES: Final = 7
"""NFNLGRP_NFTABLES: every change of anybody's tables."""

BATCH_BEGIN: Final = 0x10
BATCH_END: Final = 0x11

NEWTABLE, GETTABLE, DELTABLE = 0, 1, 2
NEWCHAIN, GETCHAIN, DELCHAIN = 3, 4, 5
NEWRULE, GETRULE, DELRULE = 6, 7, 8
NEWSET, GETSET, DELSET = 9, 10, 11
NEWSETELEM, GETSETELEM, DELSETELEM = 12, 13, 14
NEWGEN, GETGEN = 15, 16
NEWOBJ, GETOBJ, DELOBJ = 18, 19, 20

FAMILIES: Final = {"inet": 1, "ip": 2, "arp": 3, "netdev": 5, "bridge": 7, "ip6": 10}

_NESTED = 0x8000
_ATTRIBUTE = struct.Struct("=HH")
_U32 = struct.Struct(">I")
_U64 = struct.Struct(">Q")
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")


def attribute(kind: int, payload: bytes) -> bytes:
    """One attribute, padded to four bytes."""
    return _ATTRIBUTE.pack(len(payload) + 4, kind) + payload + _PADDING[len(payload) & 3]


def nested(kind: int, payload: bytes) -> bytes:
    """An attribute that holds attributes; ``payload`` is padded already."""
    return _ATTRIBUTE.pack(len(payload) + 4, kind | _NESTED) + payload


def u32(kind: int, value: int) -> bytes:
    """A 32-bit number."""
    return attribute(kind, _U32.pack(value))


def u64(kind: int, value: int) -> bytes:
    """A 64-bit number."""
    return attribute(kind, _U64.pack(value))


def text(kind: int, value: str) -> bytes:
    """A name, ended by NUL."""
    return attribute(kind, value.encode() + b"\0")


def expression(name: str, attributes: bytes = b"") -> bytes:
    """One instruction of a rule: NFTA_LIST_ELEM of NFTA_EXPR_NAME and NFTA_EXPR_DATA."""
    return nested(1, text(1, name) + nested(2, attributes))


def value(kind: int, data: bytes) -> bytes:
    """A constant: NFTA_DATA_VALUE within attribute ``kind``."""
    return nested(kind, attribute(1, data))


def verdict(kind: int, code: int, chain: str = "") -> bytes:
    """A verdict: NFTA_DATA_VERDICT within attribute ``kind``; ``code`` may be negative."""
    inner = u32(1, code & 0xFFFFFFFF) + (text(2, chain) if chain else b"")
    return nested(kind, nested(2, inner))


def subject(family: str, body: bytes) -> bytes:
    """What follows the netlink header: nfgenmsg (family, version 0, no resource), then the attributes."""
    return bytes((FAMILIES[family], 0, 0, 0)) + body


BATCH_SUBJECT: Final = bytes((0, 0, 0, SUBSYSTEM))
"""nfgenmsg of a batch's ends: the resource is the subsystem, big-endian."""
