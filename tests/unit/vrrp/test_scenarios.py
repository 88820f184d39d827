"""The scenarios of the protocol notes that concern one router, in virtual time. Names: test_sNN_*."""

from __future__ import annotations

from itertools import pairwise

import pytest

from standfast.config.model import Announcing, Authentication, UnicastPeer, VirtualAddress
from standfast.supervise import page
from standfast.testing.playbook import (
    OWN_SOURCE,
    VIP,
    Playbook,
    announces,
    asleep_until,
    at,
    becomes,
    does,
    exactly,
    hears,
    reloads,
    remarks,
    router,
    ticks,
    us,
)
from standfast.values import SECOND, Address
from standfast.vrrp import packet
from standfast.vrrp.actions import (
    AddAddresses,
    Announce,
    AnnounceSource,
    CancelAnnouncing,
    Left,
    RemoveAddresses,
    SendAdvert,
)
from standfast.vrrp.rules import State

QUIET = Announcing(delay=0, lower_prio_delay=0)
"""One burst only: keeps transcripts short where announcements are not the subject."""


def running_master(**settings):
    """A MASTER since 3.414 s (priority 150), everything of its start accounted for."""
    book = Playbook(router(**{"priority": 150, "announcing": QUIET} | settings)) >> at(3.5)
    assert book.router.state is State.MASTER
    book.forget()
    return book


def test_s01_alone_advert_first_then_addresses_then_announcements():
    assert (
        Playbook(router(priority=150))
        >> at(3.42)
        << exactly(3.414062, SendAdvert(150))
        << exactly(3.414062, AddAddresses((VIP,)))
        << announces(5, (VIP,))
        << becomes("MASTER", "no advert heard for 3.414 s")
        >> at(4.42)
        << exactly(4.414062, SendAdvert(150))
    )


def test_s01_the_bytes_of_the_first_advert():
    subject = router(priority=100, source=Address.parse("192.0.2.1"), vips=(vip("192.0.2.100"),))
    (out,) = subject.outgoing(SendAdvert(100))
    assert packet.encode(out).hex() == "213364010001b865c00002640000000000000000"


def test_s02_cadence_at_a_tenth_of_a_second_does_not_drift():
    book = Playbook(router(version=3, priority=150, advert_interval=100_000)) >> at(20)
    moments = [us(moment) for moment, _ in book.adverts]
    assert moments[0] == 341_406
    assert {later - earlier for earlier, later in pairwise(moments)} == {100_000}


def test_s02_a_timer_served_late_does_not_shift_the_beat():
    book = running_master()
    for beat in range(5, 60):
        book = book >> asleep_until(beat - 0.55) >> ticks << SendAdvert(150)
    assert book.router.deadline == us(60.414062 - 1 + 0)


def test_s03_owner_is_master_at_once():
    book = Playbook(router(priority=255, owner_state=True)) >> at(0.05)
    assert book << exactly(0.000001, SendAdvert(255)) << AddAddresses << announces(5) << becomes("MASTER", "owner")
    (out,) = book.router.outgoing(SendAdvert(255))
    data = packet.encode_ipv4(out, 1)
    assert (data[1], data[8], data[9]) == (0xC0, 255, 112)
    assert out.destination == Address.parse("224.0.0.18")


def test_s03_owner_told_to_start_as_backup_waits():
    book = Playbook(router(priority=255)) >> at(3.01)
    assert book << exactly(3.003906, SendAdvert(255)) << AddAddresses << announces(5)


def test_s04_state_master_changes_no_timing():
    book = Playbook(router(priority=150, owner_state=True)) >> at(3.42)
    assert book << exactly(3.414062, SendAdvert(150)) << AddAddresses << announces(5)


def test_s05_stopping_says_so_once_and_holds_the_address_for_the_successor():
    assert (
        running_master()
        >> does(lambda r, now: r.stop(now))
        << exactly(3.5, SendAdvert(0))
        << CancelAnnouncing
        << becomes("LEAVING", "stopped")
        >> at(4.1)
        >> hears(100)
        << exactly(4.1, RemoveAddresses((VIP,)))
        << becomes("STOP", "10.9.0.2 has taken over")
        << Left
    )


def test_s05_the_other_takes_over_after_its_skew():
    assert (
        Playbook(router(priority=100))
        >> hears(150)
        >> at(1)
        >> hears(0)
        >> at(1.7)
        << exactly(1.609375, SendAdvert(100))
        << AddAddresses
        << announces(5)
        << becomes("MASTER", "10.9.0.2 is leaving")
    )


def test_s06_silence_is_judged_from_the_last_advert():
    assert (
        Playbook(router(priority=100))
        >> hears(150)
        >> at(2.5)
        >> hears(150)
        >> at(6.2)
        << exactly(6.109375, SendAdvert(100))
        << AddAddresses
        << announces(5)
        << becomes("MASTER", "no advert from 10.9.0.2 for 3.609 s")
    )


def test_s07_leftovers_go_before_any_advert_and_the_better_router_preempts():
    book = Playbook(router(priority=150), silent=True) >> does(lambda r, now: r.start(now))
    assert book << RemoveAddresses((VIP,), forced=True) << becomes("BACKUP", "started")
    for beat in range(1, 4):
        book = book >> at(beat) >> hears(100)
    assert (
        book
        >> at(3.42)
        << exactly(3.414062, SendAdvert(150))
        << AddAddresses
        << announces(5)
        << becomes("MASTER", "preempted 10.9.0.2: its priority is 100, ours 150")
    )


def test_s07_yielding_says_no_priority_0():
    assert (
        running_master()
        >> hears(200)
        << CancelAnnouncing
        << RemoveAddresses((VIP,))
        << becomes("BACKUP", "heard 10.9.0.2 with priority 200, ours is 150")
    )


def test_s08_nopreempt_follows_a_lower_master_until_it_leaves():
    book = Playbook(router(priority=150, preempt=False))
    for beat in range(1, 30):
        book = book >> at(beat) >> hears(100)
    assert book >> hears(0) >> at(30) << exactly(29.414062, SendAdvert(150)) << AddAddresses << announces(5)


def test_s09_preempt_delay_then_a_full_down_timer():
    book = Playbook(router(priority=150, preempt_delay=us(5)))
    for beat in range(6):
        book = book >> at(beat + 0.5) >> hears(100)
    assert book >> at(8.0) << exactly(7.914062, SendAdvert(150)) << AddAddresses << announces(5)


def test_s09_preempt_delay_adds_nothing_when_nobody_is_there():
    book = Playbook(router(priority=150, preempt_delay=us(5))) >> at(3.42)
    assert book << exactly(3.414062, SendAdvert(150)) << AddAddresses << announces(5)


def test_s10_of_equals_the_higher_address_stays():
    book = running_master() >> hears(150, source="10.9.0.9")
    assert book << CancelAnnouncing << RemoveAddresses << becomes("BACKUP")
    book = running_master() >> hears(150, source="10.9.0.0")
    assert book << exactly(3.5, SendAdvert(150)) << announces(5)
    assert book.router.state is State.MASTER


def test_s10_a_backup_obeys_its_equal_whatever_the_address():
    book = Playbook(router(priority=100)) >> at(3) >> hears(100, source="10.9.0.0") >> at(6.6)
    assert book.router.state is State.BACKUP


def test_s11_a_losing_master_is_answered_and_hosts_are_told_again():
    assert (
        running_master(announcing=Announcing(delay=0, lower_prio_repeat=3, lower_prio_delay=us(5)))
        >> hears(100)
        << exactly(3.5, SendAdvert(150))
        << announces(3)
        << remarks("vrrp.lower_priority_heard")
        >> at(4.6)
        << exactly(4.5, SendAdvert(150))
        >> at(7.6)
        << SendAdvert(150)
        << SendAdvert(150)
        << SendAdvert(150)
        >> at(8.5)
        << exactly(8.5, SendAdvert(150))
        << exactly(8.5, Announce((VIP,)))
        << announces(2)
    )


def test_s12_lower_prio_no_advert_leaves_the_beat_alone():
    assert (
        running_master(lower_prio_no_advert=True)
        >> hears(100)
        << announces(5)
        >> at(4.5)
        << exactly(4.414062, SendAdvert(150))
    )


def test_s13_higher_prio_send_advert_speaks_once_more():
    assert (
        running_master(higher_prio_send_advert=True)
        >> hears(200)
        << SendAdvert(150)
        << CancelAnnouncing
        << RemoveAddresses
        << becomes("BACKUP")
    )


def test_s14_somebody_leaving_is_answered():
    book = running_master() >> hears(0) << exactly(3.5, SendAdvert(150))
    assert book >> at(4.5) << exactly(4.5, SendAdvert(150))


def test_s15_priority_0_starts_the_skew_timer():
    book = Playbook(router(priority=100))
    for beat in range(3):
        book = book >> at(beat) >> hears(200)
    assert book >> hears(0) >> at(3) << exactly(2.609375, SendAdvert(100)) << AddAddresses << announces(5)


def test_s16_a_new_priority_during_the_skew_changes_the_skew_only():
    book = Playbook(router(priority=100)) >> hears(200) >> hears(0) >> at(0.1)
    book = book >> does(lambda r, now: r.set_priority(110, now)) >> at(1)
    assert book << exactly(0.570312, SendAdvert(110)) << AddAddresses << announces(5)


def test_s17_the_masters_interval_is_learned():
    book = Playbook(router(version=3, priority=100, advert_interval=200_000))
    for beat in range(10):
        book = book >> at(beat * 2 + 0.5) >> hears(150, interval=2 * SECOND)
    assert book.router.master_interval == 2 * SECOND
    assert book >> at(25.8) << exactly(25.71875, SendAdvert(100)) << AddAddresses << announces(5)
    assert book.router.master_interval == 200_000


@pytest.mark.parametrize("phase", [0.01, 0.5, 1.3, 1.99])
def test_s18_reloading_keeps_what_was_learned(phase):
    book = Playbook(router(version=3, priority=100, advert_interval=200_000)) >> hears(150, interval=2 * SECOND)
    book = book >> at(phase) >> reloads(announcing=Announcing(repeat=3)) >> reloads(advert_interval=300_000)
    assert book >> at(7.3) << exactly(7.21875, SendAdvert(100)) << AddAddresses << announces(3)


def test_s24_adverts_take_the_form_of_checksum_that_the_master_uses():
    book = Playbook(router(version=3)) >> hears(150, checksum="message")
    assert book.router.form == "message"
    book = book >> hears(200, checksum="pseudo")
    assert book.router.form == "pseudo"


def test_s34_the_owner_with_the_lower_address_yields():
    book = running_master(priority=255, owner_state=True) >> hears(255, source="10.9.0.2")
    assert book << CancelAnnouncing << RemoveAddresses << becomes("BACKUP")
    assert book.router.priority == 255


def test_s34_the_owner_with_the_higher_address_waits_for_a_peer_that_yields():
    book = running_master(priority=255, owner_state=True) >> hears(255, source="10.9.0.0")
    assert book << SendAdvert(255) << announces(5) << remarks("vrrp.two_owners")
    for _ in range(5):
        book = book >> at(book.router.deadline / SECOND) << SendAdvert(255)
    assert book.router.state is State.MASTER


def test_s34_a_peer_that_does_not_yield_gets_its_way_within_six_intervals():
    book = disputed_owner()
    assert book.router.state is State.BACKUP
    assert book.router.priority == 254
    assert book.router.since <= us(4 + 6)


def test_s34_an_owner_that_stepped_back_returns_when_the_other_is_gone():
    book = disputed_owner()
    book = book >> at(13)
    assert book << SendAdvert(255) << AddAddresses << announces(5) << becomes("MASTER")


def test_s34_an_owner_that_stepped_back_returns_when_somebody_else_is_master():
    book = disputed_owner()
    book = book >> hears(200)
    assert book.router.priority == 255


def test_s36_our_own_advert_is_never_answered():
    book = running_master() >> hears(150, source=OWN_SOURCE) << remarks("vrrp.own_advert") >> at(4.42)
    assert book << exactly(4.414062, SendAdvert(150))


def test_s40_a_dead_link_is_a_fault_and_its_return_a_fresh_start():
    assert (
        running_master()
        >> does(lambda r, now: r.raise_fault("link eth0", "eth0 is down", now))
        << SendAdvert(0)
        << CancelAnnouncing
        << RemoveAddresses
        << becomes("FAULT", "eth0 is down")
        >> at(60)
        >> hears(100)
        >> does(lambda r, now: r.clear_fault("link eth0", now))
        << becomes("BACKUP", "recovered from: eth0 is down")
        >> at(63.5)
        << exactly(63.414062, SendAdvert(150))
        << AddAddresses
        << announces(5)
    )


def test_s42_every_fault_must_be_gone():
    book = running_master() >> does(lambda r, now: r.raise_fault("tr0", "tr0 is down", now))
    book.forget()
    book = book >> does(lambda r, now: r.raise_fault("tr1", "tr1 is down", now))
    book = book >> does(lambda r, now: r.clear_fault("tr0", now))
    assert book.router.state is State.FAULT
    assert book.router.cause == "tr1 is down"
    assert book >> does(lambda r, now: r.clear_fault("tr1", now)) << becomes("BACKUP")


def test_s40_an_owner_returns_as_master():
    book = Playbook(router(priority=255, owner_state=True), silent=True)
    book = book >> does(lambda r, now: r.raise_fault("link", "eth0 is down", now)) >> does(lambda r, now: r.start(now))
    assert book << RemoveAddresses << becomes("FAULT")
    book = book >> does(lambda r, now: r.clear_fault("link", now))
    assert book << SendAdvert(255) << AddAddresses << announces(5) << becomes("MASTER")


def test_s50_an_address_taken_away_is_put_back():
    assert (
        running_master()
        >> does(lambda r, now: r.address_lost(VIP, now))
        << AddAddresses((VIP,))
        << announces(5, (VIP,))
        << remarks("vrrp.address_lost")
    )


def test_s50_bounce_is_keepalived_s_way():
    assert (
        running_master(vip_protect="bounce")
        >> does(lambda r, now: r.address_lost(VIP, now))
        << SendAdvert(0)
        << CancelAnnouncing
        << RemoveAddresses((VIP,))
        << becomes("BACKUP", "somebody removed 10.9.0.100 from eth0")
        >> at(4)
        << exactly(3.914062, SendAdvert(150))
        << AddAddresses
        << announces(5)
    )


def test_s50_no_track_is_left_missing():
    loose = vip("10.9.0.101", no_track=True)
    assert running_master(vips=(VIP, loose)) >> does(lambda r, now: r.address_lost(loose, now)) >> at(4)


def test_s51_the_source_moves_or_goes():
    book = running_master() >> does(lambda r, now: r.set_source(Address.parse("10.9.0.7"), now))
    assert str(book.router.outgoing(SendAdvert(150))[0].source) == "10.9.0.7"
    book = book >> does(lambda r, now: r.set_source(None, now))
    farewell = SendAdvert(0, Address.parse("10.9.0.7"))
    assert book << farewell << CancelAnnouncing << RemoveAddresses << becomes("FAULT", "eth0 lacks an IPv4 address")
    assert book.router.outgoing(farewell)
    assert book >> does(lambda r, now: r.set_source(OWN_SOURCE, now)) << becomes("BACKUP")


def test_s51_ipv6_has_nothing_to_say_goodbye_from():
    six = Address.parse("fe80::a")
    vip6 = vip("fe80::100", prefix=128)
    subject = router(version=3, family=6, group=Address.parse("ff02::12"), vips=(vip6,), announcing=QUIET)
    subject.source = six
    book = Playbook(subject) >> at(4)
    book.forget()
    assert book >> does(lambda r, now: r.set_source(None, now)) << CancelAnnouncing << RemoveAddresses


def test_s63_s64_bursts_and_refreshes():
    book = running_master(announcing=Announcing(repeat=3, delay=us(5), refresh=us(2), refresh_repeat=1))
    book = book >> at(20)
    rounds = [moment / SECOND for moment, action in book.history if isinstance(action, Announce)]
    assert rounds == [3.414062] * 3 + [8.414062] * 3 + [10.414062, 12.414062, 14.414062, 16.414062, 18.414062]
    book.forget()


def test_s65_nothing_is_said_or_heard_during_the_startup_delay():
    book = Playbook(router(priority=150), delay=5) >> at(8.42)
    assert book << exactly(8.414062, SendAdvert(150)) << AddAddresses << announces(5)


def test_s65_an_owner_waits_too():
    book = Playbook(router(priority=255, owner_state=True), delay=5) >> at(5.1)
    assert book << exactly(5.000001, SendAdvert(255)) << AddAddresses << announces(5)


def test_s66_a_frozen_backup_reads_before_it_judges():
    book = Playbook(router(priority=100)) >> hears(150) >> asleep_until(10)
    book = book >> hears(150, arrived=9.9) >> ticks >> at(10.5)
    assert book.router.state is State.BACKUP


def test_s66_a_thawed_backup_hears_one_interval_before_it_judges():
    book = Playbook(router(priority=100)) >> hears(150) >> asleep_until(10) >> ticks >> at(10.9)
    assert book.router.state is State.BACKUP
    assert book.router.counters.late_wakeups == 1
    assert book >> at(11) << exactly(11, SendAdvert(100)) << AddAddresses << announces(5)


def test_s66_grace_is_given_once():
    book = Playbook(router(priority=100)) >> hears(150) >> asleep_until(10) >> ticks >> asleep_until(20) >> ticks
    assert book << SendAdvert(100) << AddAddresses << announces(5)


def test_s66_without_late_grace_silence_counts_at_once():
    book = Playbook(router(priority=100, late_grace=False)) >> hears(150) >> asleep_until(10) >> ticks
    assert book << SendAdvert(100) << AddAddresses << announces(5)


def test_s67_a_master_that_overslept_listens_before_it_speaks():
    book = running_master() >> asleep_until(13.5) >> ticks >> at(13.62)
    assert book >> at(13.625) << exactly(13.625, SendAdvert(150)) << announces(5)


def test_s67_a_master_that_overslept_yields_to_a_better_one():
    book = running_master() >> asleep_until(13.5) >> ticks >> at(13.6) >> hears(200)
    assert book << CancelAnnouncing << RemoveAddresses << becomes("BACKUP") >> at(16)


def test_s67_a_master_that_overslept_corrects_a_lower_one_and_announces():
    quiet = Announcing(delay=0, lower_prio_repeat=0)
    book = running_master(announcing=quiet) >> asleep_until(13.5) >> hears(100)
    assert book << exactly(13.5, SendAdvert(150)) << announces(5)


@pytest.mark.parametrize("step", [ticks, hears(100)])
def test_s67_nopreempt_does_not_come_back_from_a_long_sleep(step):
    book = running_master(preempt=False) >> asleep_until(13.5) >> step
    assert book << CancelAnnouncing << RemoveAddresses << becomes("BACKUP", "did not run for 9.086 s") >> at(16.4)


def test_s68_a_short_stall_is_counted_and_does_not_shift_the_beat():
    subject = router(version=3, priority=150, advert_interval=50_000)
    book = Playbook(subject) >> at(1)
    book.forget()
    due = book.router.deadline
    book = book >> asleep_until(due / SECOND + 0.1) >> ticks << SendAdvert(150)
    assert book.router.counters.late_wakeups == 1
    assert book.router.counters.latest_wakeup == 100_000
    assert book.router.deadline <= due + 150_000


def test_s69_reload_with_another_priority_and_interval():
    book = running_master(version=3) >> reloads(priority=120, advert_interval=us(0.5)) << SendAdvert(120)
    assert book >> at(4.1) << exactly(4.0, SendAdvert(120))


def test_s69_reload_with_other_addresses():
    more, less = vip("10.9.0.101"), VIP
    book = running_master() >> reloads(vips=(more,))
    assert book << SendAdvert(150) << RemoveAddresses((less,)) << AddAddresses((more,)) << announces(5, (more,))


def test_s69_an_equal_configuration_changes_nothing_at_all():
    book = running_master()
    deadline = book.router.deadline
    assert book >> reloads()
    assert book.router.deadline == deadline


def test_s74_timer_expired_backup():
    book = running_master(preempt=False, timer_expired_backup=150) >> asleep_until(6.95) >> ticks
    assert book << CancelAnnouncing << RemoveAddresses << becomes("BACKUP", "did not run for")


def test_s74_a_shorter_sleep_is_no_reason():
    book = running_master(preempt=False, timer_expired_backup=150) >> asleep_until(6.7) >> ticks
    assert book << SendAdvert(150)


def test_s37_unicast_adverts_go_to_every_peer_each_with_its_own_checksum():
    peers = tuple(UnicastPeer(address=Address.parse(text)) for text in ("192.0.2.2", "192.0.2.3"))
    subject = router(
        version=3, group=None, unicast_peers=peers, source=Address.parse("192.0.2.1"), vips=(vip("192.0.2.100"),)
    )
    first, second = (packet.encode(out) for out in subject.outgoing(SendAdvert(100)))
    assert first.hex() == "3133640100642382c0000264"
    assert first[6:8] != second[6:8]


def test_s37_leaving_fault_refreshes_the_masters_neighbour_entry():
    peers = (UnicastPeer(address=Address.parse("10.9.0.2")),)
    book = Playbook(router(group=None, unicast_peers=peers))
    book = book >> does(lambda r, now: r.raise_fault("link", "down", now))
    assert book >> does(lambda r, now: r.clear_fault("link", now)) << becomes("BACKUP") << AnnounceSource


def test_s20_the_password_is_in_the_advert():
    subject = router(
        auth=Authentication(kind="pass", password=b"secret"),
        source=Address.parse("192.0.2.1"),
        vips=(vip("192.0.2.100"),),
    )
    (out,) = subject.outgoing(SendAdvert(100))
    assert packet.encode(out).hex() == "2133640101017b19c00002647365637265740000"


def test_resume_carries_a_living_mastership_on():
    subject = router(priority=150)
    slot = page.Slot(page.MASTER, us(10), SECOND)
    book = Playbook(subject, start=13, silent=True) >> does(lambda r, now: r.resume(now, slot))
    assert book << SendAdvert(150) << AddAddresses((VIP,)) << becomes("MASTER", "carries on") >> at(13.9)
    assert book >> at(14) << exactly(14, SendAdvert(150))


@pytest.mark.parametrize("state", [page.MASTER, page.BACKUP])
def test_resume_too_late_takes_the_addresses_off_first(state):
    slot = page.Slot(state, us(10), 2 * SECOND)
    book = Playbook(router(version=3, priority=150), start=13.01, silent=True)
    book = book >> does(lambda r, now: r.resume(now, slot))
    assert book << RemoveAddresses((VIP,), forced=True) << becomes("BACKUP")
    assert book.router.master_interval == 2 * SECOND


def disputed_owner():
    """An owner that for six seconds heard another one, with a lower address, that did not yield."""
    book = running_master(priority=255, owner_state=True)
    for beat in range(6):
        book = book >> at(4 + beat)
        book.forget()
        book = book >> hears(255, source="10.9.0.0")
        book.forget()
    return book


def vip(text, prefix=24, **fields):
    return VirtualAddress(address=Address.parse(text), prefix=prefix, dev="eth0", **fields)
