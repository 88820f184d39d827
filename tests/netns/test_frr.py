"""S72: beside FRR's vrrpd, as its backup and as its master."""

from __future__ import annotations

import time

import pytest
from harness.config import VIP, VIP6, instance
from harness.frr import Frr
from harness.network import Net
from harness.timing import TOLERANCE_S, master_down_s

pytestmark = pytest.mark.frr
# `use_vmac` is not there yet: an FRR host does not announce again what a physical MAC has taken.
FLAVOURS = [
    pytest.param(2, 1.0, VIP, id="v2"),
    pytest.param(3, 0.1, VIP, id="v3"),
    pytest.param(3, 0.1, VIP6, id="v3-ipv6"),
]
FRR_TRUNCATES_S = 0.01
"""FRR cuts its skew to whole centiseconds and may be that much before its time."""


def config(priority: int, version: int, interval_s: float, address: str) -> str:
    prefix = 64 if ":" in address else 24
    return instance(priority=priority, version=version, interval=interval_s, vips=(f"{address}/{prefix}",))


@pytest.mark.parametrize(("version", "interval_s", "address"), FLAVOURS)
def test_s72_we_take_over_from_frr(solo: Net, version: int, interval_s: float, address: str):
    v6 = ":" in address
    frr = Frr(solo.b, address=address, priority=150, version=version, interval_ms=int(interval_s * 1000))
    frr.start()
    source = frr_source(solo, v6)
    solo.start(solo.a, config(100, version, interval_s, address))
    solo.wait_until(time.time() + master_down_s(100, interval_s, version) + 0.2)
    solo.silent(solo.a, v6=v6)  # or there are two masters
    kills = time.time()
    frr.kill()
    taken = solo.next_advert(solo.a, since=kills, v6=v6)
    last = [each for each in solo.wire.adverts(source) if each.time <= taken.time][-1]
    solo.on_time(taken.time, last.time + master_down_s(100, interval_s, version))


@pytest.mark.parametrize(("version", "interval_s", "address"), FLAVOURS)
def test_s72_frr_takes_over_from_us_and_yields(solo: Net, version: int, interval_s: float, address: str):
    v6 = ":" in address
    a = solo.start_master(solo.a, config(150, version, interval_s, address), address=address)
    Frr(solo.b, address=address, priority=100, version=version, interval_ms=int(interval_s * 1000)).start()
    solo.wait_until(time.time() + master_down_s(100, interval_s, version) + 0.5)
    own = (solo.a.link_local if v6 else solo.a.address,)
    assert {each.source for each in solo.wire.adverts(since=solo.began)} == set(own), "two masters"
    a.kill()
    last = solo.last_advert(solo.a, v6=v6).time
    source = frr_source(solo, v6, since=last)
    taken = solo.wire.adverts(source, since=last)[0]
    due = last + master_down_s(100, interval_s, version)
    # IPv6: FRR's first advert may come an interval late, its macvlan's link-local address is not ready.
    solo.on_time(taken.time + FRR_TRUNCATES_S, due, tolerance_s=TOLERANCE_S + (2 * interval_s if v6 else 0.02))
    restarted = solo.restart(a)
    back = solo.next_advert(solo.a, since=restarted, v6=v6)
    solo.wait_until(back.time + 2.5 * interval_s)
    later = {each.source for each in solo.wire.adverts(since=back.time + interval_s)}
    assert later == set(own), "FRR does not yield"


def frr_source(net: Net, v6: bool, since: float = 0) -> str:
    """Wait for FRR to speak; the address it speaks from."""
    ours = (net.a.address, net.a.link_local)
    found = net.wire.wait(lambda: next((x for x in net.wire.adverts(since=since) if x.source not in ours), None), 30)
    assert found, (net.lab.directory / "b.log").read_text()
    assert (":" in found.source) is v6
    return found.source


@pytest.mark.parametrize(("version", "interval_s", "address"), FLAVOURS)
def test_s72_frr_comes_back_from_a_dead_link_as_the_master_it_thought_it_was(
    solo: Net, version: int, interval_s: float, address: str
):
    """It does not look at its link, so it speaks at once; we have to let go within an interval."""
    v6 = ":" in address
    frr = Frr(solo.b, address=address, priority=150, version=version, interval_ms=int(interval_s * 1000))
    frr.start()
    source = frr_source(solo, v6)
    solo.start(solo.a, config(100, version, interval_s, address))
    solo.wait_until(time.time() + master_down_s(100, interval_s, version) + 0.2)
    solo.b.unplug()
    assert solo.a.wait_address(address), solo.logs()
    plugged = time.time()
    solo.b.plug()
    back = solo.wire.wait(lambda: next(iter(solo.wire.adverts(source, since=plugged)), None), 20)
    assert back
    assert solo.a.wait_address(address, held=False)
    own = solo.last_advert(solo.a, v6=v6)
    solo.on_time(max(own.time, back.time), back.time, tolerance_s=interval_s + TOLERANCE_S)  # no longer beside it
