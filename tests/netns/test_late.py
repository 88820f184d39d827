"""Start-up delays, and processes that were stopped or too busy for a while."""

from __future__ import annotations

import time

import pytest
from harness.config import VIP, global_defs, instance
from harness.network import Net
from harness.pairings import ours_on_a
from harness.timing import EARLY_S, TOLERANCE_S, Disturbed, master_down_s

FROZEN_S = 2.0
STALL_S = 0.2
for_how_long = pytest.mark.parametrize("frozen_s", [FROZEN_S, pytest.param(10.0, marks=pytest.mark.full)])


def test_s65_nothing_is_said_in_the_startup_delay(solo: Net):
    config = global_defs("vrrp_startup_delay 1") + instance(priority=150)
    daemon = solo.daemon(solo.a, config)
    started = daemon.start()
    first = solo.next_advert(solo.a, since=started)
    assert first.time >= started + 1 + master_down_s(150, 0.1) - EARLY_S


def test_s65_a_master_is_not_disturbed_by_a_late_starter(duo: Net):
    duo.start_master(duo.a, instance(priority=100))
    b = duo.daemon(duo.b, global_defs("vrrp_startup_delay 1") + instance(priority=150))
    started = b.start()
    taken = duo.next_advert(duo.b, since=started)
    assert taken.time >= started + 1 + master_down_s(150, 0.1) - EARLY_S
    before = [each for each in duo.wire.adverts(duo.a.address, since=started) if each.time < taken.time]
    duo.steady(before, 0.1)


@for_how_long
def test_s66_a_frozen_backup_does_not_take_over_from_a_live_master(duo: Net, frozen_s: float):
    """KD-16: what came in the meantime is read before the timer is judged."""
    duo.start_master(duo.a, instance(priority=150))
    b = duo.start(duo.b, instance(priority=100))
    frozen = b.freeze()
    duo.wait_until(frozen + frozen_s)
    thawed = b.thaw()
    duo.wait_until(thawed + 3 * master_down_s(100, 0.1))
    duo.silent(duo.b)
    duo.steady(duo.wire.adverts(duo.a.address, since=frozen), 0.1)
    assert not duo.b.holds(VIP)


@for_how_long
def test_s67_a_frozen_master_comes_back_and_tells_the_hosts(duo: Net, frozen_s: float):
    a = duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    frozen = a.freeze()
    assert duo.b.wait_address(VIP)
    duo.wait_until(frozen + frozen_s)
    thawed = a.thaw()
    running = time.time()
    assert duo.b.wait_address(VIP, held=False)
    back = duo.next_advert(duo.a, since=thawed)
    duo.on_time(max(back.time, running), running, tolerance_s=0.1 + TOLERANCE_S)
    if not duo.is_keepalived(duo.a):
        told = duo.wire.wait(
            lambda: next((x for x in duo.wire.garps(VIP, since=thawed) if x.source_mac == duo.a.mac), None), 20
        )
        assert told, "the hosts still believe in b"
    duo.wait_until(running + 0.5)
    # Within an interval it is settled; whoever speaks last has been told by then.
    last = max((each.time for each in duo.wire.adverts(duo.b.address)), default=0.0)
    duo.on_time(max(last, back.time), back.time)
    assert {each.priority for each in duo.wire.adverts(since=thawed)} <= {100, 150}, "nobody says good-bye"
    assert duo.a.holds(VIP)


@ours_on_a
def test_s67_with_nopreempt_a_frozen_master_stays_down(duo: Net):
    """Keepalived goes on as master without `timer_expired_backup`."""
    a = duo.start_master(duo.a, instance("nopreempt", priority=150))
    duo.start(duo.b, instance("nopreempt", priority=100))
    frozen = a.freeze()
    assert duo.b.wait_address(VIP)
    duo.wait_until(frozen + FROZEN_S)
    thawed = a.thaw()
    assert duo.a.wait_address(VIP, held=False)
    duo.wait_until(thawed + 3 * master_down_s(150, 0.1))
    duo.silent(duo.a, since=thawed)
    assert duo.b.holds(VIP)


@pytest.mark.alone
def test_s68_a_short_stall_costs_no_mastership(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    for _ in range(6):
        last = duo.next_advert(duo.a, since=time.time()).time
        stalled = a.freeze()
        duo.wait_until(stalled + STALL_S)
        a.thaw()
        if (stall_s := time.time() - last) > master_down_s(100, 0.1) - TOLERANCE_S:
            raise Disturbed(f"the stall became one of {stall_s * 1000:.0f} ms")
    duo.next_advert(duo.a, since=time.time())
    duo.silent(duo.b)
    assert duo.counter(a, "late_wakeups") != 0
    assert {each.priority for each in duo.wire.adverts(duo.a.address)} == {150}
