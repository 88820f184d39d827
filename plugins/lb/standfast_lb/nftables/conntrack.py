"""Connections that a server leaves behind: deleted, so that clients are reset at once and not left to wait.

One message with a filter deletes all flows of a server (Linux 6.2 and later). Older kernels delete only by the whole
tuple, but dump by the filter: there, and where the filter cannot say which flows, they are read and deleted one by one.

For IPv6 the filter is never given addresses: as of Linux 6.18 it compares them the wrong way round, and takes exactly
the connections that it should leave alone.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass

from standfast.api import Address
from standfast.net.netlink import HEADER, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, MalformedMessage
from standfast.net.nft.channel import answers, netfilter_socket, unbroken
from standfast.net.nft.decode import attributes, subject_attributes
from standfast.net.nft.wire import attribute, nested

_GET, _DELETE = 0x101, 0x102
"""IPCTNL_MSG_CT_GET and _DELETE of subsystem 1."""
_ORIGINAL, _REPLY, _STATUS, _FILTER = 1, 2, 3, 25
_SOURCE, _DESTINATION, _PROTOCOL, _SOURCE_PORT, _DESTINATION_PORT = 0x01, 0x02, 0x08, 0x10, 0x20
_TRANSLATED = 0x20
"""IPS_DST_NAT."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Part of a connection that says whose it is. 0 and None: any."""

    server: Address
    protocol: int = 0
    server_port: int = 0
    service: Address | None = None
    service_port: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A connection of the kernel's table, as far as it is needed."""

    service: bytes
    service_port: int
    protocol: int
    server: bytes
    server_port: int
    translated: bool
    original: bytes
    """The tuple of the first direction, as it came: by it the entry is deleted."""

    @property
    def ends(self) -> tuple[int, bytes, int, bytes, int]:
        """Protocol, what was asked for, and who serves."""
        return self.protocol, self.service, self.service_port, self.server, self.server_port


class Conntrack:
    """Deletes connections in the network namespace in which it was made."""

    def __init__(self, opened: socket.socket | None = None) -> None:
        self._socket = opened or netfilter_socket()
        self._sequence = 0
        self._given_up = False

    def give_up(self) -> None:
        """Whoever is at work here, in another thread, ends with ECANCELED."""
        self._given_up = True

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def purge(self, flow: Flow) -> None:
        """Delete all connections of a server of a service with one address and port."""
        if flow.server.family == 4:
            try:
                self._ask(_DELETE, NLM_F_REQUEST | NLM_F_ACK, _filtered(flow))
            except FileNotFoundError:
                return
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
                    raise
            else:
                return
        asked = (flow.service.packed, flow.service_port) if flow.service else None
        self.purge_if(flow, lambda entry: asked is None or (entry.service, entry.service_port) == asked)

    def purge_of(self, flow: Flow, servers: Set[tuple[bytes, int]]) -> int:
        """Delete the connections of a service (of ``flow``) to any of many servers: all are read once.

        The kernel goes through its whole table for each filter, so a filter for each of a thousand servers takes long.
        """
        service = flow.service.packed if flow.service else b""
        found = self._found(flow, _filtered(flow, whole_service=True))
        asked = (entry for entry in found if (entry.service, entry.service_port) == (service, flow.service_port))
        return self._delete(flow, (entry for entry in asked if (entry.server, entry.server_port) in servers))

    def purge_any(self, flows: Set[Flow]) -> int:
        """Delete the connections of very many servers of one IP version: everything is read once."""
        flow = next(iter(flows))
        wanted = {
            (
                each.protocol,
                each.service and each.service.packed,
                each.service_port,
                each.server.packed,
                each.server_port,
            )
            for each in flows
        }
        found = self._found(flow, _subject(flow))
        return self._delete(flow, (entry for entry in found if entry.ends in wanted))

    def purge_if(self, flow: Flow, ours: Callable[[Entry], bool]) -> int:
        """Delete those translated to the server that ``ours`` says yes to; how many."""
        return self._delete(flow, (entry for entry in self.entries(flow) if ours(entry)))

    def _delete(self, flow: Flow, entries: Iterable[Entry]) -> int:
        count = 0
        for entry in entries:
            if entry.translated:
                body = _subject(flow) + nested(_ORIGINAL, entry.original)
                try:
                    self._ask(_DELETE, NLM_F_REQUEST | NLM_F_ACK, body)
                except FileNotFoundError:  # it ended by itself
                    continue
                count += 1
        return count

    def entries(self, flow: Flow) -> list[Entry]:
        """Connections that a server serves, also those that nobody sent there."""
        found = self._found(flow, _filtered(Flow(flow.server, flow.protocol, flow.server_port)))
        return [entry for entry in found if entry.server == flow.server.packed]

    def _found(self, flow: Flow, body: bytes) -> Iterator[Entry]:
        answers = unbroken(lambda: self._ask(_GET, NLM_F_REQUEST | NLM_F_DUMP, body))
        return (decode(data, start, end) for data, start, end in answers)

    def _ask(self, kind: int, flags: int, body: bytes) -> list[tuple[bytes, int, int]]:
        if self._given_up:
            raise OSError(errno.ECANCELED, "given up")
        self._sequence += 1
        header = HEADER.pack(HEADER.size + len(body), kind, flags, self._sequence, 0)
        self._socket.send(header + body)
        return list(answers(self._socket, self._sequence))


def _subject(flow: Flow) -> bytes:
    return bytes((flow.server.socket_family, 0, 0, 0))


def _filtered(flow: Flow, *, whole_service: bool = False) -> bytes:
    """Tuples of both directions, and which of their fields count; ``whole_service``: whoever serves."""
    by_address = flow.server.family == 4
    original, original_flags = b"", 0
    if flow.service is not None and by_address:
        original, original_flags = nested(1, attribute(2, flow.service.packed)), _DESTINATION  # CTA_IP_V4_DST
    number = attribute(1, bytes((flow.protocol,))) if flow.protocol else b""
    if flow.service_port:
        original += nested(2, number + attribute(3, flow.service_port.to_bytes(2, "big")))
        original_flags |= _PROTOCOL | _DESTINATION_PORT
    reply, reply_flags = b"", 0
    if by_address and not whole_service:
        reply, reply_flags = nested(1, attribute(1, flow.server.packed)), _SOURCE  # CTA_IP_V4_SRC
    if flow.protocol:
        named = flow.server_port and not whole_service
        port = attribute(2, flow.server_port.to_bytes(2, "big")) if named else b""
        reply += nested(2, number + port)
        reply_flags |= _PROTOCOL | (_SOURCE_PORT if named else 0)
    both = b"".join(nested(kind, each) for kind, each in ((_ORIGINAL, original), (_REPLY, reply)) if each)
    chosen = nested(_FILTER, _host32(1, original_flags) + _host32(2, reply_flags))
    return _subject(flow) + both + chosen


def _host32(kind: int, value: int) -> bytes:
    """The filter's flags are in host order, unlike all else."""
    return attribute(kind, struct.pack("=I", value))


def decode(data: bytes, start: int, end: int) -> Entry:
    """One entry of a dump. Raises :class:`MalformedMessage`, nothing else."""
    service, port, protocol, status, original, server, server_port = b"", 0, 0, 0, b"", b"", 0
    for kind, first, last in subject_attributes(data, start, end):
        if kind == _ORIGINAL:
            original = data[first:last]
            _client, _client_port, service, port, protocol = _tuple(data, first, last)
        elif kind == _REPLY:
            server, server_port, *_ = _tuple(data, first, last)
        elif kind == _STATUS:
            status = int.from_bytes(data[first:last], "big")
    if not original:
        raise MalformedMessage("a connection without its tuple")
    return Entry(service, port, protocol, server, server_port, bool(status & _TRANSLATED), original)


def _tuple(data: bytes, start: int, end: int) -> tuple[bytes, int, bytes, int, int]:
    """Source and destination with their ports, and protocol."""
    source, source_port, destination, port, protocol = b"", 0, b"", 0, 0
    for kind, value in _inner(data, start, end):
        if kind in ((1, 1), (1, 3)):
            source = value
        elif kind in ((1, 2), (1, 4)):
            destination = value
        elif kind == (2, 1):
            protocol = int.from_bytes(value, "big")
        elif kind == (2, 2):
            source_port = int.from_bytes(value, "big")
        elif kind == (2, 3):
            port = int.from_bytes(value, "big")
    return source, source_port, destination, port, protocol


def _inner(data: bytes, start: int, end: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    for outer, first, last in attributes(data, start, end):
        if outer in (1, 2):
            for kind, begin, stop in attributes(data, first, last):
                yield (outer, kind), data[begin:stop]
