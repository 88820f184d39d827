"""Address messages for the kernel, encoded ahead of time with pyroute2's message classes.

A message is encoded once, when the configuration loads (70 us each); taking over only fills in interface
index, flags and sequence number and sends a batch.
"""

from __future__ import annotations

import importlib.util
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from standfast.config.model import VirtualAddress
from standfast.net.netlink import (
    HEADER,
    NLM_F_ACK,
    NLM_F_CREATE,
    NLM_F_REPLACE,
    NLM_F_REQUEST,
    RTM_DELADDR,
    RTM_NEWADDR,
)

IFA_PROTO = 83
"""What we write into IFA_PROTO: tells our addresses from everybody else's (kernel 5.18 and later)."""

_IFA_F_NODAD = 0x02
_IFA_F_HOMEADDRESS = 0x10
_IFA_F_MANAGETEMPADDR = 0x100
_IFA_F_NOPREFIXROUTE = 0x200
_IFA_F_MCAUTOJOIN = 0x400
_FOREVER = 0xFFFFFFFF

_U16 = struct.Struct("=H")
_WORD = 4
_FLAGS_OFFSET, _SEQUENCE_OFFSET = 6, 8
_INDEX_OFFSET = HEADER.size + 4
"""Of ifa_index within a whole message."""


@dataclass(frozen=True, slots=True)
class AddressMessages:
    """What puts one address on and takes it off; interface index, flags and sequence are filled in later."""

    add: bytes
    delete: bytes


class Datagram:
    """Messages for one system call, joined; may be made ahead of time and sent again and again."""

    def __init__(self, batch: Sequence[tuple[bytes, int | None]]) -> None:
        """Of ``(message, interface index)`` pairs, at least one; the last is to be acknowledged.

        Index None: the message names its interfaces itself.
        """
        self._content = bytearray().join([message for message, _ in batch])
        # Netlink pads every message to words of four bytes.
        self._words = memoryview(self._content).cast("I")
        self._sequences: list[int] = []
        start = 0
        for message, index in batch:
            self._sequences.append((start + _SEQUENCE_OFFSET) // _WORD)
            if index is not None:
                self._words[(start + _INDEX_OFFSET) // _WORD] = index
            last, start = start, start + len(message)
        (flags,) = _U16.unpack_from(self._content, last + _FLAGS_OFFSET)
        _U16.pack_into(self._content, last + _FLAGS_OFFSET, flags | NLM_F_ACK)

    def __len__(self) -> int:
        """How many messages."""
        return len(self._sequences)

    def numbered(self, first: int) -> bytearray:
        """What to send, its messages numbered from ``first`` on; good until the next call."""
        words = self._words
        for number, place in enumerate(self._sequences, first):
            words[place] = number & 0xFFFFFFFF
        return self._content


def stand_in_for_pyroute2() -> None:
    """Make ``import pyroute2.x.y`` skip the package's ``__init__``, which brings asyncio and 370 modules (24 MB).

    For the VRRP process alone, after the fork: nothing else of pyroute2 works afterwards.
    """
    spec = importlib.util.find_spec("pyroute2")
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError("pyroute2 is not installed: reinstall standfast with its dependencies")
    bare = ModuleType("pyroute2")
    bare.__path__ = [str(Path(place)) for place in spec.submodule_search_locations]
    sys.modules["pyroute2"] = bare


class AddressEncoder:
    """Encodes addresses; remembers them, so that a reload pays only for new ones.

    Imports pyroute2's ``ifaddrmsg`` when built: processes that do not encode never load it.
    """

    def __init__(self) -> None:
        from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg

        self._message_class: Any = ifaddrmsg
        self._known: dict[VirtualAddress, AddressMessages] = {}

    def __call__(self, address: VirtualAddress) -> AddressMessages:
        """The messages for ``address``; encoded on the first call."""
        messages = self._known.get(address)
        if messages is None:
            messages = self._known[address] = AddressMessages(
                self._encode(address, RTM_NEWADDR, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE, _attributes(address)),
                self._encode(address, RTM_DELADDR, NLM_F_REQUEST, _identity(address)),
            )
        return messages

    def forget_all_but(self, wanted: set[VirtualAddress]) -> None:
        """Drop what the configuration no longer names."""
        self._known = {address: messages for address, messages in self._known.items() if address in wanted}

    def _encode(self, address: VirtualAddress, kind: int, flags: int, attributes: list[tuple[str, Any]]) -> bytes:
        message = self._message_class()
        message["family"] = int(address.address.socket_family)
        message["prefixlen"] = address.prefix
        message["scope"] = address.scope
        message["index"] = 0
        message["attrs"] = attributes
        message["header"] = {"type": kind, "flags": flags, "sequence_number": 0, "pid": 0}
        message.encode()
        return bytes(message.data)


def _identity(address: VirtualAddress) -> list[tuple[str, Any]]:
    """By what the kernel finds the address: itself, and the peer's where it has one.

    Without IFA_ADDRESS it does not look at the prefix length, and takes off the first one that is alike.
    """
    return [("IFA_LOCAL", str(address.address)), ("IFA_ADDRESS", str(address.peer or address.address))]


def _attributes(address: VirtualAddress) -> list[tuple[str, Any]]:
    attributes = _identity(address)
    if address.broadcast is not None:
        attributes.append(("IFA_BROADCAST", str(address.broadcast)))
    if address.label:
        attributes.append(("IFA_LABEL", address.label))
    flags = _flags(address)
    if flags:
        attributes.append(("IFA_FLAGS", flags))
    if address.preferred_lft_s is not None or address.lease_s is not None:
        valid = _FOREVER if address.lease_s is None else address.lease_s
        preferred = valid if address.preferred_lft_s is None else min(address.preferred_lft_s, valid)
        lifetimes = {"ifa_preferred": preferred, "ifa_valid": valid, "cstamp": 0, "tstamp": 0}
        attributes.append(("IFA_CACHEINFO", lifetimes))
    attributes.append(("IFA_PROTO", IFA_PROTO))
    return attributes


def _flags(address: VirtualAddress) -> int:
    # Duplicate address detection would keep a new master silent for a second while the old one still answers.
    nodad = _IFA_F_NODAD if address.address.family == 6 and not address.dad else 0
    return (
        nodad
        | (_IFA_F_HOMEADDRESS if address.home else 0)
        | (_IFA_F_MANAGETEMPADDR if address.mngtmpaddr else 0)
        | (_IFA_F_NOPREFIXROUTE if address.noprefixroute else 0)
        | (_IFA_F_MCAUTOJOIN if address.autojoin else 0)
    )
