from __future__ import annotations

import errno

import pytest

from standfast.net.command import Changer
from standfast.net.decode import HostAddress, Link
from standfast.net.host import AddressAppeared, AddressVanished, LinkChanged
from standfast.net.monitor import Monitor
from standfast.net.netlink import HEADER, RTM_NEWADDR, RTM_NEWLINK, DumpInterrupted
from standfast.values import Address

ETH0 = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)
OURS = HostAddress(2, Address.parse("10.9.0.1"), 24, 0x80)


class Kernel(Changer):
    """Tables that a test writes."""

    def __init__(self) -> None:
        self.link_table, self.address_table = [ETH0], [OURS]
        self.interrupted = 0

    def links(self):
        return list(self.link_table)

    def addresses(self):
        if self.interrupted:
            self.interrupted -= 1
            raise DumpInterrupted
        return list(self.address_table)


class Wire:
    """A netlink socket that says what a test queued."""

    def __init__(self) -> None:
        self.queue: list[bytes | OSError] = []

    def recv(self, _size: int) -> bytes:
        if not self.queue:
            raise BlockingIOError
        said = self.queue.pop(0)
        if isinstance(said, OSError):
            raise said
        return said


@pytest.fixture
def kernel():
    return Kernel()


@pytest.fixture
def monitor(kernel):
    made = Monitor(kernel)
    made.close()
    made._socket = Wire()
    return made


def address_message(text: str) -> bytes:
    packed = Address.parse(text).packed
    body = bytes([2, 24, 0x80, 0]) + (2).to_bytes(4, "little") + b"\x08\0\x02\0" + packed
    return HEADER.pack(HEADER.size + len(body), RTM_NEWADDR, 0, 0, 0) + body


def test_it_starts_from_the_kernels_tables(monitor):
    assert monitor.host.link("eth0") == ETH0
    assert monitor.host.addresses(2) == [OURS]


def test_a_message_becomes_an_event(monitor):
    monitor._socket.queue = [address_message("10.9.0.7")]
    (event,) = monitor.read()
    assert isinstance(event, AddressAppeared)
    assert str(event.address.address) == "10.9.0.7"


def test_lost_messages_are_made_up_from_the_tables(monitor, kernel):
    down = Link(2, "eth0", 0x1002, ETH0.mac, 1500)
    kernel.link_table, kernel.address_table = [down], []
    monitor._socket.queue = [OSError(errno.ENOBUFS, "lost"), address_message("10.9.0.9")]  # the second is stale
    assert monitor.read() == [LinkChanged(ETH0, down), AddressVanished(OURS)]
    assert monitor.resyncs == 1
    assert monitor.read() == []


def test_a_dump_in_a_storm_is_tried_again_later(monitor, kernel):
    kernel.address_table, kernel.interrupted = [], 1
    monitor._socket.queue = [OSError(errno.ENOBUFS, "lost")]
    assert monitor.read() == []
    assert monitor.owes_a_resync
    assert monitor.read() == [AddressVanished(OURS)]
    assert not monitor.owes_a_resync


def test_a_port_of_a_bridge_that_ends_is_no_link_that_ends(monitor):
    body = bytes([7, 0]) + b"\1\0" + (2).to_bytes(4, "little") + bytes(8) + b"\x09\0\x03\0eth0\0\0\0\0"
    monitor._socket.queue = [HEADER.pack(HEADER.size + len(body), RTM_NEWLINK + 1, 0, 0, 0) + body]
    assert monitor.read() == []
    assert monitor.host.link("eth0") == ETH0


def test_a_message_we_cannot_read_leads_to_the_tables(monitor, kernel):
    kernel.address_table = []
    monitor._socket.queue = [b"\xff" * 10]
    assert monitor.read() == [AddressVanished(OURS)]
