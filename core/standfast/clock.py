"""The one clock: CLOCK_BOOTTIME in microseconds.

CLOCK_MONOTONIC stands still while a machine is suspended, and a resumed MASTER would not know
that its peers have long taken over.
"""

from __future__ import annotations

import datetime
import time


def now() -> int:
    """Microseconds since boot, suspend included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def wall_clock_at(boottime: int) -> float:
    """The wall-clock time (Unix seconds) of a moment on our clock, by the current offset."""
    return time.time() - (now() - boottime) / 1e6


def iso(boottime: int) -> str:
    """A moment on our clock as people and programs read it: ISO 8601 in UTC, milliseconds."""
    wall = datetime.datetime.fromtimestamp(wall_clock_at(boottime), datetime.UTC)
    return wall.isoformat(timespec="milliseconds")
