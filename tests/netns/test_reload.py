"""S69: SIGHUP on a master, and what its backup and clients notice."""

from __future__ import annotations

import time

from harness.config import VIP, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone
from harness.timing import EARLY_S, master_down_s

from standfast.lab.daemons import Daemon


def reload(net: Net, daemon: Daemon, config: str) -> float:
    daemon.write(config)
    return daemon.reload()


def test_s69_an_unchanged_file_is_not_noticed(duo: Net):
    """No late advert, no announcement, no transition."""
    a = duo.start_master(duo.a, instance("garp_master_delay 0", priority=150))
    b = duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    told = len(duo.wire.garps(VIP))
    asked = a.reload()
    b.reload()
    duo.wait_until(asked + 1.5)
    own = duo.wire.adverts(duo.a.address, since=asked - 0.3)
    assert {each.priority for each in own} == {150}
    duo.silent(duo.b)
    if not duo.is_keepalived(duo.a):  # it pauses, and announces again
        duo.steady(own, 0.1)
        assert len(duo.wire.garps(VIP)) == told


def test_s69_a_new_priority_is_spoken_without_a_pause(solo: Net):
    a = solo.start_master(solo.a, instance(priority=150))
    asked = reload(solo, a, instance(priority=120))
    solo.next_advert(solo.a, since=asked, priority=120)
    own = solo.wire.adverts(solo.a.address, since=asked - 0.2)
    solo.steady(own, 0.1)
    assert {each.priority for each in own} == {150, 120}


def test_s69_a_new_interval_is_spoken_at_once(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    asked = reload(duo, a, instance(priority=150, interval=0.3))
    changed = duo.wire.wait(
        lambda: next((x for x in duo.wire.adverts(duo.a.address, since=asked) if x.interval_s == 0.3), None), 20
    )
    assert changed
    duo.wait_until(changed.time + 1.5)
    duo.steady(duo.wire.adverts(duo.a.address, since=changed.time), 0.3)
    duo.silent(duo.b)  # which learns the interval


def test_s69_addresses_come_and_go_alone(solo: Net):
    a = solo.start_master(solo.a, instance(priority=150, vips=(f"{VIP}/24", "10.9.0.101/24")))
    client = solo.client(VIP)
    asked = reload(solo, a, instance(priority=150, vips=(f"{VIP}/24", "10.9.0.102/24")))
    assert solo.a.wait_address("10.9.0.102")
    assert solo.a.wait_address("10.9.0.101", held=False)
    assert solo.wire.wait(lambda: next(iter(solo.wire.garps("10.9.0.102")), None), 20)
    changed = solo.wire.wait(
        lambda: next((x for x in solo.wire.adverts(solo.a.address) if "10.9.0.102" in x.addresses), None), 20
    )
    assert changed
    own = solo.wire.adverts(solo.a.address, since=asked - 0.2)
    solo.steady(own, 0.1)
    assert 0 not in {each.priority for each in own}
    assert client.wait_answer(time.time())
    solo.served(client, since=asked, within_s=0.05)


def test_s69_another_vrid_is_another_router(solo: Net):
    a = solo.start_master(solo.a, instance(priority=150))
    asked = reload(solo, a, instance(priority=150, vrid=52))
    good_bye = solo.next_advert(solo.a, since=asked, priority=0)
    assert good_bye.vrid == 51
    new = solo.wire.wait(lambda: next(iter(solo.wire.adverts(solo.a.address, vrid=52)), None), 20)
    assert new
    assert new.time >= good_bye.time + master_down_s(150, 0.1) - EARLY_S
    assert solo.a.wait_address(VIP)


@ours_alone
def test_s69_a_file_with_a_new_error_changes_nothing_and_says_why(solo: Net):
    """Keepalived drops the statement and takes the rest."""
    a = solo.start_master(solo.a, instance(priority=150))
    asked = reload(solo, a, instance("priorty 120", priority=110))
    eventually(lambda: "priorty" in a.log, 60, solo.logs)
    solo.next_advert(solo.a, since=time.time() + 0.2)
    own = solo.wire.adverts(solo.a.address, since=asked - 0.2)
    solo.steady(own, 0.1)
    assert {each.priority for each in own} == {150}


@ours_alone
def test_s69_an_interface_that_does_not_exist_changes_nothing_and_is_named(solo: Net):
    """A word mistyped at 3 a.m. must not take the addresses of an instance that works."""
    a = solo.start_master(solo.a, instance(priority=150))
    asked = reload(solo, a, instance(priority=110, interface="d1"))
    eventually(lambda: "VI_1: interface d1 does not exist" in a.log, 60, solo.logs)
    solo.next_advert(solo.a, since=time.time() + 0.2)
    own = solo.wire.adverts(solo.a.address, since=asked - 0.2)
    solo.steady(own, 0.1)
    assert {each.priority for each in own} == {150}
