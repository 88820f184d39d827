"""How what watchers see reaches the instances, with a real speaker and pretended things."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from standfast import clock
from standfast.config.model import Config
from standfast.config.tracking_model import CheckPolicy, TrackedFile, Tracker
from standfast.health import verdicts
from standfast.health.verdicts import Verdict
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.page import SharedPage
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.tracked_watch import TrackedWatch
from standfast.vrrp.voice import Voice


class Programs:
    """Runs nothing."""

    def start(self, _call, _on_end, **_how):
        return 1


@pytest.fixture
def voice():
    sender, receiver = pair()
    with sender, receiver:
        yield Voice(LogPipe(sender, "vrrp"))


@pytest.fixture
def speaker(host, holdings, announcements, told):
    return Speaker(host, holdings, announcements, SharedPage(), told.append)


@pytest.fixture
def stage(speaker, make_instance):
    def put(*trackers, **config):
        instance = make_instance(trackers=trackers)
        made = Config(instances=(instance.config,), **config)
        speaker.trackers.configure(made)
        speaker.admit([instance])
        speaker.perform(instance, instance.router.start(clock.now()))
        return instance, made

    return put


def test_first_results_are_waited_for_where_somebody_looks(speaker, voice, line):
    TrackedWatch(speaker, voice, None, None)
    assert speaker.trackers.tracking.looked_at == {"process"}
    TrackedWatch(speaker, voice, Programs(), line[0])
    assert speaker.trackers.tracking.looked_at == {"process", "script", "check", "services"}


def test_only_files_that_something_tracks_are_looked_at(speaker, voice, stage, tmp_path):
    (tmp_path / "used").write_text("7\n")
    files = tuple(TrackedFile(name=name, path=str(tmp_path / name)) for name in ("used", "idle"))
    watch = TrackedWatch(speaker, voice, None, None)
    instance, config = stage(Tracker(kind="file", name="used", weight=1), files=files)
    watch.look(config, clock.now())
    assert instance.router.priority == instance.config.priority + 7
    assert speaker.trackers.tracking.fact("file", "idle") is None


async def test_a_number_that_is_written_counts_at_once(speaker, voice, stage, tmp_path, nursery):
    path = tmp_path / "load"
    path.write_text("0\n")
    watch = TrackedWatch(speaker, voice, None, None)
    file = TrackedFile(name="load", path=str(path))
    instance, config = stage(Tracker(kind="file", name="load", weight=-1), files=(file,))
    watch.look(config, clock.now())
    watch.start(nursery)
    await trio.testing.wait_all_tasks_blocked()
    path.write_text("30\n")
    with trio.fail_after(60):
        while instance.router.priority != instance.config.priority - 30:
            await trio.lowlevel.checkpoint()
    nursery.cancel_scope.cancel()


async def test_a_verdict_of_health_reaches_the_instance(speaker, voice, stage, line, nursery):
    watch = TrackedWatch(speaker, voice, None, line[0])
    policy = CheckPolicy(name="web")
    instance, config = stage(Tracker(kind="check", name="web", weight=-20), checks=(policy,))
    watch.ask(config)
    watch.start(nursery)
    assert verdicts.send(line[1], Verdict(name="web", good=False, at=clock.now(), words="refused"))
    with trio.fail_after(60):
        while instance.router.priority != instance.config.priority - 20:
            await trio.lowlevel.checkpoint()
    nursery.cancel_scope.cancel()


async def test_when_the_other_end_of_the_line_is_gone_nothing_is_waited_for(speaker, voice, line, nursery):
    watch = TrackedWatch(speaker, voice, None, line[0])
    watch.start(nursery)
    line[1].close()
    with trio.fail_after(60):
        await trio.testing.wait_all_tasks_blocked()
    nursery.cancel_scope.cancel()


def test_files_with_a_first_number_are_made_at_the_start_of_a_daemon(speaker, voice, tmp_path):
    watch = TrackedWatch(speaker, voice, None, None)
    file = TrackedFile(name="load", path=str(tmp_path / "load"), initial=5)
    watch.create_files(Config(files=(file,)))
    assert (tmp_path / "load").read_text().strip() == "5"
