from __future__ import annotations

from standfast.net.decode import HostAddress, Link
from standfast.net.host import AddressAppeared, AddressVanished, Host, LinkChanged
from standfast.values import Address

ETH0 = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)


def entry(text: str, prefix: int = 24, index: int = 2, flags: int = 0x80) -> HostAddress:
    return HostAddress(index, Address.parse(text), prefix, flags)


def host(*addresses: HostAddress) -> Host:
    made = Host()
    made.resync([ETH0], addresses)
    return made


def test_addresses_keep_the_kernels_order():
    made = host(entry("10.9.0.1"), entry("fe80::1", 64), entry("10.9.0.2"))
    made.address_is(entry("10.9.0.1", flags=0x81))  # said once more: its place stays
    assert [str(a.address) for a in made.addresses(2, 4)] == ["10.9.0.1", "10.9.0.2"]
    assert [str(a.address) for a in made.addresses(2, 6)] == ["fe80::1"]


def test_an_address_is_told_once_and_its_end_once():
    made = host()
    assert made.address_is(entry("10.9.0.7")) == [AddressAppeared(entry("10.9.0.7"))]
    assert made.address_is(entry("10.9.0.7")) == []
    assert made.address_gone(entry("10.9.0.7")) == [AddressVanished(entry("10.9.0.7"))]
    assert made.address_gone(entry("10.9.0.7")) == []


def test_a_tentative_address_appears_when_its_detection_is_over():
    made = host()
    assert made.address_is(entry("fe80::7", 64, flags=0x40)) == []
    assert made.address_is(entry("fe80::7", 64, flags=0x88)) == []  # failed
    assert made.address_is(entry("fe80::7", 64)) == [AddressAppeared(entry("fe80::7", 64))]


def test_a_link_that_says_nothing_new_is_no_event():
    made = host()
    assert made.link_is(ETH0) == []
    down = Link(2, "eth0", 0x1002, ETH0.mac, 1500)
    assert made.link_is(down) == [LinkChanged(ETH0, down)]


def test_a_rename_is_found_by_the_new_name_alone():
    made = host()
    made.link_is(Link(2, "wan", 0x1043, ETH0.mac, 1500))
    assert made.link("eth0") is None
    assert made.link("wan") is not None


def test_a_link_that_goes_is_told_before_its_addresses():
    made = host(entry("10.9.0.1"))
    assert made.link_gone(2) == [LinkChanged(ETH0, None), AddressVanished(entry("10.9.0.1"))]
    assert not made.owns(Address.parse("10.9.0.1"))


def test_a_resync_makes_up_what_was_missed():
    made = host(entry("10.9.0.1"), entry("10.9.0.2"))
    lan = Link(3, "lan", 0x1043, b"", 1500)
    down = Link(2, "eth0", 0x1002, ETH0.mac, 1500)
    events = made.resync([down, lan], [entry("10.9.0.2"), entry("10.9.0.3")])
    assert events == [
        LinkChanged(ETH0, down),
        LinkChanged(None, lan),
        AddressVanished(entry("10.9.0.1")),
        AddressAppeared(entry("10.9.0.3")),
    ]
    assert made.resync([down, lan], [entry("10.9.0.2"), entry("10.9.0.3")]) == []


def test_an_address_is_had_whatever_its_prefix():
    made = host(entry("10.9.0.1", 24))
    assert made.has(2, Address.parse("10.9.0.1"))
    assert not made.has(3, Address.parse("10.9.0.1"))
    assert made.find(2, Address.parse("10.9.0.1"), 32) is None
