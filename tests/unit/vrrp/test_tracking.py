from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.model import Config
from standfast.config.tracking_model import SyncGroup, Tracker
from standfast.testing.playbook import instance
from standfast.vrrp.tracking import Standing, Tracking, is_fault, merged, points

SCRIPT = Tracker(kind="script", name="web", weight=0)


def tracking(*trackers: Tracker, group: SyncGroup | None = None) -> Tracking:
    made = Tracking()
    groups = () if group is None else (group,)
    made.looked_at.update(("script", "process", "check", "file", "bfd", "interface"))
    made.configure(Config(instances=(instance(trackers=trackers),), sync_groups=groups))
    return made


def standing(tracker: Tracker, value: int | None) -> Standing:
    made = tracking(tracker)
    made.report(tracker.kind, tracker.name, value, "seen", 5)
    return made.standing("VI_1")


KINDS = ("interface", "script", "process", "bfd", "check")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("weight", "reverse", "when_good", "when_bad"),
    [(10, False, 10, 0), (-10, False, 0, -10), (10, True, -10, 0), (-10, True, 0, 10)],
)
def test_weights_of_things_that_are_good_or_bad(kind, weight, reverse, when_good, when_bad):
    tracker = Tracker(kind=kind, name="x", weight=weight, reverse=reverse)
    assert standing(tracker, 1) == Standing(when_good, {}, {})
    assert standing(tracker, 0) == Standing(when_bad, {}, {})
    assert standing(tracker, None) == Standing(0, {}, {})


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_weight_bad_is_a_fault(kind):
    tracker = Tracker(kind=kind, name="x")
    assert standing(tracker, 1).faults == {}
    assert standing(tracker, 0).faults == {f"track {kind} x": f"{kind} x: seen"}


def test_reverse_without_a_weight_makes_good_a_fault():
    tracker = Tracker(kind="script", name="x", reverse=True)
    assert standing(tracker, 0).faults == {}
    assert standing(tracker, 1).faults == {"track script x": "script x: seen (reverse)"}


@pytest.mark.parametrize(
    ("value", "weight", "reverse", "expected", "fault"),
    [
        (0, 1, False, 0, False),
        (5, 2, False, 10, False),
        (5, 2, True, -10, False),
        (-300, 1, False, -253, True),
        (300, 1, True, -253, True),
        (254, -1, False, -253, True),
        (253, -1, False, -253, False),
        (100_000, 3, False, 253, False),
        (0, 0, False, 0, False),
        (7, 0, False, 0, True),
        (7, 0, True, 0, False),
        (0, 0, True, 0, True),
    ],
)
def test_s47_numbers_in_files(value, weight, reverse, expected, fault):
    tracker = Tracker(kind="file", name="load", weight=weight, reverse=reverse)
    assert points(tracker, value) == expected
    assert is_fault(tracker, value) is fault


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-254, 254), st.booleans())
def test_a_file_never_moves_a_priority_by_more_than_253(value, weight, reverse):
    tracker = Tracker(kind="file", name="load", weight=weight, reverse=reverse)
    assert abs(points(tracker, value)) <= 253


@pytest.mark.parametrize(("kind", "waits"), [("script", True), ("process", True), ("check", True), ("file", False),
                                             ("bfd", False), ("interface", False)])  # fmt: skip
def test_the_first_result_is_awaited_where_it_decides(kind, waits):
    assert bool(tracking(Tracker(kind=kind, name="x")).standing("VI_1").waits) is waits
    assert not tracking(Tracker(kind=kind, name="x", weight=5)).standing("VI_1").waits


def test_nobody_waits_for_what_nobody_looks_at():
    made = tracking(SCRIPT)
    made.looked_at.clear()
    assert not made.standing("VI_1").waits


def test_what_has_become_unknown_is_not_awaited():
    made = tracking(SCRIPT)
    made.report("script", "web", 0, "exit status 1", 5)
    made.report("script", "web", None, "not run any more", 6)
    assert made.standing("VI_1") == Standing(0, {}, {})


def test_a_change_is_told_once_with_when_it_happened():
    made = tracking(SCRIPT)
    event, concerned = made.report("script", "web", 0, "exit status 1", 5)
    assert (event.good, event.value, event.words, concerned) == (False, 0, "exit status 1", ("VI_1",))
    assert made.report("script", "web", 0, "exit status 1", 6) == (None, ())
    assert made.report("script", "web", 0, "exit status 2", 7) == (None, ("VI_1",))
    assert made.fact("script", "web").since == 5
    assert made.standing("VI_1").faults == {"track script web": "script web: exit status 2"}


def test_nobody_is_concerned_by_what_nothing_tracks():
    assert tracking().report("script", "web", 0, "", 5) == (None, ())


def test_facts_outlive_a_reload_as_long_as_they_are_tracked():
    made = tracking(SCRIPT)
    made.report("script", "web", 0, "exit status 1", 5)
    made.configure(Config(instances=(instance(trackers=(Tracker(kind="script", name="web", weight=-7),)),)))
    assert made.standing("VI_1") == Standing(-7, {}, {})
    made.configure(Config(instances=(instance(),)))
    assert made.fact("script", "web") is None


def test_a_groups_trackers_act_on_every_member():
    group = SyncGroup(name="G", members=("VI_1",), trackers=(Tracker(kind="script", name="web", weight=-5),))
    made = tracking(group=group)
    assert made.report("script", "web", 0, "", 5)[1] == ("VI_1",)
    assert made.standing("VI_1").points == -5


def test_of_two_weights_the_groups_counts_unless_the_own_one_is_a_fault():
    theirs = SyncGroup(name="G", members=("VI_1",), trackers=(Tracker(kind="script", name="web", weight=-5),))
    own = Tracker(kind="script", name="web", weight=-9)
    assert merged((own,), theirs) == theirs.trackers
    assert merged((SCRIPT,), theirs) == (SCRIPT,)
    assert merged((own,), None) == (own,)
