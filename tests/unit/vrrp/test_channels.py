from __future__ import annotations

import pytest

from standfast.config.interface_model import Vmac
from standfast.config.model import GlobalDefs, UnicastPeer
from standfast.net.decode import HostAddress, Link
from standfast.values import Address
from standfast.vrrp import channels as module
from standfast.vrrp.channels import Channels, receive_buffer


class Ear:
    """A :class:`standfast.vrrp.sockets.Listener` without a socket."""

    def __init__(self, endpoint, vrids) -> None:
        self.vrids = vrids
        self.filters = 0
        self.closed = False
        self.size = 0

    def admit(self, vrids) -> None:
        self.vrids = vrids
        self.filters += 1

    def enlarge(self, size: int) -> None:
        self.size = size

    def close(self) -> None:
        self.closed = True


class Mouth:
    def __init__(self, endpoint) -> None:
        self.endpoint = endpoint

    def close(self) -> None:
        pass


@pytest.fixture
def seen() -> list:
    return []


@pytest.fixture
def channels(host, told, seen, monkeypatch) -> Channels:
    monkeypatch.setattr(module, "Listener", Ear)
    monkeypatch.setattr(module, "Mouth", Mouth)
    return Channels(host, told.append, lambda c: seen.append(("open", c)), lambda c: seen.append(("close", c)))


def test_instances_of_one_interface_and_group_share_sockets(channels, make_instance, seen):
    one, two = make_instance(), make_instance(name="two", vrid=52)
    channels.connect(one)
    channels.connect(two)
    channels.settle()
    (channel,) = channels.open.values()
    assert one.mouth is two.mouth is channel.mouth
    assert channel.listener.vrids == {51, 52}
    channels.disconnect(one)
    channels.settle()
    assert channel.listener.vrids == {52}
    channels.disconnect(two)
    assert channel.listener.closed
    assert [what for what, _ in seen] == ["open", "close"]
    assert two.mouth is None


def test_who_wants_to_know_of_unknown_virtual_routers_lets_all_of_them_in(channels, make_instance):
    channels.connect(make_instance())
    channels.settle()
    (channel,) = channels.open.values()
    for wanted, admitted in ((True, None), (False, {51})):
        channels.configure(GlobalDefs(log_unknown_vrids=wanted))
        channels.settle()
        assert (channel.entrance.logs_unknown, channel.listener.vrids) == (wanted, admitted)


def test_connecting_twice_changes_nothing(channels, make_instance, seen):
    instance = make_instance()
    channels.connect(instance)
    channels.connect(instance)
    assert len(seen) == 1


def test_an_interface_made_anew_has_new_sockets(channels, make_instance, host, seen):
    instance = make_instance()
    channels.connect(instance)
    host.link_gone(2)
    channels.connect(instance)
    assert instance.mouth is None
    host.link_is(Link(7, "eth0", 0x1043, b"", 1500))
    channels.connect(instance)
    assert instance.mouth.endpoint.index == 7
    assert [what for what, _ in seen] == ["open", "close", "open"]


def test_unicast_follows_the_source_address(channels, make_instance, host):
    peers = (UnicastPeer(address=Address.parse("10.9.0.2")),)
    instance = make_instance(unicast_peers=peers, group=None)
    channels.connect(instance)
    assert str(instance.mouth.endpoint.address) == "10.9.0.1"
    host.address_is(HostAddress(2, Address.parse("10.9.0.3"), 24, 0x80))
    instance.router.set_source(Address.parse("10.9.0.3"), 0)
    channels.connect(instance)
    assert [str(endpoint.address) for endpoint in channels.open] == ["10.9.0.3"]


def test_link_local_unicast_is_bound_to_its_interface(channels, make_instance):
    peers = (UnicastPeer(address=Address.parse("fe80::2")),)
    instance = make_instance("fe80::100/64", family=6, unicast_peers=peers, group=None)
    instance.router.set_source(Address.parse("fe80::1"), 0)
    channels.connect(instance)
    assert instance.mouth.endpoint.index == 2


@pytest.mark.parametrize(
    ("policy", "members", "size"),
    [
        ("default", 3, 0),
        ("default", 100, 100 * 3 * 1024),
        ("mtu", 2, 2 * 3 * 1500),
        ("advert", 1, 3 * 40),
        (9999, 1, 9999),
    ],
)
def test_the_receive_buffer_follows_its_policy(make_instance, policy, members, size):
    assert receive_buffer(GlobalDefs(rx_buffer=policy), [make_instance()] * members, 1500) == size


def test_what_an_instance_wants_of_the_receive_buffer_adds_to_the_policy(make_instance):
    greedy, modest = make_instance(receive_buffer=70_000), make_instance(name="two")
    assert receive_buffer(GlobalDefs(), [greedy], 1500) == 70_000
    assert receive_buffer(GlobalDefs(rx_buffer=9999), [greedy, modest], 1500) == 79_999


def test_a_reload_gives_an_open_socket_the_buffer_that_is_wanted_now(channels, make_instance):
    instance = make_instance()
    channels.connect(instance)
    channels.settle()
    (channel,) = channels.open.values()
    assert channel.listener.size == 0
    channels.configure(GlobalDefs(rx_buffer=400_000))
    channels.settle()
    assert channel.listener.size == 400_000
    assert channel.listener.filters == 0


def test_adverts_go_by_the_virtual_interface_or_with_xmit_base_below_it(channels, host, make_instance):
    host.link_is(Link(9, "vrrp.51", 0x1043, b"\2\0\0\0\0\7", 1500, 1, "macvlan", 2, 1))
    channels.connect(make_instance(device="vrrp.51", vmac=Vmac()))
    channels.connect(make_instance(name="two", device="vrrp.51", vmac=Vmac(xmit_base=True)))
    assert [(one.interface, one.index) for one in channels.open] == [("vrrp.51", 9), ("eth0", 2)]


def test_s38_unicast_follows_the_table_of_its_vrf(channels, host, make_instance):
    host.link_is(Link(7, "red", 0x1043, b"", 1500, 1, "vrf"))
    peers = {"group": None, "unicast_peers": (UnicastPeer(address=Address.parse("10.9.0.2")),)}
    named = make_instance(interface="", vrf="red", source=Address.parse("10.9.0.1"), **peers)
    channels.connect(named)
    host.link_is(Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500, master=7))
    channels.connect(make_instance(name="inside", source=Address.parse("10.9.0.7"), **peers))
    host.link_is(Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500, master=8))
    channels.connect(make_instance(name="in a bridge", source=Address.parse("10.9.0.8"), **peers))
    assert [(one.interface, one.index) for one in channels.open] == [("red", 0), ("red", 0), ("", 0)]
