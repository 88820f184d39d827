from __future__ import annotations

import random

from standfast.testing.lan import Lan
from standfast.testing.playbook import VIP, instance
from standfast.values import SECOND, Address
from standfast.vrrp.router import Router
from standfast.vrrp.rules import State


def two(**settings):
    lan = Lan(random.Random(1))
    a = lan.add(instance(priority=150, **settings), Address.parse("10.9.0.1"))
    b = lan.add(instance(priority=100, **settings), Address.parse("10.9.0.2"))
    for host in lan.hosts:
        host.act(Router.start)
    lan.run(10 * SECOND)
    return lan, a, b


def test_s06_s07_a_dead_master_is_replaced_and_returns():
    lan, a, b = two()
    assert (lan.masters, a.installed, b.installed) == ([a], {VIP}, set())
    a.connected = a.running = False
    last = a.router.last_advert_sent
    lan.run(20 * SECOND)
    assert 3_609_375 <= b.router.since - last <= 3_610_000
    a.connected = True
    a.thaw()
    lan.run(40 * SECOND)
    assert lan.masters == [a]
    assert b.installed == set()


def test_s05_a_planned_stop_leaves_no_gap():
    lan, a, b = two()
    held = []
    stop = lan.now
    a.act(Router.stop)
    lan.run(stop + 3 * SECOND, watch=lambda: held.append(bool(a.installed or b.installed)))
    assert all(held)
    assert lan.masters == [b]
    assert 600_000 < b.router.since - stop < 620_000
    assert a.installed == set()
    assert a.router.state is State.INIT


def test_s66_s67_frozen_machines():
    lan, a, b = two()
    b.freeze()
    lan.run(lan.now + 10 * SECOND)
    b.thaw()
    lan.run(lan.now + 10 * SECOND)
    assert [event.new for event in b.transitions] == ["BACKUP"]
    a.freeze()
    lan.run(lan.now + 10 * SECOND)
    assert b.master
    a.thaw()
    lan.run(lan.now + SECOND)
    assert lan.masters == [a]
    assert a.announced[-1][0] > lan.now - SECOND - 10_000


def test_s67_nopreempt_stays_backup():
    lan, a, b = two(preempt=False)
    first = lan.masters[0]
    other = b if first is a else a
    first.freeze()
    lan.run(lan.now + 10 * SECOND)
    first.thaw()
    lan.run(lan.now + 10 * SECOND)
    assert lan.masters == [other]
    assert first.installed == set()


def test_s19_two_intervals_in_version_2_make_two_masters_and_a_count():
    lan = Lan(random.Random(1))
    a = lan.add(instance(), Address.parse("10.9.0.1"))
    b = lan.add(instance(advert_interval=2 * SECOND), Address.parse("10.9.0.2"))
    for host in lan.hosts:
        host.act(Router.start)
    lan.run(30 * SECOND)
    assert lan.masters == [a, b]
    assert a.router.counters.advert_interval_err > 5


def test_s69_reload_of_the_master_disturbs_nobody():
    lan, a, b = two()
    a.act(lambda router, now: router.reconfigure(instance(priority=160), now))
    lan.run(lan.now + 10 * SECOND)
    assert lan.masters == [a]
    assert [event.new for event in b.transitions] == ["BACKUP"]


def test_s73_three_nodes_in_turn():
    lan, a, b = two()
    c = lan.add(instance(priority=50), Address.parse("10.9.0.3"))
    c.act(Router.start)
    for dead, heir in ((a, b), (b, c)):
        dead.connected = dead.running = False
        lan.run(lan.now + 5 * SECOND)
        assert heir.master
    for back in (b, a):
        back.connected = True
        back.thaw()
        lan.run(lan.now + 5 * SECOND)
        assert lan.masters == [back]


def test_ipv6_travels_too():
    lan = Lan(random.Random(1))
    vip = VIP.__class__(address=Address.parse("fe80::100"), prefix=64, dev="eth0")
    six = {"version": 3, "family": 6, "group": Address.parse("ff02::12"), "vips": (vip,)}
    a = lan.add(instance(priority=150, **six), Address.parse("fe80::a"))
    lan.add(instance(priority=100, **six), Address.parse("fe80::b"))
    for host in lan.hosts:
        host.act(Router.start)
    lan.run(10 * SECOND)
    assert lan.masters == [a]
