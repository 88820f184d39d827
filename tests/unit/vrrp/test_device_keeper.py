from __future__ import annotations

import errno
from contextlib import suppress

import pytest
from msgspec import structs

from standfast.config.interface_model import Device
from standfast.net.decode import HostAddress, Link, attributes_of, decode_address, decode_link
from standfast.net.encode import AddressEncoder
from standfast.net.host import Host
from standfast.net.netlink import HEADER, RTM_DELLINK, RTM_NEWADDR, RTM_NEWLINK, MalformedMessage
from standfast.values import Address
from standfast.vrrp.device_keeper import ROUNDS, DeviceKeeper, eui64
from standfast.vrrp.sysctls import Sysctls

MAC = bytes.fromhex("00005e000233")
DEVICE = Device(name="vrrp.51", base="eth0", family=6, mac=MAC, ipv6=True)
LINK_LOCAL = Address.parse("fe80::1")
SETTINGS = ("disable_ipv6", "accept_ra", "arp_ignore")


class Kernel:
    """Does to a host what links.py asks for."""

    def __init__(self, host: Host) -> None:
        self.host, self.kinds, self.refuse, self.index = host, [], 0, 9

    def perform(self, batch):
        return [self.refuse or self._one(bytearray(message), index) for message, index in batch]

    def _one(self, message, index):
        kind = HEADER.unpack_from(message)[1]
        self.kinds.append(kind)
        links = kind in (RTM_NEWLINK, RTM_DELLINK)
        found = attributes_of(bytes(message), HEADER.size + 16, len(message), frozenset((27,))) if links else {}
        group = found.get(27)
        if kind == RTM_DELLINK:
            here = list(self.host.links())
            number = group and int.from_bytes(group, "little")
            for gone in [index] if index else [link.index for link in here if link.group == number]:
                self.host.link_gone(gone)
        elif kind == RTM_NEWADDR:
            message[HEADER.size + 4 : HEADER.size + 8] = index.to_bytes(4, "little")
            self.host.address_is(decode_address(bytes(message), HEADER.size, len(message)))
        elif index is not None:
            known = next(link for link in self.host.links() if link.index == index)
            number = known.group if group is None else int.from_bytes(group, "little")
            made = (known.made_as, known.base, 1, 0, number)
            self.host.link_is(Link(index, known.name, 0x1043, known.mac, 1500, 1, *made))
        else:
            with suppress(MalformedMessage):
                made = decode_link(bytes(message), HEADER.size, len(message))
                flags = 0x1002
                self.host.link_is(Link(self.index, made.name, flags, made.mac, 1500, 1, made.made_as, made.base, 1))
                self.index += 1
        return 0


@pytest.fixture
def kernel(host):
    host.address_is(HostAddress(2, LINK_LOCAL, 64, 0x80))
    return Kernel(host)


@pytest.fixture
def said():
    return []


@pytest.fixture
def devices(kernel, host, said, tmp_path):
    for place in ("net/ipv6/conf/vrrp.51", "net/ipv4/conf/vrrp.51"):
        (tmp_path / place).mkdir(parents=True)
    made = DeviceKeeper(kernel, host, AddressEncoder(), said.append, root=tmp_path)
    made.want((DEVICE,))
    return made


def settle(devices) -> int:
    rounds = 0
    while devices.mend():
        rounds += 1
        assert rounds < ROUNDS, "it never ends"
    return rounds


def test_it_is_made_set_up_and_given_the_address_of_the_one_below(devices, host, tmp_path):
    settle(devices)
    link = host.link("vrrp.51")
    assert (link.made_as, link.base, link.mac) == ("macvlan", 2, MAC)
    assert host.has(link.index, LINK_LOCAL)
    assert (tmp_path / "net/ipv6/conf/vrrp.51/disable_ipv6").read_text() == "0"
    assert devices.ours == {"vrrp.51": DEVICE}


def test_what_is_as_it_shall_be_is_left_alone(devices, kernel):
    settle(devices)
    before = len(kernel.kinds)
    assert not devices.mend()
    assert len(kernel.kinds) == before


def test_a_deleted_one_is_made_again(devices, host):
    settle(devices)
    host.link_gone(host.link("vrrp.51").index)
    settle(devices)
    assert host.link("vrrp.51").index == 10


def test_what_an_administrator_set_down_stays_down(devices, host, kernel):
    settle(devices)
    link = host.link("vrrp.51")
    host.link_is(Link(link.index, link.name, 0x1002, link.mac, 1500, 1, link.made_as, link.base, 1))
    settle(devices)
    assert host.link("vrrp.51").flags & 1 == 0


def test_without_the_interface_below_it_waits(devices, host, kernel):
    host.link_gone(2)
    assert not devices.mend()
    assert kernel.kinds == []
    assert devices.complaint("vrrp.51") == "it stands above eth0, which does not exist either"


def test_one_above_another_interface_is_replaced_if_it_is_ours(devices, host, said):
    host.link_is(Link(7, "vrrp.51", 0x1043, MAC, 1500, 1, "macvlan", 5, 1))
    settle(devices)
    assert said == ["interface vrrp.51: an interface of this name exists and is not ours"]
    devices.inherit((DEVICE,))
    settle(devices)
    assert host.link("vrrp.51").base == 2


def test_a_refusal_is_said_once_and_kept_for_the_fault(devices, kernel, said):
    kernel.refuse = errno.EPERM
    assert not devices.mend()
    assert not devices.mend()
    assert said == ["interface vrrp.51: cannot make it above eth0: Operation not permitted"]
    assert "Operation not permitted" in devices.complaint("vrrp.51")


def test_only_ours_go(devices, host, kernel):
    host.link_is(Link(7, "vrrp.51", 0x1043, MAC, 1500, 1, "macvlan", 2, 1))
    settle(devices)
    assert devices.listed() == ()
    devices.want(())
    assert devices.drop() == []
    assert host.link("vrrp.51") is not None


def test_what_is_not_wanted_any_more_goes(devices, host):
    settle(devices)
    assert devices.listed() == (DEVICE,)
    devices.want(())
    assert devices.drop() == ["vrrp.51"]
    assert host.link("vrrp.51") is None


@pytest.mark.parametrize("refuse", [False, True])
def test_several_go_at_once_for_the_kernel_waits_for_each(devices, host, kernel, refuse, tmp_path):
    others = tuple(Device(name=f"vrrp.{n}", base="eth0", family=4, mac=bytes((2, 0, 0, 0, 0, n))) for n in range(3))
    devices.want((DEVICE, *others))
    for name in ("vrrp.0", "vrrp.1", "vrrp.2"):
        (tmp_path / f"net/ipv4/conf/{name}").mkdir(parents=True)
    settle(devices)
    devices.want((DEVICE,))
    if refuse:
        real = kernel._one
        kernel._one = lambda message, index: errno.EOPNOTSUPP if index is None else real(message, index)
    before = kernel.kinds.count(RTM_DELLINK)
    assert devices.drop() == ["vrrp.0", "vrrp.1", "vrrp.2"]
    assert [link.name for link in host.links()] == ["eth0", "vrrp.51"]
    assert kernel.kinds.count(RTM_DELLINK) - before == (3 if refuse else 1)


def test_the_address_is_never_made_of_the_virtual_mac(devices, host):
    host.address_gone(HostAddress(2, LINK_LOCAL, 64, 0x80))
    settle(devices)
    assert host.has(host.link("vrrp.51").index, Address.parse("fe80::ff:fe00:1"))


def test_a_link_local_address_of_a_mac():
    assert str(eui64(bytes.fromhex("020000000001"))) == "fe80::ff:fe00:1"


def test_the_interface_below_is_told_to_mind_its_own(devices, tmp_path):
    for name in ("arp_ignore", "arp_filter", "arp_announce", "rp_filter"):
        for interface in ("eth0", "all", "default"):
            place = tmp_path / f"net/ipv4/conf/{interface}/{name}"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("0")
    devices.want((Device(name="vrrp.51", base="eth0", family=4, mac=MAC),))
    sysctls = Sysctls(root=tmp_path)
    devices.prepare(sysctls)
    assert (tmp_path / "net/ipv4/conf/eth0/arp_ignore").read_text() == "1"
    assert (tmp_path / "net/ipv4/conf/eth0/rp_filter").read_text() == "0"
    devices.want(())
    devices.prepare(sysctls)
    assert (tmp_path / "net/ipv4/conf/eth0/arp_ignore").read_text() == "0"


def test_kinds_of_messages(kernel, devices):
    settle(devices)
    assert set(kernel.kinds) == {RTM_NEWLINK, RTM_NEWADDR}


def test_listeners_of_the_interface_below_are_told_if_that_is_asked_for(devices, kernel):
    told = []
    real = kernel._one
    kernel._one = lambda message, index: (told.append(index), real(message, index))[1]
    devices.want((structs.replace(DEVICE, netlink_notify=True),))
    settle(devices)
    assert told.count(2) == 1
    devices.want(())
    devices.drop()
    assert told.count(2) == 2
