"""What must be dropped and counted, and what looks odd and must not be."""

from __future__ import annotations

import random
from typing import Any

import pytest
from harness.config import VIP, VIP6, global_defs, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone

CARP = bytes.fromhex("21330064070001010000") + bytes(26)
MALFORMED: dict[str, tuple[dict[str, Any], str | None]] = {
    "wrong_version": ({"version": 2, "interval": 1}, "vers_err"),
    "type_2": ({"type": 2}, "invalid_type_rcvd"),
    "too_short": ({"payload": b"\x31\x33\xc8\x01\x00"}, None),
    "too_long": ({"trailer": bytes(8)}, "packet_len_err"),
    "count_beyond_length": ({"count": 3}, "packet_len_err"),
    "one_byte": ({"payload": b"\x31"}, None),
    "carp": ({"payload": CARP}, "packet_len_err"),
    "bad_checksum": ({"checksum": "bad"}, "chk_err"),
}
"""Name -> what is wrong, and the counter (None where there is no VRID to read)."""


def refused(net: Net, counter: str | None, **fields: Any) -> None:
    """A master that hears this again and again stays master, keeps its beat and counts."""
    a = net.start_master(net.a, instance(priority=150))
    with net.speaking(0.07, priority=200, **fields):
        own = net.adverts_during(net.a, 0.7)
    assert net.a.holds(VIP)
    if not net.is_keepalived(net.a):  # KD-1: its beat is disturbed
        net.undisturbed(own, 0.1)
    if counter:
        assert net.counter(a, counter) != 0


def test_s27_ttl_254(solo: Net):
    refused(solo, "ip_ttl_err", ttl=254)


@pytest.mark.parametrize("fault", MALFORMED)
def test_s28_malformed_adverts(solo: Net, fault: str):
    fields, counter = MALFORMED[fault]
    refused(solo, counter, **fields)


@ours_alone
@pytest.mark.parametrize(
    ("fields", "counter"),
    [({"interval": 0}, "advert_interval_err"), ({"count": 0, "addresses": ()}, "addr_list_err")],
    ids=["interval_0", "count_0"],
)
def test_s30_an_interval_or_a_count_of_nothing(solo: Net, fields: dict[str, Any], counter: str):
    """KD-5: keepalived accepts both."""
    refused(solo, counter, **fields)


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
    last = solo.next_advert(solo.a, since=since + 0.2)
    assert a.running
    assert solo.a.holds(VIP)
    if not solo.is_keepalived(solo.a):
        solo.undisturbed([each for each in solo.wire.adverts(solo.a.address) if each.time <= last.time], 0.1)


@ours_alone
def test_unknown_virtual_routers_are_logged_on_request(solo: Net):
    """Of them the kernel's filter lets nothing in otherwise."""
    known = instance(priority=150)
    a = solo.start_master(solo.a, global_defs("log_unknown_vrids") + known)
    words = "advert from 10.9.0.3 for VRID 99, which no instance on eth0 has"
    for _ in range(3):
        solo.inject(priority=200, vrid=99)
    eventually(lambda: words in a.log, 5, solo.logs)
    assert a.log.count(words) == 1
    a.write(known)
    a.tell("reload")  # type: ignore[attr-defined] # ours
    mark = solo.inject(priority=200, vrid=98)
    solo.steady(solo.adverts_during(solo.a, 0.3), 0.1)
    assert mark
    assert "VRID 98" not in a.log


@pytest.mark.parametrize(
    "odd", [{"padding": 46}, {"options": bytes((1, 1, 1, 1, 1, 1, 1, 0))}], ids=["padding", "ip_options"]
)
def test_s29_padding_and_ip_options_are_no_fault(solo: Net, odd: dict[str, Any]):
    solo.start_master(solo.a, instance(priority=150))
    solo.inject(priority=200, **odd)
    assert solo.a.wait_address(VIP, held=False)
