"""Which addresses a host holds, told by the kernel (rtnetlink(7)): the lab's own eyes, not the product's.

The lab judges the product, so it shares no code with it.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from ipaddress import ip_address

from standfast.lab.namespace import LabError, Namespace

_NEWADDR, _DELADDR, _GETADDR, _DONE, _ERROR = 20, 21, 22, 3, 2
_REQUEST_DUMP = 0x301
_GROUPS = 0x10 | 0x100  # RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR
_HEADER = struct.Struct("=IHHII")
_IFADDRMSG = struct.Struct("=BBBBI")
_IFA_ADDRESS, _IFA_LOCAL = 1, 2


class AddressWatch:
    """The addresses of one namespace, kept up to date by events; wait for one to come or go."""

    def __init__(self, namespace: Namespace) -> None:
        with namespace.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((0, _GROUPS))
        self._present: set[str] = set()
        self._dump()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def present(self) -> frozenset[str]:
        """All addresses of the host now, as text without prefix length."""
        self._read()
        return frozenset(self._present)

    def wait(self, address: str, *, held: bool, timeout_s: float) -> bool:
        """Wait until the host holds (or no longer holds) an address; False when the time is over.

        An address that is away for a moment has been lost, also if we come too late to see it missing: a loss counts
        from when somebody last asked.
        """
        deadline = time.monotonic() + timeout_s
        wanted = str(ip_address(address))
        while True:
            lost = wanted in self._read()
            if (wanted in self._present) is held or (lost and not held):
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            select.select([self._socket], [], [], left)

    def _dump(self) -> set[str]:
        """Ask for all of them; which had gone meanwhile."""
        before = set(self._present)
        self._present.clear()
        request = _HEADER.pack(_HEADER.size + _IFADDRMSG.size, _GETADDR, _REQUEST_DUMP, 1, 0)
        self._socket.send(request + _IFADDRMSG.pack(0, 0, 0, 0, 0))
        while not self._take(self._socket.recv(1 << 17), set()):
            pass
        return before - self._present

    def _read(self) -> set[str]:
        """Take in what is told by now; which addresses have gone in the course of it."""
        lost: set[str] = set()
        while select.select([self._socket], [], [], 0)[0]:
            try:
                self._take(self._socket.recv(1 << 17), lost)
            except OSError as error:  # ENOBUFS: events were lost, ask again
                if error.errno != errno.ENOBUFS:
                    raise
                lost |= self._dump()
        return lost

    def _take(self, data: bytes, lost: set[str]) -> bool:
        """Apply messages; True when they end a dump."""
        for kind, body in _messages(data):
            if kind == _DONE:
                return True
            if kind == _ERROR:
                code = -struct.unpack_from("=i", body)[0]
                raise LabError(f"the kernel refused to list addresses: {os.strerror(code)}")
            if kind == _NEWADDR:
                self._present.add(_address(body))
            if kind == _DELADDR:
                self._present.discard(_address(body))
                lost.add(_address(body))
        return False


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + _HEADER.size <= len(data):
        length, kind, *_ = _HEADER.unpack_from(data, offset)
        yield kind, data[offset + _HEADER.size : offset + length]
        offset += (length + 3) & ~3


def _address(body: bytes) -> str:
    """IFA_LOCAL if given (IPv4: IFA_ADDRESS is the peer on point-to-point links), else IFA_ADDRESS."""
    found: dict[int, bytes] = {}
    offset = _IFADDRMSG.size
    while offset + 4 <= len(body):
        length, kind = struct.unpack_from("=HH", body, offset)
        found[kind] = body[offset + 4 : offset + length]
        offset += (length + 3) & ~3
    return str(ip_address(found.get(_IFA_LOCAL) or found[_IFA_ADDRESS]))
