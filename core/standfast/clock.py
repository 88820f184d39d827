"""The one clock: CLOCK_BOOTTIME in microseconds.

CLOCK_MONOTONIC stands still while a machine is suspended, and a resumed MASTER would not know
that its peers have long taken over.
"""

from __future__ import annotations

import datetime
import time
from functools import lru_cache


def now() -> int:
    """Microseconds since boot, suspend included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def wall_clock_at(boottime: int) -> float:
    """The wall-clock time (Unix seconds) of a moment on our clock, by the current offset."""
    return time.time() - (now() - boottime) / 1e6


def iso(boottime: int) -> str:
    """A moment on our clock as people and programs read it: ISO 8601 in UTC, milliseconds."""
    return _iso((boottime * 1000 + time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)) // 1_000_000)


def _iso(milliseconds: int) -> str:
    """Of a wall-clock time."""
    second, rest = divmod(milliseconds, 1000)
    return f"{_second(second)}.{rest:03}+00:00"


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    """A status names the same ones again and again: in a minute tens of thousands of servers are checked."""
    return datetime.datetime.fromtimestamp(second, datetime.UTC).isoformat()[:19]
