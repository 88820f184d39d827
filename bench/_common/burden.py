"""Many addresses in one instance: how long until the last one is there, announced, given up; adverts meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from typing import Self

from _common import targets
from _common.adverts import Window, cleared
from _common.bench import Bench, MeasurementError, expect
from _common.figures import spacings_ms
from _common.profiles import MASTER_PRIORITY, V3_100_MS, loaded_config
from _common.sides import DAEMONS
from standfast.lab.capture import Capture
from standfast.lab.daemons import Daemon
from standfast.lab.namespace import Namespace
from standfast.net.netlink import RTM_DELADDR, RTM_NEWADDR, RTNLGRP_IPV4_IFADDR, messages

_SO_RCVBUFFORCE = 33
_WATCHED_S = 3.0
"""In which adverts must go on."""


def burden(bench: Bench, window: Window, count: int) -> None:
    """Alone on the network: start, wait for everything, stop."""
    addresses = [f"10.10.{number // 250}.{number % 250 + 1}" for number in range(count)]
    daemon = DAEMONS[window.kind](bench.first, loaded_config(V3_100_MS, MASTER_PRIORITY, addresses))
    case = f"{count} addresses"
    with bench.capture() as capture, AddressNews(bench.first.namespace) as news, cleared(bench, daemon):
        daemon.start()
        first = expect(capture, lambda: next(iter(capture.adverts()), None), 15, "no advert after the start", daemon)
        present = news.wait(RTM_NEWADDR, count, daemon)
        told = expect(capture, lambda: _announced(capture, addresses), 30, "not everything is announced", daemon)
        time.sleep(max(0.0, first.time + _WATCHED_S - time.time()))
        gap = max(spacings_ms([advert.time for advert in capture.adverts(bench.first.address)]))
        daemon.terminate()
        gone = news.wait(RTM_DELADDR, count, daemon)
    target = targets.LAST_PRESENT_200 if count < 1000 else targets.LAST_PRESENT_1000
    window.note(case, "last one present", "ms", target, (present[-1] - first.time) * 1000)
    window.note(case, "last one announced", "ms", targets.ALL_ANNOUNCED, (told - first.time) * 1000)
    window.note(case, "from first to last given up", "ms", targets.ALL_GIVEN_UP, (gone[-1] - gone[0]) * 1000)
    window.note(case, "longest gap of adverts", "ms", targets.NONE, gap)


class AddressNews:
    """When the kernel of a host told of addresses that come and go (seconds since the epoch)."""

    def __init__(self, namespace: Namespace) -> None:
        self._times: dict[int, list[float]] = {RTM_NEWADDR: [], RTM_DELADDR: []}
        with namespace.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 16_777_216)
        self._socket.bind((0, 1 << (RTNLGRP_IPV4_IFADDR - 1)))
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def wait(self, kind: int, count: int, daemon: Daemon, timeout_s: float = 30) -> list[float]:
        """The times of so many of them. Raises :class:`MeasurementError`."""
        deadline = time.monotonic() + timeout_s
        while len(self._times[kind]) < count:
            if time.monotonic() > deadline:
                raise MeasurementError(f"{len(self._times[kind])} of {count} addresses\n{daemon.log[-1500:]}")
            time.sleep(0.01)
        return self._times[kind]

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                data = self._socket.recv(65_536)
            except TimeoutError:
                continue
            now = time.time()
            for kind, *_rest in messages(data):
                if kind in self._times:
                    self._times[kind].append(now)


def _announced(capture: Capture, addresses: list[str]) -> float | None:
    """When the last of them was announced for the first time."""
    first: dict[str, float] = {}
    for address in addresses:
        told = capture.garps(address)
        if not told:
            return None
        first[address] = told[0].time
    return max(first.values())
