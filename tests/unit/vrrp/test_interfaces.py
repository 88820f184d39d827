from __future__ import annotations

import errno

import pytest

from standfast.config.interface_model import UpDownDelay, Vmac
from standfast.config.model import Config
from standfast.config.tracking_model import Tracker, TrackGroup
from standfast.net.decode import HostAddress, Link
from standfast.values import Address
from standfast.vrrp.actions import AddAddresses, Announce, RemoveAddresses, SendAdvert
from standfast.vrrp.instance import Instance
from standfast.vrrp.interfaces import Interfaces, implied, tracked
from standfast.vrrp.rules import State

UP = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)
DOWN = Link(2, "eth0", 0x1002, b"\2\0\0\0\0\1", 1500)
OWN = HostAddress(2, Address.parse("10.9.0.1"), 24, 0x80)
SPARE = HostAddress(2, Address.parse("10.9.0.3"), 24, 0x81)
VIP = HostAddress(2, Address.parse("10.9.0.100"), 24, 0x80)
SECOND = 1_000_000


class Stage:
    """Instances in their surroundings; what the routers asked for lies in ``done``."""

    def __init__(self, host, keeper) -> None:
        self.host = host
        self.keeper = keeper
        self.done: list[tuple[str, object]] = []
        self.connected: list[str] = []
        self.refuse: OSError | None = None
        self.reported: list[tuple[str, str, int | None, str]] = []
        self.interfaces = Interfaces(host, keeper, self.perform, self.connect, self.report)

    def perform(self, instance: Instance, actions) -> None:
        self.done += [(instance.config.name, action) for action in actions]

    def report(self, kind, name, value, words, _now) -> None:
        self.reported.append((kind, name, value, words))

    def connect(self, instance: Instance) -> None:
        if self.refuse:
            raise self.refuse
        self.connected.append(instance.config.name)

    def begin(self, *instances: Instance) -> None:
        self.interfaces.concern(instances)
        for instance in instances:
            self.interfaces.survey(instance, 0)
            instance.router.start(0)

    def happen(self, events, now: int = SECOND, *, settled: bool = True) -> None:
        self.done.clear()
        self.interfaces.apply(events, now, settled=settled)

    def kinds(self) -> list[type]:
        return [type(action) for _, action in self.done]


@pytest.fixture
def stage(host, keeper) -> Stage:
    return Stage(host, keeper)


def master(instance: Instance, keeper) -> Instance:
    instance.router.tick(instance.router.deadline)
    keeper.add(instance.config.vips)
    assert instance.router.state is State.MASTER
    return instance


def test_tracked_are_the_own_interface_and_those_of_the_vips(make_settings, make_vip):
    config = make_settings(
        evips=(make_vip("10.8.0.1/24", dev="lan"), make_vip("10.7.0.1/24", dev="wan", no_track=True))
    )
    assert tracked(config) == {"eth0", "lan"}
    assert tracked(make_settings(track_primary=False)) == set()


def test_an_interface_that_goes_down_is_a_fault_until_it_comes_up(stage, keeper, make_instance):
    instance = make_instance()
    stage.begin(instance)
    master(instance, keeper)
    stage.happen(stage.host.link_is(DOWN))
    assert instance.router.state is State.FAULT
    assert instance.router.cause == "interface eth0 is down"
    assert stage.kinds()[0] is SendAdvert  # the farewell, first of all
    stage.happen(stage.host.link_is(UP))
    assert instance.router.state is State.BACKUP


def test_an_interface_that_was_down_and_is_deleted_is_called_so(stage, keeper, make_instance):
    instance = make_instance()
    stage.begin(instance)
    stage.happen(stage.host.link_is(DOWN), now=SECOND)
    stage.happen(stage.host.link_gone(DOWN.index), now=2 * SECOND)
    assert instance.router.faults["interface eth0"] == ("interface eth0 does not exist", SECOND, False)
    assert instance.router.cause == "interface eth0 does not exist"
    stage.happen(stage.host.link_is(UP))
    assert "interface eth0" not in instance.router.faults


def test_a_new_hardware_address_is_announced(stage, keeper, make_instance):
    instance = make_instance()
    stage.begin(instance)
    other = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\2", 1500)
    stage.happen(stage.host.link_is(other))
    assert Announce not in stage.kinds()  # a backup has nothing to announce
    master(instance, keeper)
    stage.happen(stage.host.link_is(UP))
    assert stage.kinds().count(Announce) == instance.config.announcing.repeat
    stage.happen(stage.host.link_is(Link(2, "eth0", 0x1043, UP.mac, 1400)))
    assert Announce not in stage.kinds()


def test_the_fault_of_one_interface_does_not_end_with_another(stage, make_instance, make_vip):
    """KD-6 is the defect: one bit for all interfaces."""
    instance = make_instance(evips=(make_vip("10.8.0.1/24", dev="lan"),))
    stage.begin(instance)
    assert instance.router.cause == "interface lan does not exist"
    stage.happen(stage.host.link_is(DOWN))
    stage.happen(stage.host.link_is(UP))
    assert instance.router.state is State.FAULT
    stage.happen(stage.host.link_is(Link(3, "lan", 0x1043, b"", 1500)))
    assert instance.router.state is State.BACKUP


def test_the_source_moves_to_a_spare_address(stage, make_instance):
    instance = make_instance()
    stage.begin(instance)
    stage.happen(stage.host.address_is(SPARE))
    assert str(instance.router.source) == "10.9.0.1"
    stage.happen(stage.host.address_gone(OWN))
    assert str(instance.router.source) == "10.9.0.3"
    stage.happen(stage.host.address_gone(SPARE))
    assert instance.router.state is State.FAULT
    stage.happen(stage.host.address_is(SPARE))
    assert instance.router.state is State.BACKUP


def test_a_virtual_address_is_no_source(stage, host, make_instance):
    host.resync([UP], [VIP, OWN])  # a leftover stands first
    instance = make_instance()
    instance.router.set_source(None, 0)
    stage.begin(instance)
    assert str(instance.router.source) == "10.9.0.1"


def test_an_owners_own_address_is_a_source(stage, keeper, make_instance, make_vip):
    own = make_vip("10.9.0.1/24")
    keeper.respect([own], set())
    instance = make_instance("10.9.0.1/24", priority=255)
    stage.begin(instance)
    assert str(instance.router.source) == "10.9.0.1"


def test_ipv6_speaks_from_link_local_addresses_alone(stage, make_instance, make_vip):
    group = Address.parse("ff02::12")
    instance = make_instance("fe80::100/64", family=6, group=group)
    stage.host.address_is(HostAddress(2, Address.parse("2001:db8::1"), 64, 0x80))
    instance.router.set_source(None, 0)
    stage.begin(instance)
    assert instance.router.source is None
    stage.happen(stage.host.address_is(HostAddress(2, Address.parse("fe80::1"), 64, 0x80)))
    assert str(instance.router.source) == "fe80::1"


def test_a_tracked_source_follows_the_host(stage, make_instance):
    instance = make_instance(source=Address.parse("10.9.0.9"), track_source=True)
    instance.router.set_source(None, 0)
    stage.begin(instance)
    assert instance.router.state is State.FAULT
    stage.happen(stage.host.address_is(HostAddress(2, Address.parse("10.9.0.9"), 32, 0x80)))
    assert instance.router.state is State.BACKUP


def test_kd10_a_deleted_vip_is_put_back(stage, keeper, make_instance):
    instance = make_instance()
    stage.begin(instance)
    master(instance, keeper)
    stage.happen(stage.host.address_gone(VIP))
    assert stage.kinds()[0] is AddAddresses
    assert instance.router.state is State.MASTER


def test_an_echo_of_our_own_change_is_no_loss(stage, keeper, make_instance):
    instance = make_instance()
    stage.begin(instance)
    master(instance, keeper)
    gone = stage.host.address_gone(VIP)
    back = stage.host.address_is(VIP)
    stage.happen([*gone, *back])
    assert stage.done == []


def test_a_loss_is_judged_when_everything_has_been_read(stage, keeper, make_instance):
    instance = make_instance()
    stage.begin(instance)
    master(instance, keeper)
    stage.happen(stage.host.address_gone(VIP), settled=False)
    assert stage.done == []
    stage.happen(stage.host.link_is(DOWN))
    assert AddAddresses not in stage.kinds()
    assert instance.router.state is State.FAULT


def test_a_vip_that_somebody_adds_to_a_backup_is_taken_off(stage, make_instance):
    instance = make_instance()
    stage.begin(instance)
    stage.happen(stage.host.address_is(VIP))
    assert RemoveAddresses in stage.kinds()


def test_sockets_that_do_not_open_are_a_fault(stage, make_instance):
    instance = make_instance()
    stage.refuse = OSError(errno.ENOBUFS, "No buffer space available")
    stage.begin(instance)
    assert instance.router.cause == "cannot open its sockets on eth0: No buffer space available"
    stage.refuse = None
    stage.interfaces.survey(instance, SECOND)
    assert instance.router.state is State.BACKUP


def test_whoever_has_left_is_not_disturbed(stage, make_instance):
    instance = make_instance()
    stage.begin(instance)
    instance.gone = True
    stage.connected.clear()
    stage.happen(stage.host.link_is(DOWN))
    assert stage.connected == []


def test_an_address_is_claimed_by_whoever_holds_it(stage, keeper, make_instance):
    one, other = make_instance(), make_instance(name="other", vrid=52)
    stage.begin(one, other)
    master(one, keeper)
    assert stage.interfaces.claimed(one.config.vips[0], other)
    assert not stage.interfaces.claimed(one.config.vips[0], one)


def test_tracked_interfaces_are_reported_at_once_and_when_they_change(stage, make_instance):
    made = make_instance(trackers=(Tracker(kind="interface", name="tr0"), Tracker(kind="interface", name="eth0")))
    stage.interfaces.configure(Config(instances=(made.config,)), 0)
    stage.begin(made)
    assert stage.reported == [("interface", "eth0", 1, "is up"), ("interface", "tr0", 0, "does not exist")]
    stage.reported.clear()
    stage.happen(stage.host.link_is(DOWN))
    assert stage.reported == [("interface", "eth0", 0, "is down")]


def delayed(stage, make_instance, down: int, **settings) -> Instance:
    instance = make_instance(advert_interval=SECOND, **settings)
    config = Config(instances=(instance.config,), interface_delays=(UpDownDelay(name="eth0", down=down),))
    stage.interfaces.configure(config, 0)
    stage.begin(instance)
    return instance


def test_s41_a_flap_shorter_than_the_delay_is_not_seen(stage, make_instance):
    instance = delayed(stage, make_instance, SECOND // 2)
    stage.happen(stage.host.link_is(DOWN), now=SECOND)
    stage.happen(stage.host.link_is(UP), now=SECOND + 300_000)
    assert instance.router.state is State.BACKUP
    assert stage.interfaces.deadline is None


def test_s41_an_outage_longer_than_the_delay_is_a_fault(stage, make_instance):
    instance = delayed(stage, make_instance, SECOND // 2)
    stage.happen(stage.host.link_is(DOWN), now=SECOND)
    assert stage.interfaces.deadline == SECOND + 500_000
    assert instance.router.state is State.BACKUP
    stage.interfaces.due(SECOND + 500_000)
    assert instance.router.state is State.FAULT


def test_a_delay_is_cut_to_what_peers_wait(stage, make_instance):
    delayed(stage, make_instance, 60 * SECOND)
    stage.happen(stage.host.link_is(DOWN), now=0)
    assert stage.interfaces.deadline == 2 * SECOND - SECOND // 256


def test_what_the_kernel_dropped_in_a_flap_is_put_back(stage, keeper, make_instance):
    instance = delayed(stage, make_instance, SECOND // 2)
    master(instance, keeper)
    stage.happen(stage.host.link_is(DOWN), now=SECOND)
    keeper.remove(instance.config.vips)
    stage.happen(stage.host.link_is(UP), now=SECOND + 1)
    assert AddAddresses(instance.config.vips) in [action for _, action in stage.done]


def test_static_objects_need_their_interfaces(make_vip):
    config = Config(
        track_groups=(TrackGroup(name="uplinks", members=("VI_1", "VI_2")),),
        static_addresses=(make_vip("10.1.0.1", dev="eth7", track_group="uplinks"), make_vip("10.1.0.2", dev="eth8")),
    )
    assert implied(config) == {"VI_1": frozenset({"eth7"}), "VI_2": frozenset({"eth7"})}


VMAC = Link(9, "vrrp.51", 0x1003, bytes.fromhex("00005e000133"), 1500, 1, "macvlan", 2, 1)


class Ours:
    def __init__(self) -> None:
        self.bases, self.words = {"vrrp.51": "eth0"}, ""

    def complaint(self, _name):
        return self.words


def test_an_interface_of_ours_is_as_good_as_the_one_below(stage, make_instance, make_vip):
    """It need not say that it has a carrier; and what is missing says why."""
    ours = Ours()
    stage.interfaces.attend(ours)
    stage.host.link_is(VMAC)
    instance = make_instance(vips=(make_vip("10.9.0.100/24", dev="vrrp.51"),), device="vrrp.51", vmac=Vmac())
    stage.begin(instance)
    assert instance.router.faults == {}
    stage.happen(stage.host.link_is(DOWN))
    assert [fault.words for fault in instance.router.faults.values()] == ["interface eth0 is down"]
    ours.words = "cannot make it above eth0: Operation not permitted"
    stage.happen([*stage.host.link_is(UP), *stage.host.link_gone(9)])
    (fault,) = instance.router.faults.values()
    assert fault.words == "interface vrrp.51 does not exist: cannot make it above eth0: Operation not permitted"


def test_ipv6_speaks_from_the_virtual_interface_ipv4_from_the_one_below(stage, make_instance):
    stage.interfaces.attend(Ours())
    stage.host.link_is(VMAC)
    stage.host.address_is(HostAddress(2, Address.parse("fe80::2"), 64, 0x80))
    stage.host.address_is(HostAddress(9, Address.parse("fe80::9"), 64, 0x80))
    four = make_instance(device="vrrp.51", vmac=Vmac())
    six = make_instance(name="six", family=6, vips=(), device="vrrp.51", vmac=Vmac())
    below = make_instance(name="below", family=6, vips=(), device="vrrp.51", vmac=Vmac(xmit_base=True))
    below.router.source = None
    stage.begin(four, six, below)
    assert [str(one.router.source) for one in (four, six, below)] == ["10.9.0.1", "fe80::9", "fe80::2"]


def test_an_interface_of_ours_is_needed_even_without_an_address_on_it(make_settings):
    assert tracked(make_settings(vips=(), device="vrrp.51", vmac=Vmac())) == {"eth0", "vrrp.51"}


def test_a_primary_that_is_not_tracked_does_not_count_through_its_virtual_interface(make_settings, make_vip):
    vips = (make_vip("10.9.0.100/24", dev="vrrp.51"),)
    assert tracked(make_settings(vips=vips, device="vrrp.51", vmac=Vmac(), track_primary=False)) == set()
