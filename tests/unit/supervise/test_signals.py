from __future__ import annotations

import os
import select
import signal

import pytest

from standfast.supervise.signals import HEARD, Signals, settle_in_child


@pytest.fixture
def ears():
    before = {number: signal.getsignal(number) for number in HEARD}
    ears = Signals()
    yield ears
    ears.close()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_signals_arrive_in_order_and_wake_whoever_waits(ears):
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)
    assert select.select([ears.pipe], [], [], 60)[0]
    assert ears.take() == [signal.SIGHUP, signal.SIGTERM, signal.SIGTERM]
    assert not select.select([ears.pipe], [], [], 0)[0]
    assert ears.take() == []


def test_a_thousand_signals_neither_block_nor_get_lost(ears):
    for _ in range(100_000):
        ears._note(signal.SIGUSR1, None)
    assert len(ears.take()) == 100_000


def test_what_a_starter_blocked_is_heard_all_the_same():
    before = {number: signal.getsignal(number) for number in HEARD}
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    ears = Signals()
    os.kill(os.getpid(), signal.SIGHUP)
    assert ears.take() == [signal.SIGHUP]
    ears.close()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_children_ignore_what_is_sent_to_everybody():
    pid = os.fork()
    if not pid:
        settle_in_child()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(os.getpid(), number)
        os._exit(7 if signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL else 8)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
