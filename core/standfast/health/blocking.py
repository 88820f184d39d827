"""Who keeps the loop, or ends the process: that task is named, also if it never gives the loop back.

trio's tasks are not interrupted. A checker that computes, or waits without ``await``, stops all others; so each step
of a task is timed, and a thread that does nothing else notices a step that does not end. A checker (or a C library that
it uses) may also end the process; so the name of the running step stands where a successor finds it.
"""

from __future__ import annotations

import contextlib
import mmap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
import trio

from standfast.values import MILLISECOND, SECOND

SLOW_STEP: Final = 100 * MILLISECOND
"""Longer without giving the loop back delays others noticeably."""

_SAMPLE_NS: Final = 20_000_000
"""How old the last reading of the time spent in the run queue may be when a step begins."""

_LOOK_S: Final = 0.5
_LATE_NS: Final = 500_000_000
"""A witness that woke so late was stopped itself, as was the step that it looks at."""

STUCK: Final = 2 * SECOND
"""A step that takes so long may never end; the parent will soon replace the process."""

BANNED_FOR: Final = 600 * SECOND
"""A check that hung the process is not made again for so long."""

CULPRIT: Final = "hung-check.json"
"""In the run directory: who hung or ended a predecessor."""

TellSlow: TypeAlias = Callable[[str, int], None]
"""Name of the task, and for how long (microseconds)."""


def waited_for_processor() -> int:
    """How long this thread has been ready to run while others had the processor, in microseconds since it began.

    From ``schedstat`` (proc_pid_schedstat(5)); 0 where the kernel does not count it.
    """
    try:
        return int(Path("/proc/thread-self/schedstat").read_bytes().split()[1]) // 1000
    except (OSError, IndexError, ValueError):
        return 0


class StepWatch(trio.abc.Instrument):
    """Times every step of every task; costs two readings of the clock for each.

    Time in which the kernel gave the processor to others is nobody's fault, and is taken off.
    """

    def __init__(
        self, slow: TellSlow, *, step: StepNote | None = None, waited: Callable[[], int] = waited_for_processor
    ) -> None:
        self.task = ""
        """Whose step it is; empty: the loop waits."""
        self.began = 0
        """When (ns, monotonic)."""
        self._slow = slow
        self._step = step
        self._waited = waited
        self._sampled_at = 0
        self._sample = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """A step begins."""
        self.task, self.began = task.name, time.monotonic_ns()
        if self.began - self._sampled_at >= _SAMPLE_NS:
            self._sampled_at, self._sample = self.began, self._waited()
        if self._step is not None:
            self._step.begin(task.name)

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """It is over. Without a beginning that was seen it is the step in which the watch was set up."""
        if not self.task:
            return
        took = (time.monotonic_ns() - self.began) // 1000
        self.task = ""
        if self._step is not None:
            self._step.end()
        if took >= SLOW_STEP:
            took -= self._waited() - self._sample
            if took >= SLOW_STEP:
                self._slow(task.name, took)


class StepNote:
    """Whose step it is, in a file that is mapped into memory: still there when a step has ended the process.

    Costs a copy of a name for each step; the kernel writes it to the disk (of the run directory, memory) when it likes.
    """

    SIZE: Final = 256

    def __init__(self, path: Path) -> None:
        """Raises :class:`OSError`."""
        with path.open("w+b") as out:
            out.truncate(self.SIZE)
            self._memory = mmap.mmap(out.fileno(), self.SIZE)

    def begin(self, task: str) -> None:
        """A step of this task runs."""
        data = task.encode(errors="replace")[: self.SIZE - 1]
        self._memory[: len(data) + 1] = data + b"\0"

    def end(self) -> None:
        """It gave the loop back."""
        self._memory[0] = 0

    def close(self) -> None:
        """An orderly end."""
        self.end()
        self._memory.close()

    @classmethod
    def left(cls, path: Path) -> str:
        """The task in whose step a predecessor ended; empty: in none."""
        try:
            return path.read_bytes()[: cls.SIZE].split(b"\0", 1)[0].decode(errors="replace")
        except OSError:
            return ""


class Culprit(msgspec.Struct, frozen=True, kw_only=True):
    """The last task that hung the process, as the next process finds it."""

    task: str
    wall: float
    """Unix seconds."""
    certain: bool = True
    """False: it was at work when the process ended, once. That may have been chance; twice is none."""


class HangWitness:
    """A thread that looks twice a second whether a step hangs, and writes down whose it is."""

    def __init__(self, watch: StepWatch, note: Path, say: Callable[[str], None]) -> None:
        self._watch = watch
        self._note = note
        self._say = say
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="hang witness", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Returns at once; the thread ends by itself."""
        self._over.set()

    def _look(self) -> None:
        told = awake_since = 0
        while True:
            asleep = time.monotonic_ns()
            if self._over.wait(_LOOK_S):
                return
            now = time.monotonic_ns()
            if now - asleep > _LOOK_S * 1e9 + _LATE_NS:
                awake_since = now
            task, began = self._watch.task, self._watch.began
            if task and began != told and (now - max(began, awake_since)) // 1000 >= STUCK:
                told = began
                self._write(task)

    def _write(self, task: str) -> None:
        self._say(f"{task} has kept the health process for {STUCK // SECOND} s without waiting for anything")
        try:
            self._note.write_bytes(msgspec.json.encode(Culprit(task=task, wall=time.time())))
        except OSError as error:
            self._say(f"{self._note} cannot be written: {error.strerror}")


def accuse(note: Path, task: str) -> None:
    """The process ended in a step of this task. Raises :class:`OSError`."""
    before = _fresh(note)
    again = before is not None and before.task == task
    note.write_bytes(msgspec.json.encode(Culprit(task=task, wall=time.time(), certain=again)))


def banned_task(note: Path) -> str:
    """The task that hung a predecessor, or ended two, a short while ago; empty: none did."""
    culprit = _fresh(note)
    return culprit.task if culprit is not None and culprit.certain else ""


def _fresh(note: Path) -> Culprit | None:
    with contextlib.suppress(OSError, msgspec.DecodeError):
        culprit = msgspec.json.decode(note.read_bytes(), type=Culprit)
        if 0 <= (time.time() - culprit.wall) * SECOND < BANNED_FOR:
            return culprit
    return None
