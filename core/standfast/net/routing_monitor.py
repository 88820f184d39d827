"""The netlink socket on which the kernel tells that a route or rule of ours is gone.

A socket of its own, with a filter in the kernel: on a router that speaks BGP thousands of routes may change in a
second, and none of them is our business.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterable
from typing import Final

from standfast.config.route_model import OUR_PROTOCOL
from standfast.net import bpf
from standfast.net.netlink import (
    NETLINK_ADD_MEMBERSHIP,
    NETLINK_DROP_MEMBERSHIP,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTNLGRP_IPV4_ROUTE,
    RTNLGRP_IPV4_RULE,
    RTNLGRP_IPV6_ROUTE,
    RTNLGRP_IPV6_RULE,
    SOL_NETLINK,
    MalformedMessage,
    messages,
)
from standfast.net.policy import decode_rule
from standfast.net.routes import decode_route
from standfast.net.routing import Seen

_GROUPS: Final = (RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE)
_DATAGRAM: Final = 65_536
_TYPE_OFFSET, _PROTOCOL_OFFSET = 4, 16 + 5

_LOAD_HALF, _LOAD_BYTE, _JUMP_IF_EQUAL, _RETURN = 0x28, 0x30, 0x15, 0x06


class RoutingMonitor:
    """``fileno()`` is readable when there is something to :meth:`read`. Silent until told to listen."""

    def __init__(self) -> None:
        self.overrun = False
        """Messages were lost, or not understood: compare with the kernel's tables. The caller sets it back."""
        self._listening = False
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        _filter(self._socket)
        self._socket.bind((0, 0))

    def fileno(self) -> int:
        """Of the socket, for ``wait_readable``."""
        return self._socket.fileno()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def listen(self, wanted: bool) -> None:
        """Listen as long as there are routes or rules to watch over."""
        if wanted == self._listening:
            return
        self._listening = wanted
        for group in _GROUPS:
            option = NETLINK_ADD_MEMBERSHIP if wanted else NETLINK_DROP_MEMBERSHIP
            self._socket.setsockopt(SOL_NETLINK, option, group)

    def read(self, limit: int = 64) -> list[Seen]:
        """Routes and rules of ours that are gone, at most ``limit`` datagrams' worth."""
        gone: list[Seen] = []
        for _ in range(limit):
            try:
                gone += _decode(self._socket.recv(_DATAGRAM))
            except BlockingIOError:
                break
            except MalformedMessage:  # a kernel that speaks otherwise
                self.overrun = True
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.overrun = True
        return gone


def _decode(data: bytes) -> Iterable[Seen]:
    for kind, _flags, _sequence, start, end in messages(data):
        if kind == RTM_DELROUTE:
            yield decode_route(data, start, end)
        elif kind == RTM_DELRULE:
            yield decode_rule(data, start, end)


def _filter(sock: socket.socket) -> None:
    """Let through: deletions of routes with our protocol number, and deletions of rules (whose number lies deeper)."""
    program = b"".join(
        bpf.INSTRUCTION.pack(*step)
        for step in (
            (_LOAD_HALF, 0, 0, _TYPE_OFFSET),
            (_JUMP_IF_EQUAL, 3, 0, _as_loaded(RTM_DELRULE)),
            (_JUMP_IF_EQUAL, 0, 3, _as_loaded(RTM_DELROUTE)),
            (_LOAD_BYTE, 0, 0, _PROTOCOL_OFFSET),
            (_JUMP_IF_EQUAL, 0, 1, OUR_PROTOCOL),
            (_RETURN, 0, 0, 0xFFFFFFFF),
            (_RETURN, 0, 0, 0),
        )
    )
    bpf.attach(sock, program)


def _as_loaded(number: int) -> int:
    """A 16-bit number in host order as the filter reads it: in network order."""
    return int.from_bytes(number.to_bytes(2, sys.byteorder), "big")
