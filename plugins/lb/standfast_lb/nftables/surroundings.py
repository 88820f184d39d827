"""What direct routing must know of this machine: its devices, and behind which one a server is."""

from __future__ import annotations

import errno
import socket
import struct
import sys

from standfast.api import Address
from standfast.net.command import Changer
from standfast.net.decode import ARPHRD_ETHER, IFF_LOOPBACK, IFF_UP, Link
from standfast.net.netlink import (
    HEADER,
    NETLINK_ADD_MEMBERSHIP,
    NLM_F_REQUEST,
    NLMSG_ERROR,
    RTNLGRP_LINK,
    SOL_NETLINK,
    MalformedMessage,
    decode_error,
    errno_words,
    messages,
)
from standfast.net.nft.decode import attributes
from standfast.net.nft.wire import attribute

_GETROUTE, _NEWROUTE = 26, 24
_RTA_DST, _RTA_OIF, _RTA_GATEWAY = 1, 4, 5
_ROUTE = struct.Struct("=BBBBBBBBI")
_LOCAL = 2
"""RTN_LOCAL: the address is this machine's."""


class Surroundings:
    """Links and routes of the namespace in which it was made; hears of links that come and go."""

    def __init__(self) -> None:
        self._changer = Changer()
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.settimeout(1)
        self._socket.bind((0, 0))
        self._links = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._links.bind((0, 0))  # one that has no address hears nothing
        self._links.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, RTNLGRP_LINK)
        self._links.setblocking(False)
        self._names: dict[int, str] = {}

    def fileno(self) -> int:
        """Readable when a link has come, gone or changed."""
        return self._links.fileno()

    def drain(self) -> None:
        """Forget what was heard; :meth:`devices` looks anew."""
        while True:
            try:
                self._links.recv(1 << 16)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:  # too many at once: we look anew in any case
                    raise

    def close(self) -> None:
        """Give the sockets back."""
        self._changer.close()
        self._socket.close()
        self._links.close()

    def devices(self) -> tuple[str, ...]:
        """Where packets for services may come in: every Ethernet device that is up."""
        links = self._changer.links()
        self._names = {link.index: link.name for link in links}
        return tuple(sorted(link.name for link in links if _carries(link)))

    def route(self, server: Address) -> tuple[str, int]:
        """Device (name and index) of a server. Raises :class:`ValueError` unless it is a neighbour."""
        family = server.socket_family
        body = _ROUTE.pack(family, server.bits, 0, 0, 0, 0, 0, 0, 0) + attribute(_RTA_DST, server.packed)
        self._socket.send(HEADER.pack(HEADER.size + len(body), _GETROUTE, NLM_F_REQUEST, 1, 0) + body)
        data = self._socket.recv(1 << 16)
        for kind, _flags, _sequence, start, end in messages(data):
            if kind == NLMSG_ERROR:
                raise ValueError(f"no route to {server}: {errno_words(decode_error(data, start, end))}")
            if kind == _NEWROUTE:
                return self._device(server, data, start, end)
        raise ValueError(f"no route to {server}")

    def _device(self, server: Address, data: bytes, start: int, end: int) -> tuple[str, int]:
        if end - start < _ROUTE.size:
            raise MalformedMessage("a route shorter than its header")
        found = {kind: data[first:last] for kind, first, last in attributes(data, start + _ROUTE.size, end)}
        if data[start + 7] == _LOCAL:
            raise ValueError(f"{server} is this machine itself, to which DR cannot send")
        if _RTA_GATEWAY in found:
            raise ValueError(f"{server} is behind a router; DR reaches only neighbours on a link of this machine")
        index = int.from_bytes(found.get(_RTA_OIF, b""), sys.byteorder)
        if index not in self._names:
            self.devices()
        return self._names.get(index, ""), index


def _carries(link: Link) -> bool:
    return link.kind == ARPHRD_ETHER and bool(link.flags & IFF_UP) and not link.flags & IFF_LOOPBACK
