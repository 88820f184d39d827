"""The netlink command socket: dumps and batches of changes, synchronous because the kernel is.

rtnetlink does the work inside ``send``; when that returns, every answer already lies in the receive
buffer, so nothing here waits.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator, Sequence

from standfast.net.decode import HostAddress, Link, decode_address, decode_link, decode_vrf_table
from standfast.net.encode import Datagram
from standfast.net.netlink import (
    HEADER,
    NETLINK_CAP_ACK,
    NETLINK_GET_STRICT_CHK,
    NLM_F_DUMP,
    NLM_F_DUMP_INTR,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    RTM_GETADDR,
    RTM_GETLINK,
    RTM_GETROUTE,
    RTM_GETRULE,
    RTM_NEWADDR,
    RTM_NEWLINK,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    SOL_NETLINK,
    DumpInterrupted,
    decode_error,
    messages,
)
from standfast.net.policy import SeenRule, decode_rule
from standfast.net.routes import HEAD, SeenRoute, decode_route

_BUFFER = 65_536
_RECEIVE_BUFFER = 1 << 20
_DUMP_TRIES = 5
_ANSWER_SECONDS = 1
"""Longest wait for an answer that should be there already; only a broken kernel makes us wait."""


class Changer:
    """Sends batches of ready messages and asks for dumps. One for each process."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        # An error then repeats our header alone, not the whole message.
        self._socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        timeout = struct.pack("@ll", _ANSWER_SECONDS, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
        # The kernel filters dumps by what their header says: of a million routes we want our own.
        self._socket.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
        self._socket.bind((0, 0))
        self._sequence = 0

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def perform(self, batch: Sequence[tuple[bytes, int | None]]) -> list[int]:
        """Send ``(message, interface index)`` pairs in one system call; give the errno of each, 0 = done.

        Index None: the message names its interfaces itself.

        The kernel acknowledges the last; the others answer only when they fail.
        """
        return self.send(self.join(batch)) if batch else []

    def join(self, batch: Sequence[tuple[bytes, int | None]]) -> Datagram:
        """For :meth:`send`, ahead of time; at least one message."""
        return Datagram(batch)

    def send(self, datagram: Datagram) -> list[int]:
        """As :meth:`perform`; what is joined already can be sent again and again."""
        first = self._sequence + 1
        self._sequence += len(datagram)
        self._socket.send(datagram.numbered(first))
        return self._results(first, len(datagram))

    def _results(self, first: int, count: int) -> list[int]:
        results = [0] * count
        while True:
            try:
                data = self._socket.recv(_BUFFER)
            except BlockingIOError:  # SO_RCVTIMEO is over
                results[-1] = errno.ETIMEDOUT
                return results
            for kind, _flags, sequence, start, end in messages(data):
                place = (sequence - first) & 0xFFFFFFFF
                if kind == NLMSG_ERROR and place < count:
                    results[place] = decode_error(data, start, end)
                    if place == count - 1:
                        return results

    def links(self) -> list[Link]:
        """Every interface of this namespace, in the kernel's order."""
        return [
            link
            for kind, data, start, end in self._dump(RTM_GETLINK, b"\0" * 16)
            if kind == RTM_NEWLINK and (link := decode_link(data, start, end)) is not None
        ]

    def addresses(self) -> list[HostAddress]:
        """Every IPv4 and IPv6 address of this namespace, in the kernel's order (the primary one first)."""
        return [
            decode_address(data, start, end)
            for kind, data, start, end in self._dump(RTM_GETADDR, b"\0" * 8)
            if kind == RTM_NEWADDR
        ]

    def routes(self, protocol: int) -> list[SeenRoute]:
        """The IPv4 and IPv6 routes of all tables that were made under this protocol number."""
        found = []
        for family in (socket.AF_INET, socket.AF_INET6):
            body = HEAD.pack(family, 0, 0, 0, 0, protocol, 0, 0, 0)
            for kind, data, start, end in self._dump(RTM_GETROUTE, body):
                if kind == RTM_NEWROUTE and (seen := decode_route(data, start, end)).protocol == protocol:
                    found.append(seen)
        return found

    def rules(self, protocol: int) -> list[SeenRule]:
        """The IPv4 and IPv6 rules that were made under this protocol number."""
        found = []
        for family in (socket.AF_INET, socket.AF_INET6):
            for kind, data, start, end in self._dump(RTM_GETRULE, HEAD.pack(family, 0, 0, 0, 0, 0, 0, 0, 0)):
                if kind == RTM_NEWRULE and (seen := decode_rule(data, start, end)).protocol == protocol:
                    found.append(seen)
        return found

    def vrf_table(self, index: int) -> int | None:
        """The routing table of a VRF device; None if the interface is none."""
        body = struct.pack("=BxHiII", 0, 0, index, 0, 0)
        self._sequence += 1
        ours = self._sequence & 0xFFFFFFFF
        header = HEADER.pack(HEADER.size + len(body), RTM_GETLINK, NLM_F_REQUEST, ours, 0)
        self._socket.send(header + body)
        data = self._socket.recv(_BUFFER)
        for kind, _flags, sequence, start, end in messages(data):
            if kind == RTM_NEWLINK and sequence == ours:
                return decode_vrf_table(data, start, end)
        return None

    def _dump(self, kind: int, body: bytes) -> list[tuple[int, bytes, int, int]]:
        for attempt in range(_DUMP_TRIES):
            try:
                return list(self._dump_once(kind, body))
            except DumpInterrupted:
                if attempt == _DUMP_TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _dump_once(self, kind: int, body: bytes) -> Iterator[tuple[int, bytes, int, int]]:
        self._sequence += 1
        ours = self._sequence & 0xFFFFFFFF
        flags = NLM_F_REQUEST | NLM_F_DUMP
        self._socket.send(HEADER.pack(HEADER.size + len(body), kind, flags, ours, 0) + body)
        interrupted = False
        while True:
            data = self._socket.recv(_BUFFER)
            for answer, answer_flags, sequence, start, end in messages(data):
                if sequence != ours:
                    continue
                interrupted = interrupted or bool(answer_flags & NLM_F_DUMP_INTR)
                if answer == NLMSG_ERROR:
                    raise OSError(decode_error(data, start, end), "the kernel refuses a dump")
                if answer == NLMSG_DONE:
                    if interrupted:
                        raise DumpInterrupted
                    return
                yield answer, data, start, end
