from __future__ import annotations

import socket

import pytest

from standfast.net.decode import Link
from standfast.values import Address
from standfast.vrrp.frame_sender import FrameSender, parcel
from standfast.vrrp.frames import announcement

LO = Link(1, "lo", 0x49, bytes(6), 65536)
NOWHERE = Link(2**31 - 1, "nowhere", 0x1043, bytes(6), 1500)
_ALL = socket.htons(3)
_OUTGOING = 4
_SO_RCVBUFFORCE = 33


@pytest.fixture
def sender():
    made = FrameSender()
    yield made
    made.close()


@pytest.fixture
def listener():
    """Hears what leaves by the loopback interface."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, _ALL) as made:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 4 << 20)
        made.bind(("lo", 3))
        yield made


def frames(count: int) -> list[bytes]:
    """Of both families by turns: they differ in length and EtherType."""
    texts = (f"192.0.2.{n}" if n % 2 else f"2001:db8::{n:x}" for n in range(1, count + 1))
    return [announcement(b"\2\0\0\0\0\1", Address.parse(text), router=False) for text in texts]


def left(listener: socket.socket) -> list[tuple[bytes, int]]:
    """Our frames, with the EtherType that the kernel took them for."""
    heard = []
    while True:
        try:
            frame, (_name, protocol, kind, _hardware, _address) = listener.recvfrom(2048)
        except BlockingIOError:
            return heard
        if kind == _OUTGOING and frame[6:12] == b"\2\0\0\0\0\1":
            heard.append((frame, protocol))


@pytest.mark.netns
def test_more_than_one_call_can_take_leave_whole_and_in_order(sender, listener):
    sent = frames(150)
    assert sender.send([parcel(LO, frame) for frame in sent]) == 0
    assert left(listener) == [(frame, 0x0806 if n % 2 == 0 else 0x86DD) for n, frame in enumerate(sent)]


@pytest.mark.netns
def test_a_refused_frame_holds_no_other_back(sender, listener):
    one, two, three = frames(3)
    assert sender.send([parcel(NOWHERE, one), parcel(LO, two), parcel(NOWHERE, three), parcel(LO, three)]) == 2
    assert [frame for frame, _ in left(listener)] == [two, three]


@pytest.mark.netns
def test_a_single_frame_is_a_piece_too(sender, listener):
    arp, advertisement = frames(2)
    assert sender.send([parcel(NOWHERE, arp)]) == 1
    assert sender.send([parcel(LO, arp)]) == sender.send([parcel(LO, advertisement)]) == sender.send([]) == 0
    assert left(listener) == [(arp, 0x0806), (advertisement, 0x86DD)]


@pytest.mark.netns
def test_a_long_piece_leaves_nothing_behind_in_a_short_one(sender, listener):
    first, second = frames(64), frames(3)[2:]
    sender.send([parcel(LO, frame) for frame in first])
    left(listener)
    sender.send([parcel(LO, frame) for frame in second])
    assert [frame for frame, _ in left(listener)] == second
