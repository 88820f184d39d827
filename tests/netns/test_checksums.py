"""The three checksum forms of version 3 on IPv4: with the pseudo-header, without, and with the group's in unicast."""

from __future__ import annotations

import time

from harness.config import VIP, instance
from harness.network import Net
from harness.pairings import ours_alone


def unicast(*peers: str, source: str = "10.9.0.1") -> tuple[str, ...]:
    return (f"unicast_src_ip {source}", "unicast_peer {", *peers, "}")


def obeys(net: Net, seconds: float = 0.6) -> bool:
    """Is a silent while c speaks?"""
    return net.adverts_during(net.a, seconds) == []


@ours_alone
def test_s24_a_peer_without_pseudo_header_is_understood_and_answered_alike(solo: Net):
    """Keepalived rejects the form of RFC 9568 unless told."""
    solo.start(solo.a, instance(priority=100))
    with solo.speaking(0.05, priority=200, checksum="message"):
        assert obeys(solo)
    left = solo.inject(priority=0, checksum="message")
    assert solo.next_advert(solo.a, since=left).checksum_form == "message"


def test_s24_by_default_the_pseudo_header_is_sent(solo: Net):
    solo.start_master(solo.a, instance(priority=100))
    assert solo.last_advert(solo.a).checksum_form == "pseudo"


@ours_alone
def test_s24_one_form_can_be_demanded(solo: Net):
    """Keepalived has no `checksum`."""
    a = solo.start_master(solo.a, instance("checksum message", priority=100))
    assert solo.last_advert(solo.a).checksum_form == "message"
    with solo.speaking(0.05, priority=200, checksum="pseudo"):
        solo.steady(solo.adverts_during(solo.a, 0.6), 0.1)
    assert solo.counter(a, "chk_err")
    solo.inject(priority=200, checksum="message")
    assert solo.a.wait_address(VIP, held=False)


def test_s25_an_old_peer_s_unicast_checksum_is_understood(solo: Net):
    solo.start(solo.a, instance(*unicast("10.9.0.3"), priority=100))
    to_a = {"destination": solo.a.address, "destination_mac": solo.a.mac}
    with solo.speaking(0.05, priority=200, checksum="group", **to_a):
        assert obeys(solo)
    left = solo.inject(priority=0, checksum="group", **to_a)
    assert solo.next_advert(solo.a, since=left).priority == 100


@ours_alone
def test_s26_every_peer_gets_a_right_checksum_also_after_the_source_changed(solo: Net):
    """KD-2 and KD-3: keepalived's is right for the first peer only, and wrong after the source moved."""
    (d,) = solo.lab.add_hosts(d=["10.9.0.4/24"])
    solo.a.ip("addr add 10.9.1.1/24 dev eth0")
    peers = ("unicast_peer {", solo.c.address, d.address, "}")
    solo.start_master(solo.a, instance(*peers, "v3_checksum_as_v2 true", priority=150))
    solo.wait_until(time.time() + 0.3)
    solo.a.ip(f"addr del {solo.a.address}/24 dev eth0")
    moved = solo.wire.wait_advert("10.9.1.1")
    assert moved, solo.logs()
    solo.wait_until(moved.time + 0.3)
    for source in (solo.a.address, "10.9.1.1"):
        sent = solo.wire.adverts(source)
        assert {each.destination for each in sent} == {solo.c.address, d.address}
        assert {each.checksum_form for each in sent} == {"message"}
