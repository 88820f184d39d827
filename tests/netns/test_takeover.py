"""One daemon starts; one of two ends, in each way that a daemon can end."""

from __future__ import annotations

import time

from harness.config import VIP, instance
from harness.network import Net
from harness.pairings import ours_alone, ours_on_a
from harness.timing import EARLY_S, master_down_s, skew_s

from standfast.lab.daemons import Standfast
from standfast.lab.frames import Advert, Arp

LEAVING_BOUND_S = 0.06
"""For how long a client may go without its address when the master is stopped in order, at 1 s interval."""


def starts_as_master(net: Net, config: str, wait_s: float) -> Advert:
    """Start a alone; its first advert comes when the down timer ends, counted from when it listens."""
    daemon = net.daemon(net.a, config)
    started = daemon.start()
    first = net.next_advert(net.a, since=started)
    assert first.time >= started + wait_s - EARLY_S, "it did not wait for the master down timer"
    return first


def test_s01_a_lone_v2_router_waits_then_announces(solo: Net):
    daemon = solo.daemon(solo.a, instance(version=2, interval=1, priority=150))
    daemon.start()
    deaf = solo.wait_listening(daemon)
    listening = time.time()
    first = solo.next_advert(solo.a, since=0)
    down_s = master_down_s(150, 1, 2)
    assert first.time >= deaf + down_s - EARLY_S
    solo.on_time(max(first.time, listening + down_s), listening + down_s)
    assert first.vrrp.hex() == "213396010001" + first.vrrp[6:8].hex() + "0a090064" + "00" * 8
    assert first.checksum_form == "message"
    assert (first.source, first.destination, first.ttl, first.tos) == (solo.a.address, "224.0.0.18", 255, 0xC0)
    assert solo.a.wait_address(VIP)
    assert solo.wire.wait(lambda: (solo.wire.garps(VIP)[4:] or [None])[0], 20)
    frames = [each for each in solo.wire.frames if each.source_mac == solo.a.mac and isinstance(each, Advert | Arp)]
    assert isinstance(frames[0], Advert)
    garp = frames[1]
    assert isinstance(garp, Arp)
    assert garp.gratuitous
    assert (garp.operation, garp.sender, garp.sender_mac) == (1, VIP, solo.a.mac)


def test_s02_a_lone_v3_router_keeps_its_cadence(solo: Net):
    first = starts_as_master(solo, instance(priority=150), master_down_s(150, 0.1))
    solo.wait_until(first.time + 3.05)
    sent = [each for each in solo.wire.adverts(solo.a.address) if each.time <= first.time + 3.05]
    assert {each.interval_s for each in sent} == {0.1}
    solo.steady(sent, 0.1)
    assert 29 <= len(sent) <= 32


def test_s03_an_owner_speaks_at_once(solo: Net):
    daemon = solo.daemon(solo.a, instance("state MASTER", priority=255))
    daemon.start()
    solo.wait_listening(daemon)
    listening = time.time()
    first = solo.next_advert(solo.a, since=0)
    solo.on_time(max(first.time, listening), listening)
    assert (first.priority, first.ttl, first.tos, first.protocol) == (255, 255, 0xC0, 112)
    assert first.destination_mac == "01:00:5e:00:00:12"


def test_s04_state_master_without_ownership_waits_like_any_other(solo: Net):
    starts_as_master(solo, instance("state MASTER", priority=150), master_down_s(150, 0.1))


def test_s05_a_stopped_master_says_good_bye_and_its_backup_takes_over(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    asked = a.terminate()
    good_bye = duo.next_advert(duo.a, since=asked, priority=0)
    taken = duo.next_advert(duo.b, since=good_bye.time)
    duo.on_time(taken.time, good_bye.time + skew_s(100, 0.1))
    assert a.wait_ended() == 0
    assert duo.a.wait_address(VIP, held=False)
    zeros = [each for each in duo.wire.adverts(duo.a.address) if each.priority == 0]
    assert len(zeros) == 1
    assert duo.wire.adverts(duo.a.address)[-1] == zeros[0]


@ours_on_a
def test_s05_the_address_stays_until_the_new_master_is_heard(duo: Net):
    """LEAVING: at v2 and 1 s the backup needs 0.6 s to take over; the client does not notice."""
    a = duo.start_master(duo.a, instance(version=2, interval=1, priority=150, vips=(f"{VIP}/24",)))
    duo.start(duo.b, instance(version=2, interval=1, priority=100))
    duo.next_advert(duo.a, since=time.time())
    client = duo.client()
    asked = a.terminate()
    taken = duo.next_advert(duo.b, since=asked)
    good_bye = duo.next_advert(duo.a, since=asked, priority=0)
    duo.on_time(taken.time, good_bye.time + skew_s(100, 1, 2))
    assert a.wait_ended() == 0
    assert not duo.a.holds(VIP)
    assert client.wait_answer(time.time())
    duo.served(client, since=asked, within_s=LEAVING_BOUND_S)


def test_s06_a_killed_master_is_replaced_after_the_down_timer(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    a.kill()
    last = duo.last_advert(duo.a).time
    taken = duo.next_advert(duo.b, since=last)
    duo.on_time(taken.time, last + master_down_s(100, 0.1))
    assert all(each.priority for each in duo.wire.adverts(duo.a.address))


def test_s07_a_restarted_master_cleans_up_before_it_speaks(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    a.kill()
    assert duo.a.holds(VIP)
    assert duo.b.wait_address(VIP)
    restarted = duo.restart(a)
    back = duo.next_advert(duo.a, since=restarted)
    assert back.time >= restarted + master_down_s(150, 0.1) - EARLY_S
    assert duo.b.wait_address(VIP, held=False)
    duo.wait_until(back.time + 0.15)
    duo.silent(duo.b, since=back.time + 0.01, tolerance_s=0.01)  # the backup does not go on speaking
    assert all(each.priority for each in duo.wire.adverts(duo.b.address)), "yielding is silent: no priority 0"


def test_s07_leftovers_are_gone_before_the_first_advert(duo: Net):
    """KD-18: what a killed daemon left is removed by its next start, while another is master."""
    a = duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    killed = a.kill()
    assert duo.b.wait_address(VIP)
    a.write(instance("nopreempt", priority=150))
    duo.restart(a)
    assert duo.a.wait_address(VIP, held=False)
    assert duo.wire.adverts(duo.a.address, since=killed) == []


@ours_alone
def test_kd18_reap_removes_exactly_what_was_ours(solo: Net):
    """Keepalived has no `reap`."""
    a = solo.start_master(solo.a, instance(priority=150))
    assert isinstance(a, Standfast)
    solo.a.ip("addr add 10.9.0.77/24 dev eth0")
    a.kill()
    assert solo.a.holds(VIP)
    a.tell("reap")
    assert not solo.a.holds(VIP)
    assert solo.a.holds("10.9.0.77")
    assert solo.a.holds(solo.a.address)
