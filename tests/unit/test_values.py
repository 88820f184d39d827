from __future__ import annotations

import ipaddress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.values import Address, seconds


@given(st.ip_addresses())
def test_text_and_bytes_agree_with_the_standard_library(ip):
    address = Address.parse(str(ip))
    assert address.packed == ip.packed
    assert Address.unpack(ip.packed) == address
    assert ipaddress.ip_address(str(address)) == ip
    assert (address.is_multicast, address.is_link_local, address.is_loopback) == (
        ip.is_multicast,
        ip.is_link_local,
        ip.is_loopback,
    )
    assert address.is_unspecified == ip.is_unspecified
    assert address.bits == ip.max_prefixlen


@given(st.text(max_size=40))
def test_anything_else_is_one_value_error(text):
    try:
        ipaddress.ip_address(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"not an IPv[46] address"):
            Address.parse(text)


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_order_is_that_of_unsigned_integers(one, other):
    assert (Address.unpack(one.packed) < Address.unpack(other.packed)) == (int(one) < int(other))


def test_addresses_survive_msgpack():
    address = Address.parse("2001:db8::1")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(address), type=Address) == address


@pytest.mark.parametrize(
    ("micros", "text"),
    [(3_609_375, "3.609 s"), (10_000, "10 ms"), (361_000, "0.361 s"), (1_000_000, "1 s"), (340, "0.34 ms")],
)
def test_times_read_well(micros, text):
    assert seconds(micros) == text
