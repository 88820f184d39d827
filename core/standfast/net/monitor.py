"""The one netlink socket on which the kernel tells about links and addresses (rtnetlink(7)).

When it says ENOBUFS, messages were lost: the tables are read anew and the missed events made up from the difference.
"""

from __future__ import annotations

import errno
import socket

from standfast.net.command import Changer
from standfast.net.decode import decode_address, decode_link
from standfast.net.host import Host, HostEvent
from standfast.net.netlink import (
    NETLINK_ADD_MEMBERSHIP,
    NLMSG_OVERRUN,
    RTM_DELADDR,
    RTM_DELLINK,
    RTM_NEWADDR,
    RTM_NEWLINK,
    RTNLGRP_IPV4_IFADDR,
    RTNLGRP_IPV6_IFADDR,
    RTNLGRP_LINK,
    SOL_NETLINK,
    DumpInterrupted,
    MalformedMessage,
    messages,
)

_SO_RCVBUFFORCE = 33  # socket(7); Python has no name for it
_RECEIVE_BUFFER = 4 << 20
_DATAGRAM = 65_536
_GROUPS = (RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR)


class Monitor:
    """Keeps ``host`` equal to the kernel. ``fileno()`` is readable when there is something to :meth:`read`."""

    def __init__(self, changer: Changer, *, receive_buffer: int = 0) -> None:
        self.host = Host()
        self.resyncs = 0
        """How often messages were lost."""
        self.drained = True
        """Did the last :meth:`read` find the end of the queue?"""
        self._changer = changer
        self._lost = False
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        _enlarge(self._socket, receive_buffer or _RECEIVE_BUFFER)
        self._socket.bind((0, 0))
        for group in _GROUPS:
            self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
        # Subscribed first, read afterwards: what happens in between comes as messages that say it once more.
        self._read_tables()

    @property
    def owes_a_resync(self) -> bool:
        """The tables could not be read in the storm: :meth:`read` again soon, readable or not."""
        return self._lost

    def fileno(self) -> int:
        """Of the socket, for ``wait_readable``."""
        return self._socket.fileno()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def read(self, limit: int = 64) -> list[HostEvent]:
        """What changed, at most ``limit`` messages' worth. Empty: nothing to read (or nothing of interest)."""
        events: list[HostEvent] = []
        self.drained = False
        for _ in range(limit):
            if self._lost:
                break
            try:
                data = self._socket.recv(_DATAGRAM)
            except BlockingIOError:
                self.drained = True
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._lost = True
                continue
            events += self._apply(data)
        return events + self._resync() if self._lost else events

    def _resync(self) -> list[HostEvent]:
        self.resyncs += 1
        self._drop_the_stale()
        try:
            events = self._read_tables()
        except DumpInterrupted:  # the storm goes on; the next read tries again
            return []
        self._lost, self.drained = False, True
        return events

    def _drop_the_stale(self) -> None:
        """Messages still queued are older than the dump to come; what is newer says it once more."""
        while True:
            try:
                self._socket.recv(_DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise

    def _read_tables(self) -> list[HostEvent]:
        return self.host.resync(self._changer.links(), self._changer.addresses())

    def _apply(self, data: bytes) -> list[HostEvent]:
        events: list[HostEvent] = []
        try:
            for kind, _flags, _sequence, start, end in messages(data):
                events += self._apply_one(kind, data, start, end)
        except MalformedMessage:  # a kernel that speaks otherwise: look at the tables instead
            self._lost = True
        return events

    def _apply_one(self, kind: int, data: bytes, start: int, end: int) -> list[HostEvent]:
        if kind in (RTM_NEWLINK, RTM_DELLINK):
            return self._apply_link(kind, data, start, end)
        if kind == RTM_NEWADDR:
            return self.host.address_is(decode_address(data, start, end))
        if kind == RTM_DELADDR:
            return self.host.address_gone(decode_address(data, start, end))
        if kind == NLMSG_OVERRUN:
            self._lost = True
        return []

    def _apply_link(self, kind: int, data: bytes, start: int, end: int) -> list[HostEvent]:
        # AF_BRIDGE messages of a port look like links, and say "deleted" when only the port is.
        link = decode_link(data, start, end) if data[start : start + 1] == b"\0" else None
        if link is None:
            return []
        return self.host.link_is(link) if kind == RTM_NEWLINK else self.host.link_gone(link.index)


def _enlarge(sock: socket.socket, size: int) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, size)
    except PermissionError:  # without CAP_NET_ADMIN: as much as rmem_max allows
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
