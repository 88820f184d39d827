"""Tables of what happens to a queue, with a clock that is a number."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.contract.notifying import Manner
from standfast.events import DaemonChange, LowerPriorityMaster, Transition
from standfast.health.delivery import LONGEST_WISH, Delivery
from standfast.values import SECOND


def state(new: str, instance: str = "VI"):
    return Transition(at=0, instance=instance, old="BACKUP", new=new, priority=100, cause="")


def extra():
    return LowerPriorityMaster(at=0, instance="VI", other="x", other_priority=1, priority=2)


def queue(jitter: float = 0.0, **manner) -> Delivery:
    return Delivery(Manner(**manner), "lb-a", lambda: jitter)


def states(notices) -> list[str]:
    return [notice.event.new for notice in notices if isinstance(notice.event, Transition)]


def take(delivery: Delivery, now: int) -> list[str]:
    return states(delivery.take(now))


def test_one_by_one_in_order_with_numbers():
    delivery = queue()
    for new in ("BACKUP", "MASTER"):
        delivery.put(state(new), 1.5, 0)
    (first,) = delivery.take(0)
    assert (first.sequence, first.event.new, first.wall, first.host, first.dropped) == (1, "BACKUP", 1.5, "lb-a", 0)
    assert delivery.due() is None
    assert delivery.take(0) == ()
    delivery.succeeded(5)
    (second,) = delivery.take(5)
    assert (second.sequence, second.event.new) == (2, "MASTER")
    delivery.succeeded(6)
    assert (delivery.delivered, delivery.last_delivered, delivery.told) == (2, 6, {"instance VI": "MASTER"})


@pytest.mark.parametrize(
    ("jitter", "pauses"), [(0.0, [1, 2, 4, 8, 16, 32, 60, 60]), (1.0, [0.5, 1, 2, 4, 8, 16, 30, 30])]
)
def test_pauses_grow_to_their_limit(jitter, pauses):
    delivery = queue(jitter)
    delivery.put(state("MASTER"), 0, 0)
    now = 0
    for pause in pauses:
        assert take(delivery, now) == ["MASTER"]
        delivery.failed("no", now)
        assert delivery.due() == now + pause * SECOND
        assert delivery.take(now + int(pause * SECOND) - 1) == ()
        now += int(pause * SECOND)
    assert (delivery.sequence, delivery.failures, delivery.failing_since) == (1, len(pauses), 0)
    assert take(delivery, now) == ["MASTER"]
    delivery.succeeded(now)
    assert (delivery.failures, delivery.failing_since, delivery.last_error, delivery.due()) == (0, None, "", None)


@pytest.mark.parametrize(
    ("wish", "waits"), [(0, SECOND), (5 * SECOND, 5 * SECOND), (10**12, LONGEST_WISH), (None, SECOND)]
)
def test_a_target_may_ask_for_a_pause_within_reason(wish, waits):
    delivery = queue()
    delivery.put(state("MASTER"), 0, 0)
    delivery.take(0)
    delivery.failed("busy", 0, retry_after=wish)
    assert delivery.due() == waits


def test_what_is_refused_for_good_does_not_hold_up_the_next():
    delivery = queue()
    delivery.put(state("BACKUP"), 0, 0)
    delivery.put(state("MASTER"), 0, 0)
    delivery.take(0)
    delivery.failed("400", 0, retry=False)
    (notice,) = delivery.take(0)
    assert (notice.event.new, notice.dropped, delivery.dropped, delivery.last_error) == ("MASTER", 1, 1, "400")


def test_a_slow_target_gets_the_latest_state_of_each_subject():
    delivery = queue(slow=2 * SECOND)
    delivery.put(state("BACKUP"), 0, 0)
    delivery.take(0)  # and the target says nothing for long
    for second, (new, instance) in enumerate([("MASTER", "VI"), ("MASTER", "V2"), ("FAULT", "VI"), ("BACKUP", "VI")]):
        delivery.put(state(new, instance), 0, second * SECOND)
    delivery.put(extra(), 0, 4 * SECOND)
    delivery.succeeded(10 * SECOND)
    found = []
    while notices := delivery.take(10 * SECOND):
        found += [(n.sequence, getattr(n.event, "new", "extra"), n.event.instance, n.dropped) for n in notices]
        delivery.succeeded(10 * SECOND)
    assert found == [(2, "MASTER", "V2", 2), (3, "BACKUP", "VI", 0), (4, "extra", "VI", 0)]
    assert delivery.dropped == 2


def test_a_quick_target_gets_everything():
    delivery = queue(batch=10)
    for new in ("BACKUP", "MASTER", "FAULT", "BACKUP"):
        delivery.put(state(new), 0, 0)
    assert take(delivery, SECOND) == ["BACKUP", "MASTER", "FAULT", "BACKUP"]


def test_a_failed_notice_may_be_overtaken_and_its_number_is_not_used_again():
    delivery = queue(slow=SECOND)
    delivery.put(state("MASTER"), 0, 0)
    delivery.take(0)
    delivery.put(state("BACKUP"), 0, 0)
    delivery.failed("dead", 3 * SECOND)
    (notice,) = delivery.take(10 * SECOND)
    assert (notice.sequence, notice.event.new, notice.dropped) == (2, "BACKUP", 1)


def test_what_tells_of_no_state_grows_old():
    delivery = queue(expires=60 * SECOND)
    delivery.put(extra(), 0, 0)
    delivery.put(state("MASTER"), 0, 0)
    assert [type(n.event) for n in delivery.take(61 * SECOND)] == [Transition]
    assert delivery.dropped == 1


def test_the_queue_is_bounded():
    delivery = queue(queue=3, slow=10**9)
    for number in range(6):
        delivery.put(state("MASTER", f"V{number}"), 0, 0)
    assert [entry.event.instance for entry in delivery.waiting] == ["V3", "V4", "V5"]
    (notice,) = delivery.take(0)
    assert (notice.sequence, notice.dropped) == (1, 3)


def test_a_full_queue_first_loses_what_is_overtaken():
    delivery = queue(queue=3, slow=10**9)
    for new, instance in (("BACKUP", "A"), ("BACKUP", "B"), ("MASTER", "A"), ("FAULT", "A")):
        delivery.put(state(new, instance), 0, 0)
    assert [(entry.event.new, entry.event.instance) for entry in delivery.waiting] == [("BACKUP", "B"), ("FAULT", "A")]


def test_a_digest_waits_for_more_unless_it_is_full():
    delivery = queue(batch=3, collect=30 * SECOND)
    delivery.put(state("BACKUP"), 0, 0)
    delivery.put(state("MASTER"), 0, 10 * SECOND)
    assert delivery.due() == 30 * SECOND
    delivery.put(state("FAULT"), 0, 11 * SECOND)
    assert delivery.due() == 0
    assert take(delivery, 11 * SECOND) == ["BACKUP", "MASTER", "FAULT"]


def test_a_digest_is_no_slow_target():
    delivery = queue(batch=9, collect=30 * SECOND)
    for second, new in enumerate(("BACKUP", "MASTER", "FAULT")):
        delivery.put(state(new), 0, second * 10 * SECOND)
    assert take(delivery, 30 * SECOND) == ["BACKUP", "MASTER", "FAULT"]


def test_only_changes():
    delivery = queue(only_changes=True, slow=SECOND)
    delivery.told = {"instance VI": "BACKUP"}
    delivery.put(state("BACKUP"), 0, 0)
    assert delivery.due() is None
    delivery.put(state("MASTER"), 0, 0)
    delivery.put(state("MASTER"), 0, 0)
    assert len(delivery.waiting) == 1
    delivery.put(state("BACKUP"), 0, 0)  # and back, before anybody was told
    assert delivery.take(5 * SECOND) == ()
    assert (delivery.dropped, delivery.due()) == (2, None)
    delivery.put(DaemonChange(at=0, what="stopping"), 0, 0)
    assert len(delivery.take(5 * SECOND)) == 1


def test_a_target_that_was_away_asks_how_things_stand():
    delivery = queue()
    delivery.put(state("MASTER"), 0, 0)
    delivery.take(0)
    delivery.failed("dead", 0)
    delivery.take(SECOND)
    delivery.succeeded(SECOND)
    assert delivery.wants_replay
    delivery.replay([state("MASTER"), state("BACKUP", "V2")], 9.0, SECOND, everything=True)
    found = []
    while notices := delivery.take(SECOND):
        found += [(n.sequence, n.event.new, n.event.instance, n.replayed, n.wall) for n in notices]
        delivery.succeeded(SECOND)
    assert found == [(2, "MASTER", "VI", True, 9.0), (3, "BACKUP", "V2", True, 9.0)]
    assert not delivery.wants_replay


def test_after_our_own_restart_only_what_differs_is_told():
    delivery = queue()
    delivery.told, delivery.sequence = {"instance VI": "MASTER", "instance V2": "BACKUP"}, 41
    delivery.put(state("BACKUP"), 0, 0)  # is on its way
    delivery.replay([state("BACKUP"), state("BACKUP", "V2"), state("MASTER", "V3")], 0, 0, everything=False)
    assert [(e.event.new, e.event.instance, e.replayed) for e in delivery.waiting] == [
        ("BACKUP", "VI", False),
        ("MASTER", "V3", True),
    ]
    assert delivery.take(0)[0].sequence == 42


def test_a_subject_that_is_gone_is_forgotten():
    delivery = queue()
    delivery.told = {"instance VI": "MASTER"}
    delivery.put(state("STOP"), 0, 0)
    delivery.take(0)
    delivery.succeeded(0)
    assert delivery.told == {}


def test_a_try_that_was_broken_off_is_none():
    delivery = queue()
    delivery.put(state("MASTER"), 0, 0)
    first = delivery.take(0)
    delivery.given_back()
    assert (delivery.take(0), delivery.failures) == (first, 0)


WORLD = st.lists(
    st.tuples(st.sampled_from(("put", "good", "bad", "refused", "wait")), st.integers(0, 3), st.integers(0, 2)),
    max_size=80,
)


@given(steps=WORLD, seed=st.integers(0, 99), batch=st.integers(1, 3), only_changes=st.booleans())
def test_whatever_the_target_does_the_last_word_is_the_truth_and_in_order(steps, seed, batch, only_changes):
    delivery = Delivery(
        Manner(queue=8, batch=batch, only_changes=only_changes, slow=SECOND), "h", random.Random(seed).random
    )
    now, truth, heard, order = 0, {}, {}, []
    for what, subject, value in steps:
        if what == "put":
            new = ("BACKUP", "MASTER", "FAULT")[value]
            truth[f"V{subject}"] = new
            delivery.put(state(new, f"V{subject}"), 0, now)
        elif what == "wait":
            now += value * 2 * SECOND
        else:
            notices = delivery.take(now)
            if what == "bad":
                delivery.failed("no", now) if notices else None
            elif what == "good":
                heard |= {n.event.instance: n.event.new for n in notices}
                order += [n.sequence for n in notices]
                delivery.succeeded(now) if notices else None
            elif notices:
                delivery.failed("", now)
        assert len(delivery.waiting) <= 8 + batch
    for _ in range(20):
        due = delivery.due()
        if due is None:
            break
        now = max(now, due)
        notices = delivery.take(now)
        heard |= {n.event.instance: n.event.new for n in notices}
        order += [n.sequence for n in notices]
        delivery.succeeded(now)
    assert heard == truth
    assert order == sorted(set(order))
