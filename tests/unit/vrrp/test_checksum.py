from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from standfast.vrrp.checksum import acceptable_forms, covered, internet_checksum, ones_complement_sum, verifies

SOURCE, PEER = bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2))
PSEUDO = bytes.fromhex("3133640100642382c0000264")
MESSAGE = bytes.fromhex("313364010064a802c0000264")
GROUP = bytes.fromhex("3133640100640572c0000264")


def folded(data: bytes) -> int:
    """The textbook way: add words, fold carries."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(st.binary(min_size=2, max_size=80).filter(lambda data: len(data) % 2 == 0 and any(data)))
def test_the_short_way_is_the_textbook_way(data):
    assert ones_complement_sum(data) == folded(data) % 0xFFFF
    assert internet_checksum(data) == 0xFFFF - folded(data)


def test_a_last_odd_byte_counts_as_a_high_byte():
    assert ones_complement_sum(b"\x01\x02\x03") == ones_complement_sum(b"\x01\x02\x03\x00")


def test_each_form_verifies_its_own_bytes_only():
    forms = ("pseudo", "message", "group")
    for form, data in zip(forms, (PSEUDO, MESSAGE, GROUP), strict=True):
        assert [other for other in forms if verifies(other, SOURCE, PEER, data)] == [form]


def test_ipv6_has_a_pseudo_header_of_its_own():
    source, group = bytes.fromhex("fe80" + "0" * 26 + "0a"), bytes.fromhex("ff02" + "0" * 26 + "12")
    assert len(covered("pseudo", source, group, bytes(24))) == 40 + 24


def test_what_a_receiver_tries():
    assert acceptable_forms(2, 4) == ("message",)
    assert acceptable_forms(3, 6, unicast=True) == ("pseudo",)
    assert acceptable_forms(3, 4) == ("pseudo", "message")
    assert acceptable_forms(3, 4, unicast=True) == ("pseudo", "message", "group")
    assert acceptable_forms(3, 4, mode="pseudo", unicast=True) == ("pseudo",)
    assert acceptable_forms(3, 4, mode="pseudo", unicast=True, old_unicast="use") == ("pseudo", "group")
    assert acceptable_forms(3, 4, unicast=True, old_unicast="never") == ("pseudo", "message")
    assert acceptable_forms(3, 4, mode="message", unicast=True) == ("message",)
