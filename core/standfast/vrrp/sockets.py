"""The raw sockets adverts come and go by. Shared by all instances of one interface and group (or local address).

Python lacks names for several options; the numbers are those of ``linux/in.h``, ``linux/in6.h``
and ``asm-generic/socket.h``.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from standfast import clock
from standfast.net import bpf
from standfast.values import Address, Family
from standfast.vrrp import filters
from standfast.vrrp.packet import DSCP_CS6, Envelope, open_ipv4, open_ipv6

VRRP: Final = 112
"""IP protocol number."""

_IP_HDRINCL = 3
_IP_FREEBIND = 15
_IP_MULTICAST_ALL = 49
_IPV6_CHECKSUM = 7
_IPV6_MULTICAST_ALL = 29
_IPV6_FREEBIND = 78
_IPV6_PKTINFO = 50
_IPV6_HOPLIMIT = 52
_IPV6_TCLASS = 67
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35
_CHECKSUM_OFFSET = 6

_MREQN = struct.Struct("=4s4si")
_MREQ6 = struct.Struct("=16si")
_PKTINFO6 = struct.Struct("=16sI")
_TIMESPEC = struct.Struct("@ll")
_INT = struct.Struct("@i")
_TRUNCATED = int(socket.MSG_TRUNC)  # as an enum its `&` costs a microsecond for each datagram
_DATAGRAM = 65_535
_ANCILLARY = socket.CMSG_SPACE(_TIMESPEC.size) + socket.CMSG_SPACE(_PKTINFO6.size) + socket.CMSG_SPACE(_INT.size)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What one pair of sockets serves."""

    family: Family
    interface: str
    """For unicast the VRF whose table it follows; empty: the usual one."""
    index: int
    """Of the interface; 0 for unicast, which follows the routing table."""
    address: Address
    """The multicast group, or the local address of unicast instances."""
    protocol: int = VRRP
    """51 for instances with an authentication header (AH)."""


class Listener:
    """The receive socket of an endpoint."""

    def __init__(self, endpoint: Endpoint, vrids: Collection[int] | None) -> None:
        self.endpoint = endpoint
        self.truncated = 0
        self._socket = _raw(endpoint)
        try:
            self._prepare(endpoint)
            self.admit(vrids)
            _bind(self._socket, endpoint)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """For ``wait_readable``."""
        return self._socket.fileno()

    def close(self) -> None:
        """Leave the group, give the socket back."""
        self._socket.close()

    def admit(self, vrids: Collection[int] | None) -> None:
        """Receive adverts for these virtual routers from now on. None: for all that there are."""
        if vrids is None:
            bpf.attach(self._socket, filters.everything())
            return
        authenticated = self.endpoint.protocol != VRRP
        bpf.attach(self._socket, filters.vrids(vrids, family=self.endpoint.family, authenticated=authenticated))

    def enlarge(self, size: int) -> None:
        """Let at least so many bytes wait. The kernel doubles the number for its own accounting (socket(7))."""
        if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) < 2 * size:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, size)

    def drain(self, limit: int) -> list[Envelope | None]:
        """At most ``limit`` waiting datagrams, in order of arrival. None: too short to mean anything."""
        received: list[Envelope | None] = []
        offset = 0
        while len(received) < limit:
            try:
                data, ancillary, flags, sender = self._socket.recvmsg(_DATAGRAM, _ANCILLARY)
            except OSError:  # nothing left; or a pending error of the link (ENETDOWN), which reading clears
                break
            if flags & _TRUNCATED:
                self.truncated += 1
                continue
            offset = offset or clock.now() - time.time_ns() // 1000
            received.append(self._open(data, ancillary, sender, offset))
        return received

    def _open(
        self, data: bytes, ancillary: list[tuple[int, int, bytes]], sender: tuple[str, ...], offset: int
    ) -> Envelope | None:
        arrived = 0
        destination, hop_limit = bytes(16), 0
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET:
                seconds, nanoseconds = _TIMESPEC.unpack(value)
                arrived = seconds * 1_000_000 + nanoseconds // 1000 + offset
            elif kind == _IPV6_PKTINFO:
                destination = value[:16]
            elif kind == _IPV6_HOPLIMIT:
                (hop_limit,) = _INT.unpack(value)
        if self.endpoint.family == 4:
            return open_ipv4(data, arrived)
        source = socket.inet_pton(socket.AF_INET6, sender[0].partition("%")[0])
        return open_ipv6(data, source, destination, hop_limit, arrived)

    def _prepare(self, endpoint: Endpoint) -> None:
        sock = self._socket
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        if endpoint.family == 6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_CHECKSUM, _CHECKSUM_OFFSET)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        if endpoint.address.is_multicast:
            _join(sock, endpoint)


class Mouth:
    """The send socket of an endpoint. It never receives."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._socket = _raw(endpoint)
        try:
            self._prepare(endpoint)
        except OSError:
            self._socket.close()
            raise
        # Adverts for the group never take a route: they belong to this link (ip(7)).
        self._flags = socket.MSG_DONTWAIT | (socket.MSG_DONTROUTE if endpoint.address.is_multicast else 0)

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def say_ipv4(self, datagram: bytes | bytearray, destination: tuple[str, int]) -> None:
        """Send a whole datagram, IP header included. Raises OSError."""
        self._socket.sendto(datagram, self._flags, destination)

    def say_ipv6(
        self, message: bytes, ancillary: list[tuple[int, int, bytes]], destination: tuple[str, int, int, int]
    ) -> None:
        """Send a message; the kernel writes header and checksum. Raises OSError."""
        self._socket.sendmsg((message,), ancillary, self._flags, destination)

    def _prepare(self, endpoint: Endpoint) -> None:
        sock = self._socket
        bpf.attach(sock, filters.nothing())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)
        if endpoint.family == 4:
            sock.setsockopt(socket.IPPROTO_IP, _IP_HDRINCL, 1)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, DSCP_CS6)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_CHECKSUM, _CHECKSUM_OFFSET)
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_TCLASS, DSCP_CS6)
        if endpoint.address.is_multicast:
            _aim(sock, endpoint)


def ipv6_ancillary(source: Address, index: int, hop_limit: int) -> list[tuple[int, int, bytes]]:
    """Source address, interface (0: as routed) and hop limit for :meth:`Mouth.say_ipv6`."""
    return [
        (socket.IPPROTO_IPV6, _IPV6_PKTINFO, _PKTINFO6.pack(source.packed, index)),
        (socket.IPPROTO_IPV6, _IPV6_HOPLIMIT, _INT.pack(hop_limit)),
    ]


def ipv6_destination(address: Address, index: int) -> tuple[str, int, int, int]:
    """The socket address; a link-local or multicast one needs its interface."""
    return str(address), 0, 0, index if address.is_link_local or address.is_multicast else 0


def _raw(endpoint: Endpoint) -> socket.socket:
    kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
    sock = socket.socket(socket.AF_INET if endpoint.family == 4 else socket.AF_INET6, kind, endpoint.protocol)
    try:
        # Otherwise the socket gets every group that anybody on this host has joined (ip(7)).
        if endpoint.family == 4:
            sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MULTICAST_ALL, 0)
        if endpoint.address.is_multicast or (endpoint.interface and not endpoint.index):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, endpoint.interface.encode() + b"\0")
    except OSError:
        sock.close()
        raise
    return sock


def _bind(sock: socket.socket, endpoint: Endpoint) -> None:
    """To the group, which keeps unicast away, or to the local address, there yet or not."""
    if not endpoint.address.is_multicast:
        if endpoint.family == 4:
            sock.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_FREEBIND, 1)
    if endpoint.family == 4:
        sock.bind((str(endpoint.address), 0))
    else:
        sock.bind(ipv6_destination(endpoint.address, endpoint.index))


def _join(sock: socket.socket, endpoint: Endpoint) -> None:
    group = endpoint.address.packed
    if endpoint.family == 4:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, _MREQN.pack(group, bytes(4), endpoint.index))
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, _MREQ6.pack(group, endpoint.index))


def _aim(sock: socket.socket, endpoint: Endpoint) -> None:
    """Multicast leaves by this interface, and is not heard by other programs of this host (MULTICAST_LOOP)."""
    if endpoint.family == 4:
        mreqn = _MREQN.pack(bytes(4), bytes(4), endpoint.index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, mreqn)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, endpoint.index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
