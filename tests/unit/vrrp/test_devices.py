from __future__ import annotations

import pytest
from msgspec import structs

from standfast.config.interface_model import Device, Ipvlan, Vmac
from standfast.config.model import Announcing, Config, Elsewhere, GlobalDefs
from standfast.config.tracking_model import SyncGroup
from standfast.net.decode import Link
from standfast.values import Address
from standfast.vrrp.devices import Plan, plan

ETH0 = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)
ETH1 = Link(3, "eth1", 0x1043, b"\2\0\0\0\0\2", 1500)
RFC4, RFC6 = bytes.fromhex("00005e000133"), bytes.fromhex("00005e000233")


def planned(*instances, links=(ETH0, ETH1), ours=(), groups=(), **settings) -> Plan:
    config = Config(instances=instances, global_defs=GlobalDefs(**settings), sync_groups=groups)
    return plan(config, links, ours)


def macvlan(name: str, mac: bytes = RFC4, base: int = 2, mode: int = 1, index: int = 9) -> Link:
    return Link(index, name, 0x1043, mac, 1500, 1, "macvlan", base, mode)


@pytest.fixture
def six(make_settings):
    return make_settings(family=6, vmac=Vmac(), vips=(), group=Address.parse("ff02::12"))


def devs(plan_made: Plan, place: int = 0) -> list[str]:
    made = plan_made.config.instances[place]
    return [each.dev for each in made.vips + made.evips]


def test_nothing_is_planned_where_nobody_asks(make_settings):
    made = make_settings()
    assert planned(made) == Plan((), Config(instances=(made,)))


def test_an_instance_lives_and_speaks_on_its_macvlan(make_settings, make_vip):
    result = planned(make_settings(vmac=Vmac(), evips=(make_vip("10.1.0.1", "eth1"),)))
    assert result.devices == (Device(name="vrrp.51", base="eth0", family=4, mac=RFC4),)
    assert devs(result) == ["vrrp.51", "eth1"]
    assert result.config.instances[0].speaks_on == "vrrp.51"


def test_the_base_sends_for_it_with_xmit_base(make_settings):
    result = planned(make_settings(vmac=Vmac(xmit_base=True)))
    assert not result.devices[0].speaks
    assert devs(result) == ["vrrp.51"]
    assert result.config.instances[0].speaks_on == "eth0"


def test_the_same_number_in_both_families_gives_two_names(make_settings, six):
    result = planned(make_settings(vmac=Vmac()), six)
    assert [(one.name, one.mac, one.ipv6) for one in result.devices] == [
        ("vrrp.51", RFC4, False),
        ("vrrp6.51", RFC6, True),
    ]


@pytest.mark.parametrize(
    ("mac", "made"), [(b"", RFC4), (b"\2\2\2\2\2", b"\2\2\2\2\2\x33"), (b"\2\2\2\2\2\2", b"\2\2\2\2\2\2")]
)
def test_the_mac(make_settings, mac, made):
    assert planned(make_settings(vmac=Vmac(mac=mac))).devices[0].mac == made


@pytest.mark.parametrize(
    ("links", "name"),
    [
        ((), "vrrp.51"),
        ((macvlan("other"),), "other"),
        ((macvlan("other", mode=4),), "vrrp.51"),
        ((macvlan("other", base=3),), "vrrp.51"),
        ((macvlan("vrrp.51", mac=RFC6),), "vrrp1.51"),
        ((macvlan("vrrp.51", mac=RFC6), macvlan("vrrp1.51", mac=RFC6, index=10)), "vrrp2.51"),
    ],
)
def test_a_name_is_free_or_one_that_fits_is_kept(make_settings, links, name):
    assert planned(make_settings(vmac=Vmac()), links=(ETH0, ETH1, *links)).devices[0].name == name


def test_one_of_ours_is_changed_in_place(make_settings):
    ours = Device(name="vrrp.51", base="eth0", family=4, mac=RFC6)
    result = planned(make_settings(vmac=Vmac()), links=(ETH0, macvlan("vrrp.51", RFC6)), ours=(ours,))
    assert [(one.name, one.mac) for one in result.devices] == [("vrrp.51", RFC4)]


def test_a_configured_name_must_not_be_somebody_elses(make_settings):
    taken = Link(9, "mine", 0x1043, RFC4, 1500, 1, "bridge")
    result = planned(make_settings(vmac=Vmac(name="mine")), links=(ETH0, taken))
    assert result.devices == ()
    assert "exists already and is not ours" in result.config.instances[0].permanent_fault


def test_nothing_stands_above_what_is_not_ethernet(make_settings):
    tunnel = structs.replace(ETH0, kind=768)
    fault = planned(make_settings(vmac=Vmac()), links=(tunnel,)).config.instances[0].permanent_fault
    assert "eth0 is not Ethernet" in fault


def test_above_a_macvlan_is_beside_it(make_settings):
    below = macvlan("mv0", b"\2\0\0\0\0\7", mode=4)
    result = planned(make_settings("10.9.0.100", vmac=Vmac(), interface="mv0"), links=(ETH0, below))
    assert result.devices[0].base == "eth0"


def test_a_missing_interface_is_planned_for(make_settings):
    assert planned(make_settings(vmac=Vmac()), links=()).devices[0].name == "vrrp.51"


def test_long_prefixes_keep_the_number(make_settings):
    name = planned(make_settings(vmac=Vmac()), vmac_prefix="a-very-long-prefix").devices[0].name
    assert name == "a-very-long-.51"


def test_addresses_elsewhere_get_macs_of_their_own(make_settings, make_vip):
    made = make_settings(
        vmac=Vmac(for_addresses=True), evips=(make_vip("10.1.0.1", "eth1"), make_vip("2001:db8::1", "eth0"))
    )
    result = planned(made, vmac_addr_prefix="vip")
    assert devs(result) == ["vrrp.51", "vip.51", "vip6.51"]
    assert [(one.name, one.base, one.mac, one.speaks) for one in result.devices] == [
        ("vrrp.51", "eth0", RFC4, True),
        ("vip.51", "eth1", RFC4, False),
        ("vip6.51", "eth0", RFC6, False),
    ]


def test_one_address_may_ask_for_a_mac(make_settings, make_vip):
    result = planned(make_settings(vips=(make_vip("10.9.0.1", vmac=True), make_vip("10.9.0.2"))))
    assert devs(result) == ["vrrp.51", "eth0"]
    assert result.config.instances[0].speaks_on == "eth0"


def test_an_ipvlan_has_the_address_that_adverts_come_from(make_settings):
    address = Address.parse("10.9.0.7")
    result = planned(make_settings(ipvlan=Ipvlan(address=address, prefix=24, mode="private")))
    (device,) = result.devices
    assert (device.kind, device.mode, device.source, device.prefix) == ("ipvlan", "private", address, 24)
    assert result.config.instances[0].source == address


def test_two_on_one_interface_must_be_in_one_group(make_settings):
    one = make_settings(vmac=Vmac(), name="A")
    two = structs.replace(one, name="B", group=Address.parse("224.0.0.99"))
    assert "would be that of B too" in planned(one, two).config.instances[0].permanent_fault
    together = planned(one, two, groups=(SyncGroup(name="G", members=("A", "B")),))
    assert [made.permanent_fault for made in together.config.instances] == ["", ""]
    assert len(together.devices) == 1


@pytest.mark.parametrize(
    ("vmac", "everywhere", "where"),
    [
        (None, False, ()),
        (None, True, ("eth1",)),
        (Vmac(), True, ("eth1",)),
        (Vmac(xmit_base=True), False, ("vrrp.51",)),
        (Vmac(for_addresses=True), False, ("vrrp1.51",)),
    ],
)
def test_where_else_it_announces(make_settings, make_vip, vmac, everywhere, where):
    how = Announcing(extra=Elsewhere(period=1_000_000, everywhere=everywhere))
    result = planned(make_settings(vmac=vmac, announcing=how, evips=(make_vip("10.1.0.1", "eth1"),)))
    assert result.config.instances[0].announcing.extra.interfaces == where


def test_the_same_again_gives_the_same_plan(make_settings, six):
    first = planned(make_settings(vmac=Vmac()), six)
    links = (ETH0, macvlan("vrrp.51"), macvlan("vrrp6.51", RFC6, index=10))
    assert planned(make_settings(vmac=Vmac()), six, links=links, ours=first.devices) == first
