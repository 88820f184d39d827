"""What runs too long is ended from outside, whatever it catches."""

from __future__ import annotations

import contextlib
import signal
import threading
import time

import pytest

from standfast.containment import Guard, TooLong, at_work, limited, watch


def test_what_waits_for_ever_is_given_up():
    began = time.monotonic()
    with pytest.raises(TooLong, match="not over after 50 ms, given up"), limited(50_000):
        time.sleep(30)
    assert time.monotonic() - began < 10


def test_catching_every_exception_does_not_help():
    with pytest.raises(TooLong), limited(50_000), contextlib.suppress(Exception):
        time.sleep(30)


def test_afterwards_signals_are_as_they_were():
    rang: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _frame: rang.append(number))
    old = signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        with limited(5_000_000):
            pass
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
        signal.raise_signal(signal.SIGALRM)
        assert rang == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *old)


def test_in_another_thread_there_is_no_limit():
    ended: list[str] = []

    def work() -> None:
        with limited(1000):
            time.sleep(0.02)
        ended.append("well")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert ended == ["well"]


def test_who_is_at_work_is_told_and_after_it_who_was_before():
    told: list[str] = []
    watch({"LDAP_CHECK": "ldap", "shelf": "zoo"}, Guard(asking=told.append))
    try:
        with at_work("TCP_CHECK"):  # nobody's but ours
            assert told == []
        with at_work("shelf"), pytest.raises(ZeroDivisionError), at_work("LDAP_CHECK"):
            raise ZeroDivisionError
        assert told == ["zoo", "ldap", "zoo", ""]
    finally:
        watch({}, Guard())
