"""LEAVING: the address stays until the successor speaks."""

from __future__ import annotations

import pytest

from standfast.testing.playbook import VIP, Playbook, at, becomes, does, exactly, hears, router, us
from standfast.vrrp.actions import CancelAnnouncing, Left, RemoveAddresses, SendAdvert
from standfast.vrrp.rules import State


def leaving(**settings):
    book = Playbook(router(priority=150, **settings)) >> at(4)
    book.forget()
    return book >> does(lambda r, now: r.stop(now)) << SendAdvert(0) << CancelAnnouncing << becomes("LEAVING")


def test_nobody_comes():
    book = leaving() >> at(60) << exactly(5.046093, RemoveAddresses((VIP,)))
    assert book << becomes("STOP", "stopped; nobody has taken over") << Left
    assert book.router.deadline is None


def test_it_answers_nothing_and_counts_nothing_but_a_successor():
    assert leaving() >> hears(0) >> at(4.5)
    assert leaving() >> hears(1) << RemoveAddresses << becomes("STOP") << Left >> at(60) >> hears(100)


@pytest.mark.parametrize(("interval", "end"), [(100_000, 149_609), (1_000_000, 1_046_093), (40_000_000, 2_000_000)])
def test_version_3_waits_by_its_interval_and_never_longer_than_told(interval, end):
    subject = router(version=3, priority=255, owner_state=True, advert_interval=interval)
    book = Playbook(subject) >> at(1)
    book.forget()
    book = book >> does(lambda r, now: r.stop(now))
    book.forget()
    assert book.router.deadline == us(1) + end


@pytest.mark.parametrize("how", ["told", "configured", "nothing to hold"])
def test_leaving_at_once(how):
    settings = {"configured": {"stop_hold": 0}, "nothing to hold": {"vips": ()}}.get(how, {})
    book = Playbook(router(priority=150, **settings)) >> at(4)
    book.forget()
    book = book >> does(lambda r, now: r.stop(now, hold=how != "told")) << SendAdvert(0) << CancelAnnouncing
    if how != "nothing to hold":
        book = book << RemoveAddresses((VIP,))
    assert book << becomes("STOP", "stopped") << Left


def test_a_second_thought_ends_leaving_at_once():
    book = leaving() >> does(lambda r, now: r.stop(now, hold=False))
    assert book << RemoveAddresses((VIP,)) << becomes("STOP") << Left


def test_removed_by_a_reload():
    book = Playbook(router()) >> does(lambda r, now: r.stop(now, removed=True))
    assert book << becomes("DELETED", "removed from the configuration") << Left


@pytest.mark.parametrize("prepare", ["backup", "fault", "init"])
def test_t17_others_leave_without_a_word(prepare):
    book = Playbook(router(), silent=prepare == "init")
    if prepare == "fault":
        book = book >> does(lambda r, now: r.raise_fault("x", "broken", now))
    assert book >> does(lambda r, now: r.stop(now)) << becomes("STOP") << Left
    assert book.router.state is State.INIT


def test_faults_and_lost_addresses_do_not_disturb_leaving():
    book = leaving() >> does(lambda r, now: r.raise_fault("link", "eth0 is down", now))
    book = book >> does(lambda r, now: r.address_lost(VIP, now))
    assert book >> at(60) << exactly(5.046093, RemoveAddresses) << Left
