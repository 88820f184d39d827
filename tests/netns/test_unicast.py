"""Adverts to named peers instead of the group."""

from __future__ import annotations

import time

import pytest
from harness.config import VIP, instance
from harness.network import Net
from harness.pairings import ours_alone
from harness.timing import master_down_s


def unicast(source: str, *peers: str) -> tuple[str, ...]:
    return (f"unicast_src_ip {source}", "unicast_peer {", *peers, "}")


def pair(net: Net, *lines: str) -> tuple[str, str]:
    """The configurations of a and b; c is a peer, too."""
    a, b, c = net.a.address, net.b.address, net.c.address
    first = instance(*unicast(a, b, c), *lines, priority=150)
    return first, instance(*unicast(b, a, c), *lines, priority=100)


def test_s37_fail_over_between_unicast_peers(duo: Net):
    first, second = pair(duo)
    a = duo.start_master(duo.a, first)
    duo.start(duo.b, second)
    duo.wait_until(duo.next_advert(duo.a, since=time.time()).time + 0.5)
    duo.silent(duo.b)
    assert {each.destination for each in duo.wire.adverts(duo.a.address)} == {duo.b.address, duo.c.address}
    a.kill()
    last = duo.last_advert(duo.a).time
    taken = duo.next_advert(duo.b, since=last)
    duo.on_time(taken.time, last + master_down_s(100, 0.1))


def test_s37_a_stranger_is_not_obeyed(solo: Net):
    """KD-21: without a source check anybody who can route to us decides the election."""
    checked = "check_unicast_src"  # with keepalived it is off by default
    a = solo.start_master(solo.a, instance(*unicast(solo.a.address, solo.b.address), checked, priority=150))
    to_a = {"destination": solo.a.address, "destination_mac": solo.a.mac}
    with solo.speaking(0.05, priority=200, **to_a):
        own = solo.adverts_during(solo.a, 0.6)
    if not solo.is_keepalived(solo.a):  # KD-1: its beat is disturbed
        solo.steady(own, 0.1)
    assert solo.a.holds(VIP)
    solo.deceive(solo.b.address, priority=200, **to_a)
    assert solo.a.wait_address(VIP, held=False)
    assert a.running


@ours_alone
def test_kd21_the_source_is_checked_by_default(solo: Net):
    """KD-21: keepalived's default is to believe everybody."""
    solo.start_master(solo.a, instance(*unicast(solo.a.address, solo.b.address), priority=150))
    to_a = {"destination": solo.a.address, "destination_mac": solo.a.mac}
    with solo.speaking(0.05, priority=200, **to_a):
        solo.steady(solo.adverts_during(solo.a, 0.6), 0.1)
    assert solo.a.holds(VIP)


@pytest.mark.parametrize(("ttl", "obeyed"), [(63, False), (64, True), (128, True), (129, False)])
def test_s37_a_peer_s_ttl_range(solo: Net, ttl: int, obeyed: bool):
    peer = f"{solo.c.address} min_ttl 64 max_ttl 128"
    a = solo.start_master(solo.a, instance(*unicast(solo.a.address, peer), priority=150))
    sent = solo.inject(priority=200, ttl=ttl, destination=solo.a.address, destination_mac=solo.a.mac)
    assert solo.a.wait_address(VIP, held=False, timeout_s=20 if obeyed else 0.3) is obeyed
    assert sent
    if not obeyed:
        assert solo.counter(a, "ip_ttl_err") != 0


def test_s39_a_group_s_advert_is_not_for_a_unicast_instance(solo: Net):
    solo.start_master(solo.a, instance(*unicast(solo.a.address, solo.c.address), priority=150))
    with solo.speaking(0.05, priority=200):
        solo.wait_until(time.time() + 0.4)
    assert solo.a.holds(VIP)
    solo.inject(priority=200, destination=solo.a.address, destination_mac=solo.a.mac)
    assert solo.a.wait_address(VIP, held=False), "the instance hears nothing at all"


def test_s39_an_advert_to_our_address_is_not_for_a_group_s_instance(solo: Net):
    solo.start_master(solo.a, instance(priority=150))
    with solo.speaking(0.05, priority=200, destination=solo.a.address, destination_mac=solo.a.mac):
        solo.wait_until(time.time() + 0.4)
    assert solo.a.holds(VIP)
    solo.inject(priority=200)
    assert solo.a.wait_address(VIP, held=False), "the instance hears nothing at all"
