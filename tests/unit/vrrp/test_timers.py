from __future__ import annotations

import trio

from standfast import clock
from standfast.vrrp.timers import Alarm, Deadlines


def test_what_is_due_comes_earliest_first():
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("late", 300)
    deadlines.set("first", 100)
    deadlines.set("second", 200)
    assert deadlines.next() == 100
    assert list(deadlines.pop_due(200)) == [("first", 100), ("second", 200)]
    assert deadlines.next() == 300


def test_only_the_last_deadline_of_a_key_counts():
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 100)
    deadlines.set("a", 500)
    assert deadlines.next() == 500
    assert list(deadlines.pop_due(400)) == []
    deadlines.set("a", 50)
    assert list(deadlines.pop_due(400)) == [("a", 50)]
    assert deadlines.next() is None


def test_no_deadline_at_all():
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 100)
    deadlines.set("a", None)
    assert deadlines.next() is None
    assert deadlines.get("a") is None


def test_whose_deadline_comes_first():
    deadlines: Deadlines[str] = Deadlines()
    assert deadlines.first() is None
    deadlines.set("a", 10)
    deadlines.set("b", 20)
    deadlines.set("a", 30)
    assert (deadlines.next(), deadlines.first()) == (20, "b")


def test_a_key_may_be_set_again_while_the_due_are_taken():
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 100)
    for key, at in deadlines.pop_due(1000):
        if at < 300:
            deadlines.set(key, at + 100)
    assert deadlines.next() is None


async def test_the_alarm_never_rings_early():
    alarm = Alarm()
    for wait in (300, 3_000, 15_000):
        at = clock.now() + wait
        alarm.set(at)
        await alarm.wait()
        assert clock.now() >= at
    alarm.close()


async def test_a_moment_that_has_passed_rings_at_once():
    alarm = Alarm()
    for at in (clock.now() - 1_000_000, 0, -5):
        alarm.set(at)
        with trio.fail_after(60):
            await alarm.wait()
    alarm.close()


async def test_switched_off_it_stays_silent():
    alarm = Alarm()
    alarm.set(clock.now() + 5_000)
    alarm.set(None)
    with trio.move_on_after(0.05) as patience:
        await alarm.wait()
    assert patience.cancelled_caught
    alarm.close()


async def test_the_same_moment_may_be_set_twice_in_a_row():
    alarm = Alarm()
    at = clock.now() - 1
    for _ in range(2):
        alarm.set(at)
        with trio.fail_after(60):
            await alarm.wait()
    alarm.close()
