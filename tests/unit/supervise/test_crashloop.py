from __future__ import annotations

from standfast.supervise.crashloop import WINDOW, CrashLoop
from standfast.values import SECOND


def test_one_death_now_and_then_is_answered_at_once():
    loop = CrashLoop()
    for number in range(10):
        at = number * 6 * SECOND
        assert loop.ended(at, started=at - 6 * SECOND) == 0
    assert not loop.looping


def test_the_third_end_within_ten_seconds_is_a_loop_with_doubling_waits():
    loop, now, waits = CrashLoop(), 0, []
    for _ in range(10):
        now += SECOND // 2
        waits.append(loop.ended(now, started=now - SECOND // 2) // SECOND)
        now += waits[-1] * SECOND
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert loop.looping


def test_exactly_ten_seconds_still_count():
    loop = CrashLoop()
    loop.ended(0, started=0)
    loop.ended(1, started=0)
    assert loop.ended(WINDOW, started=1) == SECOND
    loop = CrashLoop()
    loop.ended(0, started=0)
    loop.ended(1, started=0)
    assert loop.ended(WINDOW + 1, started=1) == 0


def test_a_child_that_lived_longer_than_the_window_ends_the_loop():
    loop = CrashLoop()
    for at in (1, 2, 3):
        loop.ended(at, started=at - 1)
    assert loop.ended(20 * SECOND, started=5 * SECOND) == 0
    assert not loop.looping


def test_survival_may_be_said_while_it_lives():
    loop = CrashLoop()
    for at in (1, 2, 3):
        loop.ended(at, started=at - 1)
    loop.survived()
    assert not loop.looping
    assert loop.ended(4, started=3) == 0
