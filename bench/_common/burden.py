"""Many addresses in one instance: how long until the last one is there, announced, given up; adverts meanwhile."""

from __future__ import annotations

import time

from _common import targets
from _common.address_news import GONE, NEW, AddressNews
from _common.adverts import Window, cleared
from _common.bench import Bench, MeasurementError, expect
from _common.figures import spacings_ms
from _common.profiles import MASTER_PRIORITY, V3_100_MS, loaded_config
from _common.sides import DAEMONS
from standfast.lab.capture import Capture
from standfast.lab.daemons import Daemon
from standfast.lab.lab import INTERFACE

_WATCHED_S = 3.0
"""In which adverts must go on."""


def burden(bench: Bench, window: Window, count: int, *, promote: bool = True) -> None:
    """Alone on the network: start, wait for everything, stop.

    ``promote``: secondary addresses survive their primary one (``promote_secondaries``, as systemd sets it).
    """
    addresses = [f"10.10.{number // 250}.{number % 250 + 1}" for number in range(count)]
    bench.first.namespace.run("sysctl", "-qw", f"net.ipv4.conf.{INTERFACE}.promote_secondaries={promote:d}")
    daemon = DAEMONS[window.kind](bench.first, loaded_config(V3_100_MS, MASTER_PRIORITY, addresses))
    case = f"{count} addresses" if promote else f"{count}, not promoted"
    with bench.capture() as capture, AddressNews(bench.first.namespace) as news, cleared(bench, daemon):
        daemon.start()
        first = expect(capture, lambda: next(iter(capture.adverts()), None), 15, "no advert after the start", daemon)
        present = _all(news, NEW, count, daemon)
        told = expect(capture, lambda: _announced(capture, addresses), 30, "not everything is announced", daemon)
        time.sleep(max(0.0, first.time + _WATCHED_S - time.time()))
        gap = max(spacings_ms([advert.time for advert in capture.adverts(bench.first.address)]))
        daemon.terminate()
        gone = _all(news, GONE, count, daemon)
    target = targets.LAST_PRESENT_200 if count < 1000 else targets.LAST_PRESENT_1000
    window.note(case, "last one present", "ms", target, (present[-1] - first.time) * 1000)
    window.note(case, "last one announced", "ms", targets.ALL_ANNOUNCED, (told - first.time) * 1000)
    window.note(case, "from first to last given up", "ms", targets.ALL_GIVEN_UP, (gone[-1] - gone[0]) * 1000)
    window.note(case, "longest gap of adverts", "ms", targets.NONE, gap)


def _all(news: AddressNews, kind: int, count: int, daemon: Daemon) -> list[float]:
    times = news.wait(kind, count)
    if len(times) < count:
        raise MeasurementError(f"{len(times)} of {count} addresses\n{daemon.log[-1500:]}")
    return times[:count]


def _announced(capture: Capture, addresses: list[str]) -> float | None:
    """When the last of them was announced for the first time."""
    first: dict[str, float] = {}
    for address in addresses:
        told = capture.garps(address)
        if not told:
            return None
        first[address] = told[0].time
    return max(first.values())
