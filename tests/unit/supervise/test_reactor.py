from __future__ import annotations

import os
import socket

import pytest

from standfast.clock import now
from standfast.supervise.reactor import Reactor


@pytest.fixture
def reactor():
    return Reactor()


def test_calls_back_when_there_is_something_to_read(reactor):
    ours, theirs = os.pipe()
    heard = []
    reactor.on_readable(ours, lambda: heard.append(os.read(ours, 10)))
    os.write(theirs, b"x")
    reactor.turn()
    os.close(theirs)
    reactor.turn()
    assert heard == [b"x", b""]
    reactor.forget(ours)
    os.close(ours)


def test_timers_come_in_order_and_never_early(reactor):
    came = []
    start = now()
    reactor.after(20_000, lambda: came.append(("second", now() - start)))
    reactor.after(10_000, lambda: came.append(("first", now() - start)))
    reactor.after(5_000, lambda: came.append(("never", 0))).cancel()
    while len(came) < 2:
        reactor.turn()
    assert [name for name, _ in came] == ["first", "second"]
    assert came[0][1] >= 10_000
    assert came[1][1] >= 20_000


def test_a_timer_may_set_the_next(reactor):
    came = []
    reactor.after(0, lambda: reactor.after(0, lambda: came.append(1)))
    while not came:
        reactor.turn()


def test_writing_waits_for_room(reactor):
    ours, theirs = socket.socketpair()
    came = []
    with ours, theirs:
        reactor.on_readable(ours.fileno(), lambda: came.append("read"))
        reactor.on_writable(ours.fileno(), lambda: came.append("write"))
        reactor.turn()
        reactor.on_writable(ours.fileno(), None)
        theirs.send(b"x")
        reactor.turn()
        reactor.forget(ours.fileno())
    assert came == ["write", "read"]


def test_the_stamp_says_when_the_loop_last_turned(reactor):
    reactor.after(1_000, lambda: None)
    before = now()
    reactor.turn()
    assert before < reactor.turned_at <= now()
