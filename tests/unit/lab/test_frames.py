"""The oracle itself, against published packets (never against our own encoder)."""

from __future__ import annotations

import pytest

from standfast.lab import frames
from standfast.lab.frames import Advert, Arp, NeighborAdvert, decode

GARP = bytes.fromhex("ffffffffffff00005e0001330806000108000604000100005e000133c0000264ffffffffffffc0000264")
NA = bytes.fromhex(
    "33330000000100005e00023386dd6000000000203aff20010db8000000000000000000000001ff020000000000000000"
    "00000000000188001af8a000000020010db8000000000000000000000001020100005e000233"
)
MACS = bytes.fromhex("01005e0000120200000000010800")


def ipv4(message: bytes, *, protocol: int = 112, options: bytes = b"", tail: bytes = b"") -> bytes:
    words = 5 + len(options) // 4
    head = bytes((0x40 | words, 0xC0)) + (words * 4 + len(message)).to_bytes(2, "big") + bytes(4)
    ends = bytes((192, 0, 2, 1, 224, 0, 0, 18))
    return MACS + head + bytes((255, protocol, 0, 0)) + ends + options + message + tail


V2 = bytes.fromhex("213364010001b865c00002640000000000000000")
V3_PSEUDO = bytes.fromhex("3133640100640572c0000264")
V3_MESSAGE = bytes.fromhex("313364010064a802c0000264")


def test_v2_advert():
    advert = decode(ipv4(V2), 1.5)
    assert isinstance(advert, Advert)
    assert (advert.version, advert.vrid, advert.priority, advert.interval_s) == (2, 51, 100, 1.0)
    assert (advert.source, advert.destination, advert.ttl, advert.tos) == ("192.0.2.1", "224.0.0.18", 255, 0xC0)
    assert (advert.addresses, advert.checksum_form, advert.time) == (("192.0.2.100",), "message", 1.5)
    assert (advert.source_mac, advert.destination_mac) == ("02:00:00:00:00:01", "01:00:5e:00:00:12")


@pytest.mark.parametrize(
    ("message", "form"), [(V3_PSEUDO, "pseudo"), (V3_MESSAGE, "message"), (V3_PSEUDO[:-1] + b"\0", "bad")]
)
def test_v3_advert_and_its_checksum(message, form):
    advert = decode(ipv4(message), 0)
    assert isinstance(advert, Advert)
    assert (advert.version, advert.interval_s, advert.checksum_form) == (3, 1.0, form)


def test_options_padding_and_ah_are_stepped_over():
    for raw in (
        ipv4(V3_PSEUDO, options=bytes((1, 1, 1, 0, 1, 1, 1, 0)), tail=bytes(6)),
        ipv4(bytes(24) + V3_PSEUDO, protocol=51),
    ):
        advert = decode(raw, 0)
        assert isinstance(advert, Advert)
        assert advert.vrrp == V3_PSEUDO


def test_v3_ipv6_advert():
    message = bytes.fromhex("3133c8020032dc23fe80000000000000000000000000000120010db8000000000000000000000001")
    ends = bytes.fromhex("fe80000000000000000000000000000a" + "ff020000000000000000000000000012")
    raw = bytes(12) + b"\x86\xdd\x6c\x00\x00\x00" + len(message).to_bytes(2, "big") + bytes((112, 255)) + ends + message
    advert = decode(raw, 0)
    assert isinstance(advert, Advert)
    assert (advert.source, advert.interval_s, advert.checksum_form) == ("fe80::a", 0.5, "pseudo")
    assert (advert.addresses, advert.tos, advert.ttl) == (("fe80::1", "2001:db8::1"), 0xC0, 255)


def test_gratuitous_arp():
    arp = decode(GARP, 0)
    assert isinstance(arp, Arp)
    assert arp.gratuitous
    assert (arp.sender, arp.sender_mac, arp.operation) == ("192.0.2.100", "00:00:5e:00:01:33", 1)


def test_neighbor_advertisement():
    advert = decode(NA, 0)
    assert isinstance(advert, NeighborAdvert)
    assert (advert.target, advert.target_mac, advert.hop_limit) == ("2001:db8::1", "00:00:5e:00:02:33", 255)
    assert (advert.router, advert.solicited, advert.override) == (True, False, True)


@pytest.mark.parametrize("raw", [GARP, NA, ipv4(V2), ipv4(V3_PSEUDO)])
def test_a_frame_cut_anywhere_is_no_error(raw):
    for length in range(len(raw)):
        decode(raw[:length], 0)


def test_other_traffic_is_not_ours():
    assert decode(ipv4(V2, protocol=6), 0) is None


def test_one_s_complement_sum_pads_odd_lengths():
    assert frames.ones_complement_sum(b"\x01") == 0x0100
    assert frames.ones_complement_sum(b"\xff\xff\x00\x01") == 1
