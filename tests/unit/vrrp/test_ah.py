from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.values import SECOND, Address
from standfast.vrrp import ah
from standfast.vrrp.packet import Advert, encode_ipv4

SECRET = b"secret\0\0"


def datagram(destination: str = "224.0.0.18") -> bytes:
    advert = Advert(
        source=Address.parse("192.0.2.1"),
        destination=Address.parse(destination),
        version=2,
        vrid=51,
        priority=100,
        interval=SECOND,
        addresses=(Address.parse("192.0.2.100"),),
        auth_type=2,
        checksum="message",
    )
    return encode_ipv4(advert, 1)


GOLDEN = {
    "224.0.0.18": "70040000c000020100000001e9d33f4970c19608673871fc213364010201b665c00002640000000000000000",
    "192.0.2.2": "70040000c000020100000001710202c50ae10ab068179cbc213364010201b665c00002640000000000000000",
}


@pytest.mark.parametrize(("destination", "expected"), GOLDEN.items())
def test_golden(destination, expected):
    wrapped = ah.wrap(datagram(destination), 1, SECRET, unicast=destination != "224.0.0.18")
    assert wrapped[20:].hex() == expected
    assert wrapped[9] == 51
    assert int.from_bytes(wrapped[2:4], "big") == len(wrapped)


@pytest.mark.parametrize("unicast", [True, False])
def test_what_is_wrapped_verifies(unicast):
    wrapped = bytes(ah.wrap(datagram(), 7, SECRET, unicast=unicast))
    assert ah.meant_for_vrrp(wrapped[20:44])
    assert ah.verify(wrapped[:44], wrapped[44:], SECRET, unicast=unicast) == 7


def test_only_for_unicast_may_routers_count_the_ttl_down():
    for unicast in (True, False):
        wrapped = bytearray(ah.wrap(datagram(), 7, SECRET, unicast=unicast))
        wrapped[8] -= 1
        if unicast:
            ah.verify(bytes(wrapped[:44]), bytes(wrapped[44:]), SECRET, unicast=True)
        else:
            with pytest.raises(ah.Rejected):
                ah.verify(bytes(wrapped[:44]), bytes(wrapped[44:]), SECRET, unicast=False)


@given(st.integers(0, 63), st.integers(1, 255))
def test_whatever_is_changed_is_noticed(place, change):
    """Apart from what routers may change: type of service, flags, checksum."""
    wrapped = bytearray(ah.wrap(datagram(), 7, SECRET, unicast=False))
    wrapped[place] ^= change
    if place in (1, 6, 7, 10, 11):
        ah.verify(bytes(wrapped[:44]), bytes(wrapped[44:]), SECRET, unicast=False)
        return
    with pytest.raises(ah.Rejected):
        ah.verify(bytes(wrapped[:44]), bytes(wrapped[44:]), SECRET, unicast=False)


def test_the_index_must_be_the_source():
    other = bytearray(datagram())
    forged = bytearray(ah.wrap(bytes(other), 7, SECRET, unicast=True))
    blank = forged[20:24] + bytes((10, 0, 0, 1)) + forged[28:32] + bytes(12)
    icv = ah._icv(bytes(forged[:20]), bytes(blank), bytes(forged[44:]), SECRET, unicast=True)
    with pytest.raises(ah.Rejected, match="source address"):
        ah.verify(bytes(forged[:20]) + bytes(blank[:12]) + icv, bytes(forged[44:]), SECRET, unicast=True)


def test_what_follows_may_be_something_else():
    assert not ah.meant_for_vrrp(bytes((6, 4)) + bytes(22))
    assert not ah.meant_for_vrrp(bytes((112, 5)) + bytes(22))
    assert not ah.meant_for_vrrp(bytes((112, 4)) + bytes(10))
