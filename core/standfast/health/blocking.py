"""Who keeps the loop: the task that takes too long in one step is named, also if it never gives the loop back.

trio's tasks are not interrupted. A checker that computes, or waits without ``await``, stops all others; so each step
of a task is timed, and a thread that does nothing else notices a step that does not end.
"""

from __future__ import annotations

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

STUCK: Final = 2 * SECOND
"""A step that takes so long may never end; the parent will soon replace the process."""

BANNED_FOR: Final = 600 * SECOND
"""A check that hung the process is not made again for so long."""

TellSlow: TypeAlias = Callable[[str, int], None]
"""Name of the task, and for how long (microseconds)."""


class StepWatch(trio.abc.Instrument):
    """Times every step of every task; costs two readings of the clock for each."""

    def __init__(self, slow: TellSlow) -> None:
        self.task = ""
        """Whose step it is; empty: the loop waits."""
        self.began = 0
        """When (ns, monotonic)."""
        self._slow = slow

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """A step begins."""
        self.task, self.began = task.name, time.monotonic_ns()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """It is over. Without a beginning that was seen it is the step in which the watch was set up."""
        if not self.task:
            return
        took = (time.monotonic_ns() - self.began) // 1000
        self.task = ""
        if took >= SLOW_STEP:
            self._slow(task.name, took)


class Culprit(msgspec.Struct, frozen=True, kw_only=True):
    """The last task that hung the process, as the next process finds it."""

    task: str
    wall: float
    """Unix seconds."""


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
        told = 0
        while not self._over.wait(0.5):
            task, began = self._watch.task, self._watch.began
            if task and began != told and (time.monotonic_ns() - began) // 1000 >= STUCK:
                told = began
                self._write(task)

    def _write(self, task: str) -> None:
        self._say(f"{task} has kept the health process for {STUCK // SECOND} s without waiting for anything")
        try:
            self._note.write_bytes(msgspec.json.encode(Culprit(task=task, wall=time.time())))
        except OSError as error:
            self._say(f"{self._note} cannot be written: {error.strerror}")


def banned_task(note: Path) -> str:
    """The task that hung a predecessor a short while ago; empty: none did."""
    try:
        culprit = msgspec.json.decode(note.read_bytes(), type=Culprit)
    except (OSError, msgspec.DecodeError):
        return ""
    age = time.time() - culprit.wall
    return culprit.task if 0 <= age * SECOND < BANNED_FOR else ""
