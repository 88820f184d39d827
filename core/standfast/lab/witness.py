"""A witness of the machine's own lateness: a real-time process sleeps on absolute times and notes how late it wakes.

When a daemon was late and the witness was too, the machine is to blame.  Run as a program it is the witness itself.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

TICK_S = 0.005
_SLOTS = 1 << 20  # 87 minutes; only touched pages are backed
_FIRST = 8
_SIZE = _FIRST + _SLOTS * 4


class Witness:
    """Starts the process; :meth:`worst_s` tells how late it woke at worst in a span."""

    def __init__(self, *, cpu: int | None = None, priority: int = 50) -> None:
        """On any CPU, or on one alone; at this SCHED_RR priority (0: as an ordinary process)."""
        descriptor = os.memfd_create("standfast-witness")
        os.ftruncate(descriptor, _SIZE)
        self._memory = mmap.mmap(descriptor, _SIZE)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(descriptor), str(priority)],
            pass_fds=[descriptor],
            start_new_session=True,
        )
        if cpu is not None:
            os.sched_setaffinity(self._process.pid, {cpu})
        os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def worst_s(self, start: float, end: float) -> float:
        """The greatest lateness in seconds between two moments of ``time.time()``.

        A tick that the witness has not seen yet is late by the time since; before its first tick it saw nothing.
        """
        began: float = struct.unpack_from("=d", self._memory, 0)[0]
        if not began:
            return time.time() - start
        first, last = (max(0, min(_SLOTS, int((at - began) / TICK_S))) for at in (start, end))
        values = struct.unpack_from(f"={last - first}f", self._memory, _FIRST + first * 4)
        unseen = next((tick for tick, value in enumerate(values, first) if value == 0), None)
        pending = 0.0 if unseen is None else time.time() - (began + unseen * TICK_S)
        return float(max(began - start, pending, *values, 0.0))


def testify(descriptor: int, priority: int) -> None:
    """Sleep from tick to tick and write the lateness of each (seconds, float32) until killed."""
    memory = mmap.mmap(descriptor, _SIZE)
    if priority:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(priority))
    start = time.monotonic()
    struct.pack_into("=d", memory, 0, time.time())
    parent = os.getppid()
    for slot in range(_SLOTS):
        due = start + slot * TICK_S
        left = due - time.monotonic()
        if left > 0:
            time.sleep(left)
        struct.pack_into("=f", memory, _FIRST + slot * 4, max(1e-6, time.monotonic() - due))
        if os.getppid() != parent:
            return


if __name__ == "__main__":
    testify(int(sys.argv[1]), int(sys.argv[2]))
