from __future__ import annotations

import pytest

from standfast.config.model import Config
from standfast.config.tracking_model import Tracker
from standfast.events import PriorityChange, TrackerChange, Transition
from standfast.vrrp.actions import Tell
from standfast.vrrp.instance import Instance
from standfast.vrrp.rules import State
from standfast.vrrp.trackers import Trackers

WEB = Tracker(kind="script", name="web")
SECOND = 1_000_000


class Stage:
    """Instances with trackers; what was told lies in ``told``."""

    def __init__(self, told) -> None:
        self.told = told
        self.trackers = Trackers(self.perform, told.append)
        self.trackers.looks_at("script")

    def perform(self, _instance: Instance, actions) -> None:
        self.told += [action.event for action in actions if isinstance(action, Tell)]

    def begin(self, *instances: Instance, waits: bool = True) -> None:
        self.trackers.configure(Config(instances=tuple(instance.config for instance in instances)))
        self.trackers.concern(instances)
        for instance in instances:
            self.trackers.review(instance, 0, "start", waits=waits)
            self.perform(instance, instance.router.start(0))

    def kinds(self, kind: type) -> list:
        return [event for event in self.told if isinstance(event, kind)]


@pytest.fixture
def stage(told) -> Stage:
    return Stage(told)


def test_a_weighted_tracker_moves_the_priority_and_says_why(stage, make_instance):
    instance = make_instance(trackers=(Tracker(kind="script", name="web", weight=-30),))
    stage.begin(instance)
    stage.trackers.report("script", "web", 0, "exit status 1", SECOND)
    assert instance.router.priority == 70
    (change,) = stage.kinds(PriorityChange)
    assert (change.old, change.new, change.state) == (100, 70, "BACKUP")
    assert change.cause == "script web: exit status 1"
    assert [event.good for event in stage.kinds(TrackerChange)] == [False]


def test_an_instance_waits_silently_for_its_first_result(stage, make_instance):
    instance = make_instance(trackers=(WEB,))
    stage.begin(instance)
    assert instance.router.state is State.FAULT
    assert instance.router.cause == "script web: waiting for its first result"
    assert not stage.kinds(Transition)
    stage.trackers.report("script", "web", 1, "exit status 0", SECOND)
    (told,) = stage.kinds(Transition)
    assert (told.old, told.new) == ("INIT", "BACKUP")


def test_a_first_result_that_is_bad_is_a_fault_that_is_told(stage, make_instance):
    instance = make_instance(trackers=(WEB,))
    stage.begin(instance)
    stage.trackers.report("script", "web", 0, "exit status 1", SECOND)
    (told,) = stage.kinds(Transition)
    assert (told.old, told.new, told.cause) == ("INIT", "FAULT", "script web: exit status 1")
    assert instance.router.since == SECOND


def test_one_in_service_does_not_stop_for_what_is_not_known_yet(stage, make_instance):
    instance = make_instance(trackers=(WEB,))
    stage.begin(instance, waits=False)
    assert instance.router.state is State.BACKUP


def test_kd06_s42_every_thing_is_a_fault_of_its_own(stage, make_instance):
    instance = make_instance(trackers=(WEB, Tracker(kind="interface", name="tr0")))
    stage.begin(instance, waits=False)
    stage.trackers.report("script", "web", 0, "exit status 1", SECOND)
    stage.trackers.report("interface", "tr0", 0, "is down", SECOND)
    stage.trackers.report("script", "web", 1, "exit status 0", 2 * SECOND)
    assert instance.router.state is State.FAULT
    stage.trackers.report("interface", "tr0", 1, "is up", 3 * SECOND)
    assert instance.router.state is State.BACKUP


def test_kd09_s46_a_reversed_weight_keeps_its_sign_over_reloads(stage, make_instance):
    instance = make_instance(trackers=(Tracker(kind="script", name="web", weight=10, reverse=True),))
    stage.begin(instance)
    stage.trackers.report("script", "web", 1, "exit status 0", SECOND)
    for interval in (200_000, 300_000, 400_000):
        made = make_instance(trackers=instance.config.trackers, advert_interval=interval).config
        stage.trackers.configure(Config(instances=(made,)))
        stage.trackers.prepare(instance)
        instance.router.reconfigure(made, SECOND)
        stage.trackers.review(instance, SECOND, "reload")
        assert instance.router.priority == 90


def test_s44_a_sum_beyond_bounds_comes_back_by_the_same_way(stage, make_instance):
    trackers = tuple(Tracker(kind="script", name=name, weight=-60) for name in "abc")
    instance = make_instance(trackers=trackers)
    stage.begin(instance)
    seen = []
    for name in "abc":
        stage.trackers.report("script", name, 0, "exit status 1", SECOND)
        seen.append(instance.router.priority)
    for name in "abc":
        stage.trackers.report("script", name, 1, "exit status 0", SECOND)
        seen.append(instance.router.priority)
    assert seen == [40, 1, 1, 1, 40, 100]


def test_s44_an_owner_has_no_weights(stage, make_instance):
    instance = make_instance(priority=255, trackers=(Tracker(kind="script", name="web", weight=-60),))
    stage.begin(instance)
    stage.trackers.report("script", "web", 0, "exit status 1", SECOND)
    assert instance.router.priority == 255


@pytest.mark.parametrize(("weight", "down", "up"), [(0, "FAULT", "BACKUP"), (-30, 70, 100), (30, 100, 130)])
def test_s49_a_session_is_down_until_it_is_up(stage, make_instance, weight, down, up):
    instance = make_instance(trackers=(Tracker(kind="bfd", name="peer", weight=weight),))
    stage.trackers.looks_at("bfd")
    stage.begin(instance)

    def shown():
        return instance.router.priority if weight else instance.router.state.name

    assert shown() == down
    for value, expected in ((1, up), (0, down), (1, up)):
        stage.trackers.report("bfd", "peer", value, "the session changed", SECOND)
        assert shown() == expected


def test_s49_nobody_who_speaks_for_sessions_nobody_to_wait_for(stage, make_instance):
    instance = make_instance(trackers=(Tracker(kind="bfd", name="peer"),))
    stage.begin(instance)
    assert instance.router.state is State.BACKUP
