from __future__ import annotations

import pytest

from standfast.config.model import Config, VrrpInstance
from standfast.config.script_model import ScriptCall
from standfast.config.tracking_model import TrackedScript, Tracker
from standfast.scripts.protocol import Ended
from standfast.vrrp.track_scripts import TrackScripts


class World:
    def __init__(self, monkeypatch):
        self.now, self.wakes, self.reports, self.told, self.jobs, self.killed = 0, {}, [], [], [], []
        monkeypatch.setattr("standfast.vrrp.track_scripts.clock.now", lambda: self.now)
        self.scripts = TrackScripts(self, self.report, self.told.append, self.wake)

    def wake(self, moment, chore):
        self.wakes[chore] = moment

    def report(self, name, value, words, now):
        self.reports.append((name, value, words))

    def start(self, call, on_end, **how):
        self.jobs.append((call, on_end, how))
        return len(self.jobs)

    def kill(self, number):
        self.killed.append(number)

    def configure(self, *scripts):
        trackers = tuple(Tracker(kind="script", name=script.name) for script in scripts)
        instance = VrrpInstance(name="VI", vrid=1, family=4, version=2, interface="eth0", trackers=trackers)
        self.scripts.configure(Config(instances=(instance,), scripts=scripts))

    def advance(self, micros):
        self.now += micros
        for chore, moment in list(self.wakes.items()):
            if moment is not None and moment <= self.now:
                self.wakes[chore] = None
                chore(self.now)

    def end(self, **how):
        self.jobs[-1][1](Ended(number=len(self.jobs), **how))


@pytest.fixture
def world(monkeypatch):
    return World(monkeypatch)


def script(**more):
    return TrackedScript(
        **{"name": "web", "command": ScriptCall(argv=("/bin/check",)), "interval": 1000, "timeout": 500} | more
    )


def test_it_runs_at_once_and_then_every_interval(world):
    world.configure(script())
    world.advance(0)
    assert (world.jobs[0][2]["limit"], world.jobs[0][2]["at_stop"]) == (500, "end")
    world.end(status=0)
    world.advance(999)
    assert len(world.jobs) == 1
    world.advance(1)
    assert len(world.jobs) == 2
    assert world.reports == [("web", 1, "exit status 0")]


def test_a_bad_end_is_bad(world):
    world.configure(script())
    for how, words in [({"status": 2}, "exit status 2"), ({"signal": 11}, "signal 11")]:
        world.advance(1000)
        world.end(**how)
        assert world.reports[-1] == ("web", 0, words)


def test_a_run_that_is_not_over_leaves_the_next_one_out(world):
    world.configure(script())
    world.advance(0)
    world.advance(1000)
    assert len(world.jobs) == 1
    assert "left out" in world.told[-1].words


def test_a_timeout_counts_when_it_happens_and_once(world):
    world.configure(script(fall=2))
    world.advance(0)
    world.end(status=0)
    world.advance(1000)
    world.jobs[-1][2]["on_overdue"]()
    assert world.reports[-1] == ("web", 1, "timed out after 0.0005 s") or world.reports[-1][:2] == ("web", 1)
    reports = len(world.reports)
    world.end(signal=15, timed_out=True)
    assert len(world.reports) == reports


def test_a_timeout_may_count_as_nothing(world):
    world.configure(script(on_timeout="keep"))
    world.advance(0)
    world.jobs[-1][2]["on_overdue"]()
    world.end(signal=15, timed_out=True)
    assert world.reports == []
    assert "last result stays" in world.told[-1].words


def test_what_cannot_be_run_is_bad_at_once_and_says_why(world):
    world.configure(script(fall=5))
    world.advance(0)
    world.end(status=0)
    world.advance(1000)
    world.end(problem="/bin/check cannot be run: No such file or directory")
    assert world.reports[-1] == ("web", 0, "/bin/check cannot be run: No such file or directory")


@pytest.mark.parametrize(
    ("how", "event"),
    [
        ({"problem": "/bin/check is not run: No such file or directory"}, "is not run"),
        ({"timed_out": True, "signal": 15}, "last result stays"),
    ],
)
def test_what_goes_wrong_every_time_is_told_once_until_a_run_ends(world, how, event):
    """Otherwise the last thousands of events say nothing else."""
    world.configure(script(on_timeout="keep"))
    for _ in range(3):
        world.advance(1000)
        world.end(**how)
    assert sum(event in remark.words for remark in world.told) == 1
    world.advance(1000)
    world.end(status=1)
    world.advance(1000)
    world.end(**how)
    assert sum(event in remark.words for remark in world.told) == 2


def test_what_is_lost_says_nothing(world):
    world.configure(script())
    world.advance(0)
    world.end(problem="the process that ran it was replaced", lost=True)
    assert world.reports == []
    world.advance(1000)
    assert len(world.jobs) == 2


def test_init_fail_is_bad_before_the_first_run(world):
    world.configure(script(init_fail=True, rise=2))
    assert world.reports[0][:2] == ("web", 0)
    world.advance(0)
    world.end(status=0)
    assert world.reports[-1][:2] == ("web", 0)
    world.advance(1000)
    world.end(status=0)
    assert world.reports[-1][:2] == ("web", 1)


def test_a_reload_keeps_what_is_known_of_the_same_command(world):
    world.configure(script())
    world.advance(0)
    world.end(status=0)
    world.configure(script(rise=3, fall=3))
    assert world.reports[-1][:2] == ("web", 1)
    world.advance(1000)
    world.end(status=1)
    assert world.reports[-1][:2] == ("web", 1)


def test_another_command_begins_anew_and_the_old_run_does_not_count(world):
    world.configure(script())
    world.advance(0)
    old = world.jobs[-1][1]
    world.configure(script(command=ScriptCall(argv=("/bin/other",))))
    assert world.killed == [1]
    world.advance(0)
    assert world.jobs[-1][0].argv == ("/bin/other",)
    old(Ended(number=1, status=1))
    assert world.reports == []


def test_scripts_that_nothing_tracks_are_not_run(world):
    world.scripts.configure(Config(scripts=(script(),)))
    world.advance(5000)
    assert world.jobs == []


def test_the_end_ends_everything(world):
    world.configure(script())
    world.advance(0)
    world.scripts.end()
    world.advance(5000)
    assert (len(world.jobs), world.killed) == (1, [1])


def test_it_is_known_whether_one_runs(world):
    world.configure(script())
    assert not world.scripts.running("web")
    world.advance(0)
    assert world.scripts.running("web")
    world.end(status=0)
    assert not world.scripts.running("web")
    assert not world.scripts.running("nobody")
