"""IPv6: link-local sources, ff02::12, neighbour advertisements instead of ARP."""

from __future__ import annotations

import time

from harness.config import VIP6, instance
from harness.network import Net
from harness.timing import master_down_s

GLOBAL6 = "fd00:9::100"
VIPS = (f"{VIP6}/64", f"{GLOBAL6}/64")


def test_s61_fail_over(duo: Net):
    for host in (duo.a, duo.b):
        host.ip(f"addr add fd00:9::{host.name}/64 dev eth0 nodad")
    duo.c.ip("addr add fd00:9::c/64 dev eth0 nodad")
    a = duo.start_master(duo.a, instance(priority=150, vips=VIPS), address=VIP6)
    duo.start(duo.b, instance(priority=100, vips=VIPS))
    client = duo.client(GLOBAL6)
    duo.next_advert(duo.a, since=time.time(), v6=True)
    a.kill()
    last = duo.last_advert(duo.a, v6=True).time
    taken = duo.next_advert(duo.b, since=last, v6=True)
    duo.on_time(taken.time, last + master_down_s(100, 0.1))
    assert (taken.destination, taken.ttl, taken.tos, taken.checksum_form) == ("ff02::12", 255, 0xC0, "pseudo")
    assert taken.addresses == (VIP6, GLOBAL6)
    assert duo.b.wait_address(GLOBAL6)
    assert client.wait_answer(taken.time)


def test_s61_the_hosts_are_told_by_neighbour_advertisements(solo: Net):
    solo.start_master(solo.a, instance(priority=150, vips=VIPS), address=GLOBAL6)
    first = solo.next_advert(solo.a, since=0, v6=True)
    told = solo.wire.wait(lambda: next(iter(solo.wire.neighbor_adverts(GLOBAL6)), None), 20)
    assert told
    assert told.time > first.time, "the advert comes first"
    assert (told.source, told.destination, told.hop_limit) == (GLOBAL6, "ff02::1", 255)
    assert (told.override, told.solicited, told.router) == (True, False, False)
    assert (told.target_mac, told.destination_mac) == (solo.a.mac, "33:33:00:00:00:01")
    for address in (VIP6, GLOBAL6):
        (line,) = [x for x in solo.a.run("ip", "-6", "addr", "show", "dev", "eth0").splitlines() if f" {address}/" in x]
        assert "nodad" in line
        assert "tentative" not in line


def test_s61_a_forwarding_host_calls_itself_a_router(solo: Net):
    solo.a.namespace.sysctl("net/ipv6/conf/all/forwarding", 1)
    solo.start_master(solo.a, instance(priority=150, vips=VIPS), address=VIP6)
    told = solo.wire.wait(lambda: next(iter(solo.wire.neighbor_adverts(VIP6)), None), 20)
    assert told
    assert told.router


def test_s61_duplicate_address_detection_does_not_delay_a_takeover(solo: Net):
    for scope in ("all", "eth0"):
        solo.a.namespace.sysctl(f"net/ipv6/conf/{scope}/accept_dad", 1)
    solo.start_master(solo.a, instance(priority=150, vips=VIPS), address=VIP6)
    assert "tentative" not in solo.a.run("ip", "-6", "addr", "show", "dev", "eth0")
    first = solo.next_advert(solo.a, since=0, v6=True)
    told = solo.wire.wait(lambda: next(iter(solo.wire.neighbor_adverts(GLOBAL6)), None), 5)
    assert told
    solo.on_time(told.time, first.time, tolerance_s=0.3)
    assert any(each.time <= told.time for each in solo.wire.neighbor_adverts(VIP6))
