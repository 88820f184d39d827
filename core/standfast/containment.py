"""Code of plugins gets a limit of time while it is imported, and who is at work is known if it takes all down.

An import that never ends is ended by a signal (SIGALRM). What does not heed even that, or ends the process, is known by
name to whoever waits for the process: :attr:`Guard.asking` was told before the import began. The same holds while a
plugin's code reads its part of a configuration (:func:`at_work`).
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from standfast.values import SECOND, seconds

IMPORT_LIMIT: Final = 10 * SECOND
"""For one plugin's import and registration. Three that hang fit into the loader's deadline."""


class TooLong(BaseException):
    """It was given up."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"not over after {seconds(limit)}, given up")


def _nobody(_name: str) -> None:
    """Told to nobody."""


@dataclass(frozen=True, slots=True)
class Guard:
    """How plugins are loaded here."""

    without: Mapping[str, str] = field(default_factory=dict)
    """Entry points that are not loaded -> why, in words: an earlier process hung in them or died of them."""
    asking: Callable[[str], None] = _nobody
    """Told the name before a plugin's code runs, and an empty one after."""
    limit: int = IMPORT_LIMIT
    """Microseconds for each."""


NO_GUARD: Final = Guard()

_here: list[Guard] = [NO_GUARD]


def stand_under(guard: Guard) -> None:
    """From now on plugins are loaded so in this process, wherever nothing else is said."""
    _here[0] = guard


def standing_under() -> Guard:
    """What was said last."""
    return _here[0]


@dataclass(slots=True)
class _Watch:
    brought_by: Mapping[str, str] = field(default_factory=dict)
    """Name of a block or a data plane -> the entry point that brings it, of others' plugins alone."""
    guard: Guard = NO_GUARD
    at_work: str = ""


_watch: Final = [_Watch()]


def watch(brought_by: Mapping[str, str], guard: Guard) -> None:
    """From now on :func:`at_work` tells ``guard`` whose code runs."""
    _watch[0] = _Watch(brought_by, guard)


@contextlib.contextmanager
def at_work(name: str) -> Iterator[None]:
    """Within this block it is the code of whoever brings ``name``, a block or a data plane, that runs."""
    here = _watch[0]
    plugin = here.brought_by.get(name)
    if plugin is None:
        yield
        return
    before, here.at_work = here.at_work, plugin
    here.guard.asking(plugin)
    try:
        yield
    finally:
        here.at_work = before
        here.guard.asking(before)


@contextlib.contextmanager
def limited(limit: int) -> Iterator[None]:
    """Raise :class:`TooLong` into what is still running after ``limit`` microseconds.

    Only in the main thread, where signals arrive; elsewhere without a limit. A timer that somebody else has set
    goes on.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooLong(limit)

    handler = signal.signal(signal.SIGALRM, ring)
    left, every = signal.setitimer(signal.ITIMER_REAL, limit / SECOND)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, left, every)
