"""Many fast instances in sync groups on two routers beside busy loops: who moves without a cause, who moves in time."""

from __future__ import annotations

import time
from collections import defaultdict

from _common import targets
from _common.adverts import Window, busy_loops, running, wait_all_masters
from _common.bench import Bench, expect
from _common.figures import spacings_ms
from _common.processes import cpu
from _common.profiles import V3_100_MS
from standfast.lab.capture import Capture
from standfast.lab.daemons import Daemon

INSTANCES, GROUPS = 250, 4
CASE = f"{INSTANCES} in {GROUPS} groups"
_AT_EASE_S = 1.0


def crowd(bench: Bench, window: Window) -> None:
    """A quiet stretch, in which nothing may happen, then the death of the master."""
    master = bench.daemon(window.kind, bench.first, V3_100_MS, instances=INSTANCES, groups=GROUPS)
    backup = bench.daemon(window.kind, bench.second, V3_100_MS, instances=INSTANCES, groups=GROUPS)
    with bench.capture() as capture, running(bench, backup, master):
        wait_all_masters(capture, master)
        time.sleep(_AT_EASE_S)
        begun, sending, hearing = time.time(), cpu(master), cpu(backup)
        with busy_loops():
            time.sleep(window.seconds)
        sent, heard = sending.percent_until(cpu(master)), hearing.percent_until(cpu(backup))
        window.note(CASE, "master's CPU", "%", targets.NONE, sent)
        window.note(CASE, "backup's CPU", "%", targets.NONE, heard)
        _quiet(window, capture, master, backup, begun)
        _death(window, capture, master, backup)


def _quiet(window: Window, capture: Capture, master: Daemon, backup: Daemon, begun: float) -> None:
    times: dict[int, list[float]] = defaultdict(list)
    spurious = len(capture.adverts(backup.host.address, since=begun))
    for advert in capture.adverts(master.host.address, since=begun):
        times[advert.vrid].append(advert.time)
        spurious += advert.priority == 0
    gap = max(max(spacings_ms(each), default=0.0) for each in times.values())
    window.note(CASE, "longest gap of any", "ms", targets.NONE, gap)
    window.note(CASE, "adverts that nobody caused", "", targets.SPURIOUS, spurious)


def _death(window: Window, capture: Capture, master: Daemon, backup: Daemon) -> None:
    killed = master.kill()

    def all_spoke() -> list[float] | None:
        first: dict[int, float] = {}
        for advert in capture.adverts(backup.host.address, since=killed):
            first.setdefault(advert.vrid, advert.time)
        return sorted(first.values()) if len(first) == INSTANCES else None

    taken = expect(capture, all_spoke, 10, "not every instance was taken over", backup)
    window.note(CASE, "from death to last take-over", "ms", targets.LAST_TAKEN, (taken[-1] - killed) * 1000)
    window.note(CASE, "from first to last", "ms", targets.NONE, (taken[-1] - taken[0]) * 1000)
