from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from standfast.net.decode import HostAddress, Link, decode_address, decode_link
from standfast.net.netlink import HEADER, MalformedMessage
from standfast.values import Address

IPV4 = st.binary(min_size=4, max_size=4)
IPV6 = st.binary(min_size=16, max_size=16)


def pyroute2_address(entry: HostAddress) -> bytes:
    message = ifaddrmsg()
    message.update({"family": int(entry.address.socket_family), "prefixlen": entry.prefix})
    message.update({"index": entry.index, "scope": entry.scope})
    message["attrs"] = [
        ("IFA_ADDRESS", str(entry.address)),
        ("IFA_LOCAL", str(entry.address)),
        ("IFA_LABEL", "eth0:7"),
        ("IFA_FLAGS", entry.flags),
        ("IFA_CACHEINFO", {"ifa_preferred": 1, "ifa_valid": 2, "cstamp": 3, "tstamp": 4}),
        ("IFA_PROTO", entry.protocol),
    ]
    message["header"]["type"] = 20
    message.encode()
    return bytes(message.data)


def pyroute2_link(name: str, index: int, flags: int, mac: bytes, mtu: int) -> bytes:
    message = ifinfmsg()
    message.update({"family": 0, "ifi_type": 1, "index": index, "flags": flags, "change": 0})
    message["attrs"] = [("IFLA_IFNAME", name), ("IFLA_MTU", mtu), ("IFLA_ADDRESS", mac.hex(":")), ("IFLA_GROUP", 0)]
    message["header"]["type"] = 16
    message.encode()
    return bytes(message.data)


ENTRIES = st.builds(
    HostAddress,
    index=st.integers(1, 2**31 - 1),
    address=st.builds(Address.unpack, IPV4 | IPV6),
    prefix=st.integers(0, 128),
    flags=st.integers(0, 0xFFF),
    scope=st.integers(0, 255),
    protocol=st.integers(0, 255),
)


@given(entry=ENTRIES)
@settings(max_examples=60)
def test_an_address_as_pyroute2_writes_it(entry):
    data = pyroute2_address(entry)
    assert decode_address(data, HEADER.size, len(data)) == entry


@given(
    name=st.text("abcdefgh.0123456789", min_size=1, max_size=15),
    index=st.integers(1, 2**31 - 1),
    flags=st.integers(0, 0xFFFFF),
    mac=st.binary(min_size=6, max_size=6),
    mtu=st.integers(68, 65535),
)
@settings(max_examples=60)
def test_a_link_as_pyroute2_writes_it(name, index, flags, mac, mtu):
    data = pyroute2_link(name, index, flags, mac, mtu)
    assert decode_link(data, HEADER.size, len(data)) == Link(index, name, flags, mac, mtu)


@pytest.mark.parametrize("decode", [decode_link, decode_address])
@given(data=st.binary(max_size=120))
@settings(max_examples=200)
def test_junk_fails_in_one_way(decode, data):
    with suppress(MalformedMessage):
        decode(data, 0, len(data))


@given(cut=st.integers(0, 200), place=st.integers(0, 200), value=st.integers(0, 255))
@settings(max_examples=200)
def test_a_damaged_message_fails_in_one_way(cut, place, value):
    data = bytearray(pyroute2_address(HostAddress(3, Address.parse("10.0.0.1"), 24, 0x80, 0, 83)))
    data[place % len(data)] = value
    with suppress(MalformedMessage):
        decode_address(bytes(data), HEADER.size, min(cut, len(data)))


@pytest.mark.parametrize(("flags", "up"), [(0x1, False), (0x41, True), (0x40, False), (0x1043, True)])
def test_up_means_switched_on_and_with_carrier(flags, up):
    assert Link(1, "eth0", flags, b"", 1500).up is up


def test_tentative_and_failed_addresses_are_not_usable():
    address = Address.parse("fe80::1")
    assert not HostAddress(1, address, 64, 0x40).usable
    assert not HostAddress(1, address, 64, 0x88).usable
    assert HostAddress(1, address, 64, 0x44).usable  # optimistic
    assert HostAddress(1, address, 64, 0x80).usable


def test_a_wireless_event_says_nothing():
    message = ifinfmsg()
    message.update({"family": 0, "ifi_type": 1, "index": 3, "flags": 0x1043})
    message["attrs"] = [("IFLA_IFNAME", "wlan0"), ("IFLA_WIRELESS", "00:01")]
    message.encode()
    assert decode_link(bytes(message.data), HEADER.size, len(message.data)) is None
