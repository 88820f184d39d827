"""Verdicts of the health process as trackers: how long they hold, and what counts when nothing comes."""

from __future__ import annotations

import socket

import pytest

from standfast.config.model import Config, VrrpInstance
from standfast.config.tracking_model import SERVICES, CheckPolicy, SyncGroup, Tracker
from standfast.health import verdicts
from standfast.health.verdicts import Verdict
from standfast.values import SECOND
from standfast.vrrp.track_checks import FIRST, TrackChecks


class World:
    def __init__(self, line=None):
        self.now, self.chore, self.moment, self.reports, self.told = 0, None, None, [], []
        self.checks = TrackChecks(line, self.report, self.told.append, self.wake)

    def wake(self, moment, chore):
        self.moment, self.chore = moment, chore

    def report(self, name, value, words, now):
        self.reports.append((name, value, words))

    def configure(self, *policies, names=("web",), group=False):
        trackers = tuple(Tracker(kind="check", name=name) for name in names)
        own = () if group else trackers
        instance = VrrpInstance(name="VI", vrid=1, family=4, version=2, interface="eth0", trackers=own)
        groups = (SyncGroup(name="G", members=("VI",), trackers=trackers),) if group else ()
        self.checks.configure(Config(instances=(instance,), checks=policies, sync_groups=groups), self.now)

    def hear(self, good, words="", **more):
        self.checks.hear(Verdict(name="web", good=good, words=words, **({"at": self.now} | more)), self.now)
        self.checks.turn(self.now)

    def advance(self, micros):
        self.now += micros
        if self.moment is not None and self.moment <= self.now:
            self.chore(self.now)

    @property
    def last(self):
        return self.reports[-1][1:]


def policy(on_silence="keep"):
    return CheckPolicy(name="web", on_silence=on_silence)


def test_verdicts_are_reported_as_they_come():
    world = World()
    world.configure(policy())
    world.hear(True, "connected")
    world.hear(False, "connection refused")
    assert world.reports == [("web", 1, "connected"), ("web", 0, "connection refused")]


def test_a_verdict_that_decides_nothing_or_waited_too_long_is_no_news():
    world = World()
    world.configure(policy())
    world.now = 20 * SECOND
    world.checks.hear(Verdict(name="web", good=None, at=world.now), world.now)
    world.checks.hear(Verdict(name="web", good=False, at=0, max_age=SECOND), world.now)
    world.checks.hear(Verdict(name="other", good=False, at=world.now), world.now)
    assert world.reports == []


def test_services_are_awaited_for_a_while_and_never_bad():
    world = World()
    instance = VrrpInstance(
        name="VI", vrid=1, family=4, version=2, interface="eth0", trackers=(Tracker(kind="services", name=SERVICES),)
    )
    world.checks.configure(Config(instances=(instance,)), 0)
    world.advance(FIRST)
    assert world.reports == [(SERVICES, None, "no first result within 10 s; it does not count")]
    assert world.told[0].words.startswith("services of this machine: no first result within 10 s")
    world.checks.hear(Verdict(name=SERVICES, good=True, at=world.now, words="in the kernel"), world.now)
    assert world.reports[1:] == [(SERVICES, 1, "in the kernel")]
    world.advance(1000 * FIRST)
    assert len(world.reports) == 2


@pytest.mark.parametrize(("on_silence", "value"), [("keep", 1), ("fail", 0), ("ignore", None)])
def test_after_its_time_the_policy_decides(on_silence, value):
    world = World()
    world.configure(policy(on_silence))
    world.hear(True, "connected", max_age=5 * SECOND)
    world.advance(5 * SECOND - 1)
    assert world.last == (1, "connected")
    world.advance(1)
    assert world.last[0] == value
    assert "nothing new from the health process" in world.last[1]
    assert [remark.level for remark in world.told] == ["warning"]
    world.hear(True, "connected", max_age=5 * SECOND)
    assert world.last == (1, "connected")
    assert world.told[-1].level == "info"


def test_every_verdict_renews_the_time():
    world = World()
    world.configure(policy("fail"))
    for _ in range(4):
        world.hear(True, max_age=5 * SECOND)
        world.advance(4 * SECOND)
    assert [value for _, value, _ in world.reports] == [1] * 4


@pytest.mark.parametrize(("on_silence", "value"), [("keep", None), ("fail", 0), ("ignore", None)])
def test_a_first_verdict_is_awaited_for_ten_seconds(on_silence, value):
    world = World()
    world.configure(policy(on_silence))
    world.advance(FIRST - 1)
    assert world.reports == []
    world.advance(1)
    assert world.last[0] == value
    assert "no first result" in world.last[1]


def test_what_is_left_out_is_not_awaited():
    world = World()
    world.configure(names=("web",))
    assert world.last[0] is None
    assert world.moment is None


def test_a_reload_keeps_what_is_known_and_may_change_the_policy():
    world = World()
    world.configure(policy("keep"), group=True)
    world.hear(True, max_age=SECOND)
    world.advance(SECOND)
    assert world.last[0] == 1
    world.configure(policy("fail"))
    assert world.last[0] == 0
    world.configure(policy("keep"))
    assert world.last[0] == 1
    world.configure(names=())
    world.configure(policy())
    world.advance(FIRST)
    assert "no first result" in world.last[1]


def test_it_reads_what_waits_in_the_line():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        ours.setblocking(False)
        world = World(ours)
        world.configure(policy())
        verdicts.send(theirs, Verdict(name="web", good=False, at=0, words="timed out", max_age=SECOND))
        world.checks.read(0)
        assert world.last == (0, "timed out")
        assert world.moment == SECOND
    World().checks.read(0)  # without a line there is nothing to read
