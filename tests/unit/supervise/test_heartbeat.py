from __future__ import annotations

from standfast.supervise.heartbeat import PATIENCE, PERIOD, START_PATIENCE, Heartbeat
from standfast.values import SECOND


def looks(heart, *, start, until, beat):
    """Look every period; ``beat(now)`` is the last beat at that time. The first time at which it counts as stuck."""
    now = start
    while now < until:
        now += PERIOD
        if heart.stuck(beat(now), now):
            return now
    return None


def test_a_beating_heart_is_never_stuck():
    assert looks(Heartbeat(0), start=0, until=60 * SECOND, beat=lambda now: now) is None


def test_silence_is_noticed_within_a_second():
    stuck = looks(Heartbeat(0), start=0, until=60 * SECOND, beat=lambda now: min(now, 5 * SECOND))
    assert 5 * SECOND + PATIENCE < stuck <= 5 * SECOND + PATIENCE + PERIOD < 6 * SECOND


def test_a_child_may_take_its_time_before_the_first_beat():
    stuck = looks(Heartbeat(0), start=0, until=60 * SECOND, beat=lambda now: 0)
    assert START_PATIENCE < stuck <= START_PATIENCE + PERIOD


def test_after_a_freeze_of_the_whole_machine_everybody_gets_a_full_period():
    heart = Heartbeat(0)
    assert not heart.stuck(PERIOD, PERIOD)
    woken = 30 * SECOND
    assert not heart.stuck(PERIOD, woken)  # parent and child both slept
    stuck = looks(heart, start=woken, until=60 * SECOND, beat=lambda now: PERIOD)
    assert woken + PATIENCE < stuck <= woken + PATIENCE + PERIOD


def test_a_child_that_does_not_wake_with_its_parent_is_stuck_all_the_same():
    heart = Heartbeat(0)
    heart.stuck(PERIOD, PERIOD)
    heart.stuck(PERIOD, 30 * SECOND)
    assert heart.stuck(PERIOD, 30 * SECOND + PERIOD) is False
    assert looks(heart, start=30 * SECOND + PERIOD, until=32 * SECOND, beat=lambda now: PERIOD) is not None
