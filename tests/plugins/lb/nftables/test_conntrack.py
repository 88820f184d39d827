from __future__ import annotations

import errno
import socket
import struct
import threading
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.api import Address
from standfast.net.netlink import HEADER, NLMSG_DONE, NLMSG_ERROR, MalformedMessage, messages
from standfast.net.nft.wire import attribute, nested, u32
from standfast_lb.nftables.conntrack import Conntrack, Flow, decode

SERVER, OTHER, VIP = (Address.parse(text) for text in ("10.0.0.1", "10.0.0.2", "192.0.2.1"))
FLOW = Flow(SERVER, 6, 8080, VIP, 80)


def ends(source: Address, destination: Address, ports: tuple[int, int]) -> bytes:
    addresses = attribute(1, source.packed) + attribute(2, destination.packed)
    from_port, to_port = (attribute(2 + n, port.to_bytes(2, "big")) for n, port in enumerate(ports))
    return nested(1, addresses) + nested(2, attribute(1, b"\6") + from_port + to_port)


def entry(server: Address, *, translated: bool = True) -> bytes:
    original, reply = ends(OTHER, VIP, (999, 80)), ends(server, OTHER, (8080, 999))
    return b"\2\0\0\0" + nested(1, original) + nested(2, reply) + u32(3, 0x20 if translated else 0)


def test_an_entry():
    data = entry(SERVER)
    found = decode(data, 0, len(data))
    assert (found.service, found.service_port, found.protocol) == (VIP.packed, 80, 6)
    assert (found.server, found.server_port, found.translated) == (SERVER.packed, 8080, True)


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 255), st.binary(max_size=20))
def test_any_bytes_decode_or_are_malformed(place, octet, tail):
    data = bytearray(entry(SERVER) + tail)
    data[place % len(data)] = octet
    with suppress(MalformedMessage):
        decode(bytes(data), 0, len(data))


class OldKernel(threading.Thread):
    """Refuses to delete by filter, as Linux before 6.2; notes what it deletes by tuple."""

    def __init__(self, kernel: socket.socket, entries: list[bytes]) -> None:
        super().__init__()
        self.kernel, self.entries, self.deleted = kernel, entries, 0
        self.kernel.settimeout(5)

    def run(self) -> None:
        while data := self.kernel.recv(4096):
            kind, _flags, sequence, start, end = next(messages(data))
            if kind == 0x101:
                for each in self.entries:
                    self.kernel.send(self.packet(0x100, sequence, each))
                self.kernel.send(self.packet(NLMSG_DONE, sequence, b""))
                continue
            by_filter = b"\x19\x80" in data[start:end]
            self.deleted += not by_filter
            number = -errno.EINVAL if by_filter else 0
            self.kernel.send(self.packet(NLMSG_ERROR, sequence, struct.pack("=i", number) + bytes(16)))

    @staticmethod
    def packet(kind, sequence, body):
        return HEADER.pack(HEADER.size + len(body), kind, 0, sequence, 0) + body


@pytest.mark.parametrize(
    ("entries", "deleted"),
    [
        ([entry(SERVER), entry(SERVER)], 2),
        ([entry(OTHER)], 0),
        ([entry(SERVER, translated=False)], 0),
    ],
)
def test_an_old_kernel_deletes_one_by_one_and_only_what_is_ours(entries, deleted):
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    pretending = OldKernel(kernel, entries)
    pretending.start()
    tracking = Conntrack(ours)
    tracking.purge(FLOW)
    ours.send(b"")
    pretending.join(5)
    tracking.close()
    kernel.close()
    assert pretending.deleted == deleted


def test_of_a_service_that_loses_many_servers_all_is_read_once():
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    pretending = OldKernel(kernel, [entry(SERVER), entry(OTHER), entry(SERVER, translated=False)])
    pretending.start()
    tracking = Conntrack(ours)
    assert tracking.purge_of(FLOW, {(SERVER.packed, 8080)}) == 1
    assert tracking.purge_of(FLOW, {(SERVER.packed, 81), (VIP.packed, 8080)}) == 0
    assert tracking.purge_of(Flow(SERVER, 6, 0, VIP, 81), {(SERVER.packed, 8080)}) == 0
    ours.send(b"")
    pretending.join(5)
    tracking.close()
    kernel.close()
    assert pretending.deleted == 1


def test_who_gives_up_asks_no_more():
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, kernel:
        tracking = Conntrack(ours)
        tracking.give_up()
        with pytest.raises(OSError, match="given up"):
            tracking.purge(FLOW)
        kernel.setblocking(False)
        with pytest.raises(BlockingIOError):
            kernel.recv(1)
