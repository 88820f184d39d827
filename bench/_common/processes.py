"""What a daemon's processes cost, from /proc."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from standfast.lab.daemons import Daemon


@dataclass(frozen=True, slots=True)
class CpuReading:
    """CPU time of all processes so far, and when it was read (both in seconds)."""

    used_s: float
    at_s: float

    def percent_until(self, later: CpuReading) -> float:
        """Share of one CPU between two readings, in percent."""
        return (later.used_s - self.used_s) / (later.at_s - self.at_s) * 100


def cpu(daemon: Daemon) -> CpuReading:
    """Of all processes and threads.

    schedstat counts nanoseconds of run time; the ticks of /proc/PID/stat are too coarse for what runs 0.1 ms at a time.
    """
    tasks = (task for pid in daemon.processes() for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return CpuReading(sum(_run_time_s(task) for task in tasks), time.monotonic())


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes (10^6 bytes): resident size of the largest process, proportional size of all together."""

    largest_rss: float
    all_pss: float


def memory(daemon: Daemon) -> Memory:
    """As /proc/PID/smaps_rollup has it."""
    rollups = [_rollup(pid) for pid in daemon.processes()]
    return Memory(max(each.get("Rss", 0.0) for each in rollups), sum(each.get("Pss", 0.0) for each in rollups))


def _run_time_s(schedstat: Path) -> float:
    with suppress(OSError):
        return int(schedstat.read_text().split()[0]) / 1e9
    return 0.0


def _rollup(pid: int) -> dict[str, float]:
    lines: Iterable[str] = ()
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(size.split()[0]) * 1024 / 1e6 for name, _, size in (line.partition(":") for line in lines)}
