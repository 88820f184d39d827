from __future__ import annotations

import pytest

from standfast.values import Address
from standfast.vrrp import frames

MAC4, MAC6 = bytes.fromhex("00005e000133"), bytes.fromhex("00005e000233")
VIP4, VIP6 = Address.parse("192.0.2.100"), Address.parse("2001:db8::1")

GARP = "ffffffffffff00005e0001330806000108000604000100005e000133c0000264ffffffffffffc0000264"
NA = (
    "33330000000100005e00023386dd6000000000203aff20010db8000000000000000000000001ff020000000000000000"
    "00000000000188001af8a000000020010db8000000000000000000000001020100005e000233"
)


def test_gratuitous_arp_to_the_byte():
    assert frames.gratuitous_arp(MAC4, VIP4).hex() == GARP
    assert frames.announcement(MAC4, VIP4, router=True).hex() == GARP


def test_s61_neighbour_advertisement_to_the_byte():
    assert frames.neighbour_advertisement(MAC6, VIP6, router=True).hex() == NA
    assert frames.announcement(MAC6, VIP6, router=True).hex() == NA


def test_a_host_that_does_not_forward_clears_the_router_flag():
    frame = frames.neighbour_advertisement(MAC6, VIP6, router=False)
    assert frame[58] == 0x20
    assert frame[56:58] != bytes.fromhex(NA)[56:58]  # the checksum follows


@pytest.mark.parametrize(("mac", "address"), [(MAC4, VIP6), (bytes(20), VIP4)])
def test_other_kinds_of_address_are_refused_in_words(mac, address):
    with pytest.raises(ValueError, match="needs an Ethernet address"):
        frames.gratuitous_arp(mac, address)
