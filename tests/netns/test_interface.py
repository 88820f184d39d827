"""The interface goes, the addresses are taken away."""

from __future__ import annotations

import time

from harness.config import VIP, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone
from harness.timing import EARLY_S, master_down_s, skew_s

RESTORED_S = 0.05
"""Within this an address that somebody deleted is back."""


def test_s40_interface_down_and_up(duo: Net):
    duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    goes = time.time()
    duo.a.ip("link set eth0 down")
    assert duo.a.wait_address(VIP, held=False)
    taken = duo.next_advert(duo.b, since=goes)
    duo.on_time(taken.time, duo.last_advert(duo.a).time + master_down_s(100, 0.1))
    assert duo.b.wait_address(VIP)
    up = time.time()
    duo.a.ip("link set eth0 up")
    back = duo.next_advert(duo.a, since=up)
    assert back.time >= up + master_down_s(150, 0.1) - EARLY_S, "a full down timer first"
    assert duo.b.wait_address(VIP, held=False)


@ours_alone
def test_s40_the_state_is_fault_while_the_interface_is_down(solo: Net):
    """Keepalived has no `status`."""
    a = solo.start_master(solo.a, instance(priority=150))
    solo.a.ip("link set eth0 down")
    assert solo.a.wait_address(VIP, held=False)
    told = a.instance()  # type: ignore[attr-defined]
    assert told["state"] == "FAULT"
    assert "eth0" in str(told)


@ours_alone
def test_kd19_an_owner_speaks_from_the_address_that_it_owns(solo: Net):
    """RFC 9568, 1.6: its own address is the virtual one. Keepalived takes it off at its start."""
    own = solo.a.address
    a = solo.start_master(solo.a, instance("state MASTER", priority=255, vips=(own,)), address=own)
    spoken = solo.next_advert(solo.a, since=0)
    assert (spoken.source, spoken.addresses, spoken.priority) == (own, (own,), 255)
    assert solo.wire.wait(lambda: next(iter(solo.wire.garps(own)), None), 5)
    a.stop()
    assert f"{own}/24" in solo.a.run("ip", "addr", "show", "eth0")
    assert f"{own}/32" not in solo.a.run("ip", "addr", "show", "eth0")


@ours_alone
def test_who_makes_its_own_address_virtual_without_owning_it_is_told_so(solo: Net):
    a = solo.start(solo.a, instance(priority=100, vips=(solo.a.address,)))
    words = "eth0 lacks an IPv4 address to send from: what it has is virtual (10.9.0.1)"
    eventually(lambda: words in a.log, 5, solo.logs)


@ours_alone
def test_s50_a_deleted_address_is_put_back(solo: Net):
    """KD-10: keepalived withdraws everything and is back after a skew time."""
    vips = (f"{VIP}/24", "10.9.0.101/24", "10.9.0.102/24")
    evip = ("virtual_ipaddress_excluded {", "10.9.7.1/24", "}")
    solo.start_master(solo.a, instance(*evip, "garp_master_delay 0", priority=150, vips=vips))
    assert solo.wire.wait(lambda: (solo.wire.garps("10.9.7.1")[4:] or [None])[0], 20), "the first burst is over"
    mark = time.time()
    for address in (VIP, "10.9.0.101", "10.9.7.1"):
        before = len(solo.wire.garps(address))
        solo.a.ip(f"addr del {address}/24 dev eth0")
        deleted = time.time()
        assert solo.a.wait_address(address), f"{address} stays away"
        garp = solo.wire.wait(lambda a=address, n=before: (solo.wire.garps(a)[n:] or [None])[0], 20)
        assert garp
        solo.on_time(max(garp.time, deleted), deleted, tolerance_s=RESTORED_S)
    solo.wait_until(time.time() + 0.5)
    own = solo.wire.adverts(solo.a.address, since=mark)
    assert {each.priority for each in own} == {150}, "no state change"
    solo.steady(own, 0.1)


def test_s50_bounce_is_what_keepalived_does(solo: Net):
    bounce = () if solo.is_keepalived(solo.a) else ("vip_protect bounce",)
    solo.start_master(solo.a, instance(*bounce, priority=150))
    mark = time.time()
    solo.a.ip(f"addr del {VIP}/24 dev eth0")
    left = solo.next_advert(solo.a, since=mark, priority=0)
    back = solo.next_advert(solo.a, since=left.time + EARLY_S, priority=150)
    # Only a skew time, not the whole down timer.
    solo.on_time(back.time, left.time + skew_s(150, 0.1), tolerance_s=0.29)
    assert solo.a.wait_address(VIP)


def test_s50_no_track_leaves_it_missing(solo: Net):
    solo.start_master(solo.a, instance(priority=150, vips=(f"{VIP}/24", "10.9.0.101/24 no_track")))
    assert solo.a.wait_address("10.9.0.101")
    solo.a.ip("addr del 10.9.0.101/24 dev eth0")
    solo.steady(solo.adverts_during(solo.a, 0.5), 0.1)
    assert not solo.a.holds("10.9.0.101")
    assert solo.a.holds(VIP)


def test_s51_without_its_own_address_a_spare_speaks_and_the_vips_return(solo: Net):
    """Without promote_secondaries the kernel removes the VIPs of the subnet with its primary address."""
    solo.a.ip("addr add 10.9.1.1/24 dev eth0")
    solo.start_master(solo.a, instance(priority=150))
    solo.a.ip(f"addr del {solo.a.address}/24 dev eth0")
    moved = solo.wire.wait_advert("10.9.1.1", priority=150)
    assert moved, solo.logs()
    assert solo.a.wait_address(VIP)


def test_s51_without_any_address_it_is_a_fault(solo: Net):
    a = solo.start_master(solo.a, instance(priority=150))
    deleted = time.time()
    solo.a.ip(f"addr del {solo.a.address}/24 dev eth0")
    assert solo.a.wait_address(VIP, held=False)
    solo.wait_until(deleted + master_down_s(150, 0.1) + 0.2)
    assert not solo.a.holds(VIP)
    restored = time.time()
    solo.a.ip(f"addr add {solo.a.address}/24 dev eth0")
    back = solo.next_advert(solo.a, since=restored, priority=150)
    assert back.time >= restored + master_down_s(150, 0.1) - EARLY_S
    assert a.running


@ours_alone
def test_s51_with_promote_secondaries_the_vips_never_leave(solo: Net):
    solo.a.ip("addr add 10.9.1.1/24 dev eth0")
    a = solo.start_master(solo.a, instance("promote_secondaries", priority=150))
    solo.a.ip(f"addr del {solo.a.address}/24 dev eth0")
    assert solo.wire.wait_advert("10.9.1.1", priority=150), solo.logs()
    assert solo.a.holds(VIP)
    assert solo.counter(a, "addresses_lost") == 0


def test_s52_a_tracked_source_that_goes_and_comes(solo: Net):
    """The interface has another address; the configured one must exist all the same."""
    solo.a.ip("addr add 10.9.1.1/24 dev eth0")
    lines = (f"mcast_src_ip {solo.a.address}", "track_src_ip", "promote_secondaries")
    solo.start_master(solo.a, instance(*lines, priority=150))
    solo.a.ip(f"addr del {solo.a.address}/24 dev eth0")
    assert solo.a.wait_address(VIP, held=False)
    solo.wait_until(time.time() + master_down_s(150, 0.1) + 0.2)
    assert not solo.a.holds(VIP)
    restored = time.time()
    solo.a.ip(f"addr add {solo.a.address}/24 dev eth0")
    back = solo.next_advert(solo.a, since=restored, priority=150)
    assert back.time >= restored + master_down_s(150, 0.1) - EARLY_S, "a full down timer first"
    assert solo.a.wait_address(VIP)
