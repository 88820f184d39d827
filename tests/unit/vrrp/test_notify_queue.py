from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.script_model import ScriptCall
from standfast.vrrp.notify_queue import WAITING, Entry, NotifyQueue


def entry(word, *, scripts=1, state=True):
    return Entry(word, tuple(ScriptCall(argv=(f"/bin/{word}", str(n))) for n in range(scripts)), state=state)


@pytest.fixture
def queue():
    return NotifyQueue(10)


def test_the_first_is_started_at_once(queue):
    assert queue.put(entry("MASTER"), 0).occasion == "MASTER"
    assert not queue.idle
    assert queue.ended(queue.round, 1) is None
    assert queue.idle


def test_the_next_waits_until_every_script_of_the_first_has_ended(queue):
    queue.put(entry("MASTER", scripts=2), 0)
    assert queue.put(entry("BACKUP"), 1) is None
    assert queue.ended(queue.round, 2) is None
    assert queue.ended(queue.round, 3).occasion == "BACKUP"


def test_states_that_were_overtaken_are_dropped_and_counted(queue):
    queue.put(entry("MASTER"), 0)
    for word in ("BACKUP", "MASTER", "FAULT"):
        queue.put(entry(word), 1)
    assert queue.dropped == 2
    assert queue.ended(queue.round, 2).occasion == "FAULT"


def test_a_script_that_takes_too_long_holds_nobody_up(queue):
    queue.put(entry("MASTER"), 0)
    queue.put(entry("BACKUP"), 1)
    assert queue.deadline == 10
    assert queue.tick(9) is None
    assert queue.tick(10).occasion == "BACKUP"
    late = queue.round - 1
    assert queue.ended(late, 11) is None
    assert not queue.idle  # the end of the first is not the end of the second
    queue.ended(queue.round, 12)
    assert queue.idle


def test_events_that_are_no_states_wait_in_order_and_within_bounds(queue):
    queue.put(entry("MASTER"), 0)
    for _ in range(WAITING + 3):
        queue.put(entry("LOWER", state=False), 1)
    assert queue.dropped == 3
    queue.put(entry("BACKUP"), 2)
    assert queue.dropped == 3 + WAITING
    assert queue.ended(queue.round, 3).occasion == "BACKUP"


def test_a_state_without_scripts_overtakes_too(queue):
    queue.put(entry("FAULT"), 0)
    queue.put(entry("BACKUP"), 1)
    queue.put(Entry("MASTER", ()), 2)
    assert queue.ended(queue.round, 3) is None
    assert (queue.dropped, queue.idle) == (1, True)


def test_without_a_timeout_scripts_run_side_by_side():
    queue = NotifyQueue(0)
    assert queue.put(entry("MASTER"), 0).occasion == "MASTER"
    assert queue.put(entry("BACKUP"), 0).occasion == "BACKUP"
    assert queue.idle


@given(st.lists(st.tuples(st.sampled_from(["put", "end", "tick"]), st.sampled_from(["MASTER", "BACKUP", "FAULT"]))))
def test_the_last_one_run_is_always_the_final_state(steps):
    queue, now, run, last = NotifyQueue(10), 0, [], None
    for what, word in steps:
        now += 3
        if what == "put":
            started, last = queue.put(entry(word), now), word
        elif what == "end":
            started = queue.ended(queue.round, now)
        else:
            started = queue.tick(now)
        run += [started] if started else []
    for _ in range(3):
        now += 20
        started = queue.tick(now)
        run += [started] if started else []
    assert queue.idle
    assert (run[-1].occasion if run else None) == last
