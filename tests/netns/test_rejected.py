"""What must be dropped and counted, and what looks odd and must not be."""

from __future__ import annotations

import random
from typing import Any

import pytest
from harness.config import VIP, VIP6, instance
from harness.network import Net

CARP = bytes.fromhex("21330064070001010000") + bytes(26)
WRONG: dict[str, tuple[dict[str, Any], str | None]] = {
    "ttl_254": ({"ttl": 254}, "ip_ttl_err"),
    "wrong_version": ({"version": 2, "interval": 1}, "vers_err"),
    "type_2": ({"type": 2}, "invalid_type_rcvd"),
    "too_short": ({"payload": b"\x31\x33\xc8\x01\x00"}, None),
    "too_long": ({"trailer": bytes(8)}, "packet_len_err"),
    "count_beyond_length": ({"count": 3}, "packet_len_err"),
    "one_byte": ({"payload": b"\x31"}, None),
    "carp": ({"payload": CARP}, "packet_len_err"),
    "bad_checksum": ({"checksum": "bad"}, "chk_err"),
    "interval_0": ({"interval": 0}, "advert_interval_err"),
    "count_0": ({"count": 0, "addresses": ()}, "addr_list_err"),
}
KEEPALIVED_ACCEPTS = {"interval_0", "count_0"}


@pytest.mark.parametrize("fault", WRONG)
def test_s27_s28_s30_what_is_wrong_changes_nothing_and_is_counted(solo: Net, fault: str):
    """S27 TTL, S28 malformed packets, S30 interval and count 0 (KD-5)."""
    if solo.is_keepalived(solo.a) and fault in KEEPALIVED_ACCEPTS:
        pytest.skip("KD-5: keepalived accepts it")
    fields, counter = WRONG[fault]
    a = solo.start_master(solo.a, instance(priority=150))
    with solo.speaking(0.07, priority=200, **fields):
        own = solo.adverts_during(solo.a, 0.7)
    assert solo.a.holds(VIP)
    if not solo.is_keepalived(solo.a):  # KD-1: its beat is disturbed
        solo.steady(own, 0.1)
    if counter:  # none where there is no VRID to read
        assert solo.counter(a, counter) != 0


def test_s27_ipv6_hop_limit_64(solo: Net):
    a = solo.start_master(solo.a, instance(priority=150, vips=(f"{VIP6}/64",)), address=VIP6)
    with solo.speaking(0.07, priority=200, source=solo.c.link_local, addresses=(VIP6,), ttl=64):
        solo.wait_until(solo.next_advert(solo.a, since=solo.began, v6=True).time + 0.6)
    assert solo.a.holds(VIP6)
    assert solo.counter(a, "ip_ttl_err") != 0


def test_s28_random_bytes(solo: Net):
    a = solo.start_master(solo.a, instance(priority=150))
    chance = random.Random(28)
    for _ in range(1000):
        solo.inject(priority=0, payload=chance.randbytes(chance.choice((1, 7, 12, 60, 1400))))
    since = solo.next_advert(solo.a, since=0).time
    solo.next_advert(solo.a, since=since + 0.2)
    assert a.running
    assert solo.a.holds(VIP)


@pytest.mark.parametrize(
    "odd", [{"padding": 46}, {"options": bytes((1, 1, 1, 1, 1, 1, 1, 0))}], ids=["padding", "ip_options"]
)
def test_s29_padding_and_ip_options_are_no_fault(solo: Net, odd: dict[str, Any]):
    solo.start_master(solo.a, instance(priority=150))
    solo.inject(priority=200, **odd)
    assert solo.a.wait_address(VIP, held=False)
