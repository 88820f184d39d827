"""The advert clock of one daemon, and what it costs while it runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from _common import targets
from _common.bench import Bench, MeasurementError, expect, wait_listening, wait_sole_master
from _common.figures import drift_ppm, spacings_ms
from _common.processes import CpuReading, cpu, memory
from _common.profiles import MASTER_PRIORITY, V3_10_MS, V3_100_MS, Profile
from _common.results import Figure, Results
from standfast.lab.capture import Capture
from standfast.lab.daemons import Daemon

BUSY_LOOPS = 8
INSTANCES = 250
_AT_EASE_S = 1.0
"""After the start, before a clock or a cost is read: whatever a daemon puts off until after its start is over."""


@dataclass(frozen=True, slots=True)
class Window:
    """For how long, which side, the daemon that plays it, and where samples go."""

    seconds: float
    side: str
    kind: str
    results: Results

    def note(self, case: str, name: str, unit: str, target: targets.Target, *samples: float) -> None:
        """Add samples of this side."""
        self.results.add(Figure(case, name, unit, target), self.side, *samples)


def clock_at_10_ms(bench: Bench, window: Window) -> None:
    """One instance at 10 ms on an idle machine, then beside busy loops: spacing, drift, CPU and memory."""
    with _lone_master(bench, window.kind, V3_10_MS) as (daemon, capture):
        before, times = _watch(daemon, capture, window.seconds)
        used = before.percent_until(cpu(daemon))
        window.note("10 ms, idle", "spacing", "ms", targets.SPACING, *spacings_ms(times))
        window.note("10 ms, idle", "drift", "ppm", targets.DRIFT, abs(drift_ppm(times, V3_10_MS.interval_s)))
        window.note("10 ms, idle", "CPU", "%", targets.CPU_ONE_AT_10_MS, used)
        sizes = memory(daemon)
        window.note("one instance", "RSS, largest", "MB", targets.RSS_LARGEST, sizes.largest_rss)
        window.note("one instance", "PSS, all", "MB", targets.PSS_ALL, sizes.all_pss)
        with busy_loops():
            _, times = _watch(daemon, capture, window.seconds)
        window.note(f"10 ms, {BUSY_LOOPS} busy loops", "spacing", "ms", targets.SPACING, *spacings_ms(times))


def drift(bench: Bench, window: Window, profile: Profile) -> None:
    """One instance at a slower interval: how much its clock loses."""
    with _lone_master(bench, window.kind, profile) as (daemon, capture):
        _, times = _watch(daemon, capture, window.seconds)
    case = profile.name.removeprefix("v3 ")
    window.note(f"{case}, idle", "drift", "ppm", targets.DRIFT, abs(drift_ppm(times, profile.interval_s)))


def many_instances(bench: Bench, window: Window) -> None:
    """250 instances at 0.1 s on a master and a backup: CPU of each, longest silence of any instance."""
    master = bench.daemon(window.kind, bench.first, V3_100_MS, instances=INSTANCES)
    backup = bench.daemon(window.kind, bench.second, V3_100_MS, instances=INSTANCES)
    with bench.capture() as capture, running(bench, backup, master):
        wait_all_masters(capture, master)
        time.sleep(_AT_EASE_S)
        begun, sending, hearing = time.time(), cpu(master), cpu(backup)
        time.sleep(window.seconds)
        sent, heard = sending.percent_until(cpu(master)), hearing.percent_until(cpu(backup))
        gap = _longest_gap_ms(capture, master, begun)
    case = f"{INSTANCES} at 0.1 s"
    window.note(case, "master's CPU", "%", targets.CPU_250_MASTER, sent)
    window.note(case, "backup's CPU", "%", targets.CPU_250_BACKUP, heard)
    window.note(case, "longest gap of any", "ms", targets.NONE, gap)


def start_up(bench: Bench, window: Window) -> None:
    """From exec to the first advert, less the wait that the protocol asks for."""
    daemon = bench.daemon(window.kind, bench.first, V3_10_MS)
    with bench.capture() as capture, cleared(bench, daemon):
        started = daemon.start()
        first = expect(capture, lambda: next(iter(capture.adverts()), None), 15, "no advert after the start", daemon)
    wait_s = V3_10_MS.down_s(MASTER_PRIORITY)
    window.note("start", "exec to advert", "ms", targets.EXEC_TO_ADVERT, (first.time - started - wait_s) * 1000)


@contextmanager
def _lone_master(bench: Bench, kind: str, profile: Profile) -> Iterator[tuple[Daemon, Capture]]:
    daemon = bench.daemon(kind, bench.first, profile)
    with bench.capture() as capture, running(bench, daemon):
        wait_sole_master(capture, daemon, profile)
        time.sleep(_AT_EASE_S)
        yield daemon, capture


@contextmanager
def running(bench: Bench, *daemons: Daemon) -> Iterator[None]:
    with cleared(bench, *daemons):
        for daemon in daemons:
            daemon.start()
            wait_listening(daemon)
        yield


@contextmanager
def cleared(bench: Bench, *daemons: Daemon) -> Iterator[None]:
    try:
        yield
    finally:
        for daemon in daemons:
            daemon.kill()
        bench.clear()


def _watch(daemon: Daemon, capture: Capture, seconds: float) -> tuple[CpuReading, list[float]]:
    """CPU at the beginning of a window, and when adverts passed during it."""
    before, begun = cpu(daemon), time.time()
    time.sleep(seconds)
    return before, [advert.time for advert in capture.adverts(daemon.host.address, since=begun)]


def wait_all_masters(capture: Capture, master: Daemon) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        begun = time.time()
        time.sleep(0.5)
        heard = {(advert.source, advert.vrid) for advert in capture.adverts(since=begun)}
        if len(heard) == INSTANCES and {source for source, _ in heard} == {master.host.address}:
            return
    raise MeasurementError(f"{master.kind} is not sole master of {INSTANCES} routers after 30 s:\n{master.log[-1500:]}")


def _longest_gap_ms(capture: Capture, master: Daemon, begun: float) -> float:
    times: dict[int, list[float]] = defaultdict(list)
    for advert in capture.adverts(master.host.address, since=begun):
        times[advert.vrid].append(advert.time)
    return max(max(spacings_ms(each), default=0.0) for each in times.values())


@contextmanager
def busy_loops() -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-I", "-S", "-c", "while True: pass"]) for _ in range(BUSY_LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
