"""The one clock: CLOCK_BOOTTIME in microseconds.

CLOCK_MONOTONIC stands still while a machine is suspended, and a resumed MASTER would not know
that its peers have long taken over.
"""

from __future__ import annotations

import time


def now() -> int:
    """Microseconds since boot, suspend included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def wall_clock_at(boottime: int) -> float:
    """The wall-clock time (Unix seconds) of a moment on our clock, by the current offset."""
    return time.time() - (now() - boottime) / 1e6
