"""Section by section: groups on a pretended LAN, two machines with two virtual routers each."""

from __future__ import annotations

import random

import pytest

from standfast.config.model import Announcing
from standfast.events import GroupTransition, Transition
from standfast.testing.lan import Host, Lan
from standfast.testing.playbook import advert, instance, us
from standfast.values import Address
from standfast.vrrp.group import Group
from standfast.vrrp.router import GROUP, Router
from standfast.vrrp.rules import State

VRIDS = (51, 52)


class Machine:
    """One machine: its virtual routers, in one group."""

    def __init__(self, lan: Lan, number: int, vrids=VRIDS, **settings) -> None:
        source = Address.unpack(bytes((10, 9, 0, number)))
        shared = {"version": 3, "announcing": Announcing(repeat=1)} | settings
        self.lan = lan
        self.hosts = [lan.add(instance(name=f"VI_{vrid}", vrid=vrid, **shared), source) for vrid in vrids]
        self.group = lan.join(f"G{number}", *self.hosts)

    def start(self) -> Machine:
        for host in self.hosts:
            host.act(Router.start)
        return self

    def __getitem__(self, place: int) -> Host:
        return self.hosts[place]

    @property
    def states(self) -> list[str]:
        return [host.router.state.name for host in self.hosts]

    @property
    def told(self) -> list[str]:
        events = [event for event in self.lan.events if isinstance(event, GroupTransition)]
        return [event.new for event in events if event.group == self.group.name]

    def farewells(self) -> list[int]:
        return [sum(1 for _, priority in host.sent if priority == 0) for host in self.hosts]


@pytest.fixture
def lan() -> Lan:
    return Lan(random.Random(1))


@pytest.fixture
def pair(lan) -> tuple[Machine, Machine]:
    machines = Machine(lan, 1, priority=150).start(), Machine(lan, 2, priority=100).start()
    lan.run(us(5))
    return machines


def raise_fault(host: Host, key: str = "test") -> None:
    host.act(lambda router, now: router.raise_fault(key, "broken", now))


def clear_fault(host: Host, key: str = "test") -> None:
    host.act(lambda router, now: router.clear_fault(key, now))


def inject(lan: Lan, host: Host, priority: int) -> None:
    vrid = host.router.config.vrid
    heard = advert(priority, source="10.9.0.9", version=3, checksum="pseudo", vrid=vrid, arrived=lan.now)
    host.act(lambda router, now: router.hear(heard, now))


def test_all_members_become_master_in_one_step(pair):
    first, second = pair
    assert (first.states, second.states) == (["MASTER"] * 2, ["BACKUP"] * 2)
    assert len({host.router.since for host in first.hosts}) == 1
    assert first.told == ["BACKUP", "MASTER"]
    assert second.told == ["BACKUP"]


def test_s53_a_fault_of_one_is_a_fault_of_both_and_the_peers_take_over_together(lan, pair):
    first, second = pair
    raise_fault(first[0])
    lan.run(us(9))
    assert (first.states, second.states) == (["FAULT"] * 2, ["MASTER"] * 2)
    assert first.farewells() == [1, 1]
    assert first.told == ["BACKUP", "MASTER", "FAULT"]
    assert first.group.cause == "VI_51: broken"
    assert first[1].router.cause == "sync group G1: VI_51: broken"
    gap = abs(second[0].router.since - second[1].router.since)
    assert gap <= us(0.02)


def test_s53_the_last_fault_to_clear_frees_them_all(lan, pair):
    first, _ = pair
    raise_fault(first[0])
    raise_fault(first[1])
    clear_fault(first[0])
    assert first.states == ["FAULT", "FAULT"]
    clear_fault(first[1])
    assert first.states == ["BACKUP", "BACKUP"]
    assert not first[0].router.faults
    lan.run(us(10))
    assert first.states == ["MASTER", "MASTER"]
    assert first.told == ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"]


def test_s54_a_better_router_for_one_takes_the_mastership_of_all(lan):
    only = Machine(lan, 1, priority=150).start()
    lan.run(us(5))
    inject(lan, only[0], 200)
    assert only.states == ["BACKUP", "BACKUP"]
    assert only.farewells() == [0, 0]
    assert only[1].router.cause == "sync group G1: VI_51 is BACKUP"


def test_s54_the_group_returns_only_when_both_want_it(lan):
    only = Machine(lan, 1, priority=150).start()
    lan.run(us(5))
    for _ in range(10):
        inject(lan, only[0], 200)
        lan.run(lan.now + us(1))
        assert only.states == ["BACKUP", "BACKUP"]
    assert only[1].router.vote is State.MASTER  # nobody speaks for this one
    lan.run(lan.now + us(4))
    assert only.states == ["MASTER", "MASTER"]
    assert only.told == ["BACKUP", "MASTER", "BACKUP", "MASTER"]


def test_kd15_s55_a_member_that_a_reload_adds_waits_and_disturbs_nobody(lan, pair):
    first, second = pair
    for machine in pair:
        added = lan.add(instance(name="VI_53", vrid=53, version=3, priority=machine[0].router.config.priority),
                        machine[0].router.source)  # fmt: skip
        machine.hosts.append(added)
        for host in machine.hosts:
            host.group, host.siblings = machine.group, {other.router: other for other in machine.hosts}
        machine.group.consist_of([host.router for host in machine.hosts])
        added.act(Router.start)
        lan.run(lan.now + us(0.3))
    assert first.states == ["MASTER", "MASTER", "BACKUP"]
    lan.run(lan.now + us(5))
    assert (first.states, second.states) == (["MASTER"] * 3, ["BACKUP"] * 3)
    assert first.told == ["BACKUP", "MASTER"]
    assert [len(host.transitions) for host in first.hosts] == [2, 2, 2]


def test_kd15_s55_removing_a_member_changes_nothing_for_the_others(lan, pair):
    first, _ = pair
    gone = first.hosts.pop()
    gone.group = None
    first.group.consist_of([first[0].router])
    gone.act(lambda router, now: router.stop(now, removed=True))
    lan.run(lan.now + us(5))
    assert first.states == ["MASTER"]
    assert first.told == ["BACKUP", "MASTER"]


def test_a_removed_member_takes_its_fault_with_it(lan, pair):
    first, _ = pair
    raise_fault(first[1])
    first.group.consist_of([first[0].router])
    first[0].act(lambda router, now: ())
    assert first[0].router.state is State.BACKUP


def test_owners_begin_together(lan):
    only = Machine(lan, 1, priority=255, owner_state=True).start()
    lan.run(1)
    assert only.states == ["MASTER", "MASTER"]
    assert only.told[-1] == "MASTER"


def test_an_owner_waits_for_one_that_is_none(lan):
    source = Address.parse("10.9.0.1")
    owner = lan.add(instance(name="OWNER", vrid=51, version=3, priority=255, owner_state=True), source)
    other = lan.add(instance(name="OTHER", vrid=52, version=3, priority=150), source)
    lan.join("G", owner, other)
    owner.act(Router.start)
    other.act(Router.start)
    lan.run(us(3.4))
    assert (owner.master, other.master) == (False, False)
    lan.run(us(3.5))
    assert (owner.master, other.master) == (True, True)


def test_owners_come_back_from_a_fault_together(lan):
    only = Machine(lan, 1, priority=255, owner_state=True).start()
    lan.run(1)
    raise_fault(only[0])
    clear_fault(only[0])
    assert only.states == ["MASTER", "MASTER"]


def test_nobody_rises_before_the_startup_delay_is_over(lan):
    only = Machine(lan, 1, priority=255, owner_state=True)
    for host in only.hosts:
        host.act(lambda router, now: router.start(now, us(5)))
    lan.run(us(4.9))
    assert only.states == ["BACKUP", "BACKUP"]
    lan.run(us(5.1))
    assert only.states == ["MASTER", "MASTER"]


def test_a_losing_master_of_one_makes_all_announce(lan):
    only = Machine(lan, 1, priority=150, announcing=Announcing(repeat=1, lower_prio_repeat=2)).start()
    lan.run(us(20))
    before = [len(host.announced) for host in only.hosts]
    inject(lan, only[0], 100)
    assert [len(host.announced) for host in only.hosts] == [count + 2 for count in before]


def test_where_one_bounces_all_do(lan):
    only = Machine(lan, 1, priority=150, vip_protect="bounce").start()
    lan.run(us(5))
    only[0].act(lambda router, now: router.address_lost(router.config.vips[0], now))
    assert only.states == ["BACKUP", "BACKUP"]
    assert only.farewells() == [1, 1]
    lan.run(lan.now + us(1))
    assert only.states == ["MASTER", "MASTER"]


def test_waiting_for_a_first_result_is_told_nobody(lan):
    only = Machine(lan, 1, priority=150)
    only[0].act(lambda router, now: router.raise_fault("track script x", "waiting", now, pending=True))
    only.start()
    assert only.states == ["FAULT", "FAULT"]
    assert only.told == []
    assert not [event for host in only.hosts for event in host.events if isinstance(event, Transition)]
    clear_fault(only[0], "track script x")
    assert only.states == ["BACKUP", "BACKUP"]
    assert only.told == ["BACKUP"]


def test_a_planned_stop_is_told_to_the_end(lan):
    only = Machine(lan, 1, priority=150).start()
    lan.run(us(5))
    for host in only.hosts:
        host.act(Router.stop)
    lan.run(us(9))
    assert only.told == ["BACKUP", "MASTER", "LEAVING", "STOP"]


def test_an_empty_group_has_nothing_to_do():
    assert Group("G").settle(0) == []


def test_the_fault_of_others_is_no_fault_of_its_own(lan):
    only = Machine(lan, 1, priority=150).start()
    raise_fault(only[0])
    assert list(only[1].router.faults) == [GROUP]
    assert not only[1].router.own_faults
