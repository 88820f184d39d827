from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from standfast import clock
from standfast.config.model import Config
from standfast.config.tracking_model import TrackedProcess, Tracker
from standfast.net.proc_connector import ProcConnector, ProcessEvent
from standfast.testing.playbook import instance
from standfast.vrrp.track_processes import Processes
from standfast.vrrp.trackers import Trackers

WEB = TrackedProcess(name="web", command="web")


class PretendedConnector:
    """News are put in; a pipe makes it readable."""

    def __init__(self) -> None:
        self.overrun = False
        self._read, self._write = os.pipe2(os.O_NONBLOCK)
        self.events: list[ProcessEvent] = []

    def fileno(self) -> int:
        return self._read

    def tell(self, *events: ProcessEvent, overrun: bool = False) -> None:
        self.events += events
        self.overrun = overrun
        os.write(self._write, b"x")

    def read(self, limit: int = 64):
        os.read(self._read, 100)
        events, self.events = self.events, []
        return events, False

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


class Stage:
    def __init__(self, proc) -> None:
        self.proc = proc
        self.told = []
        self.connector = PretendedConnector()
        self.turned = trio.Event()
        self.trackers = Trackers(lambda _instance, _actions: None, self.told.append)
        self.refusal: OSError | None = None
        self.processes = Processes(
            self.trackers, self.told.append, self.pause, proc=str(proc), connect=lambda _size: self.connect()
        )

    def connect(self):
        if self.refusal:
            raise self.refusal
        return self.connector

    async def pause(self, _duration: int) -> None:
        await trio.lowlevel.checkpoint()

    def lives(self, pid: int, comm: str = "web", state: str = "S", cmdline: str = "") -> None:
        place = self.proc / str(pid)
        place.mkdir(exist_ok=True)
        (place / "stat").write_text(f"{pid} ({comm}) {state} 1")
        (place / "cmdline").write_bytes(cmdline.encode())

    def configure(self, *wanted: TrackedProcess) -> None:
        trackers = tuple(Tracker(kind="process", name=each.name) for each in wanted)
        self.trackers.configure(Config(instances=(instance(trackers=trackers),)))
        self.processes.configure(wanted, clock.now())

    @property
    def words(self) -> str | None:
        fact = self.trackers.tracking.fact("process", "web")
        return None if fact is None else fact.words

    @asynccontextmanager
    async def running(self):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.processes.run, self.turn)
            yield
            nursery.cancel_scope.cancel()
        self.configure()  # which closes the connector

    def turn(self) -> None:
        self.turned.set()

    async def until(self, words: str) -> None:
        with trio.fail_after(60):
            while self.words is None or words not in self.words:
                self.turned = trio.Event()
                await self.turned.wait()


@pytest.fixture
def stage(tmp_path) -> Stage:
    return Stage(tmp_path)


async def test_s48_first_a_look_at_all_then_news(stage):
    for pid in range(100, 130):
        stage.lives(pid, "other")
    stage.lives(7)
    stage.lives(8, state="Z")
    stage.configure(WEB)
    assert stage.words is None
    async with stage.running():
        await stage.until("1 runs")
        stage.connector.tell(ProcessEvent("fork", 9, 7), ProcessEvent("fork", 10, 100))
        await stage.until("2 run")
        stage.lives(9, "changed")
        stage.connector.tell(ProcessEvent("exec", 9), ProcessEvent("exit", 7))
        await stage.until("none runs")
        stage.lives(101)
        stage.connector.tell(ProcessEvent("comm", 101), ProcessEvent("exec", 4711))
        await stage.until("1 runs")


async def test_lost_news_are_made_up_for_by_another_look(stage):
    stage.lives(7)
    stage.configure(WEB)
    async with stage.running():
        await stage.until("1 runs")
        stage.lives(8)
        stage.connector.tell(overrun=True)
        await stage.until("2 run")


async def test_where_the_kernel_does_not_tell_it_says_so_and_looks_again_and_again(stage):
    stage.refusal = OSError(errno.ECONNREFUSED, "Connection refused")
    stage.configure(WEB)
    async with stage.running():
        await stage.until("none runs")
        stage.lives(7)
        await stage.until("1 runs")
    (said,) = [event.words for event in stage.told if getattr(event, "event", "") == "vrrp.track_process"]
    assert "Connection refused" in said
    assert "every second" in said


async def test_a_reload_that_wants_another_one(stage):
    stage.lives(7, "new", cmdline="/bin/new\0-a\0")
    stage.configure(WEB)
    async with stage.running():
        await stage.until("none runs")
        stage.configure(TrackedProcess(name="web", command="/bin/new", full_command=True))
        await stage.until("1 runs")
        stage.configure()
        await trio.testing.wait_all_tasks_blocked()
        stage.connector = PretendedConnector()
        stage.lives(7, "gone")
        stage.configure(WEB)
        await stage.until("none runs")


async def test_without_proc_nothing_runs(stage):
    stage.processes._proc = str(stage.proc / "missing")
    stage.configure(WEB)
    async with stage.running():
        await stage.until("cannot be read")


def spawn(argv: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(argv, stdin=subprocess.PIPE)


@pytest.mark.netns
async def test_s48_real_processes_as_the_kernel_tells(stage, tmp_path):
    name = f"sf{os.getpid()}"
    program = tmp_path / name
    program.symlink_to(sys.executable)
    waits = [str(program), "-c", "input()"]
    stage.processes = Processes(stage.trackers, stage.told.append, stage.pause, connect=ProcConnector)
    stage.configure(TrackedProcess(name="web", command=name, quorum=2, quorum_max=2))
    children = [spawn(waits)]
    try:
        async with stage.running():
            await stage.until("1 runs")
            children.append(spawn(waits))
            await stage.until("2 run")
            assert stage.trackers.tracking.fact("process", "web").value == 1
            children[1].kill()
            await stage.until("1 runs")
            assert stage.trackers.tracking.fact("process", "web").value == 0
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert not [event for event in stage.told if getattr(event, "event", "") == "vrrp.track_process"]
