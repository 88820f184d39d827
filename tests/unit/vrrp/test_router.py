"""The router's calls as such; what it does in which situation is told in the scenarios."""

from __future__ import annotations

from standfast.config.model import UnicastPeer
from standfast.supervise import page
from standfast.testing.playbook import (
    OWN_SOURCE,
    VIP,
    Playbook,
    at,
    becomes,
    does,
    hears,
    instance,
    remarks,
    router,
    us,
)
from standfast.values import SECOND, Address
from standfast.vrrp.actions import RemoveAddresses, SendAdvert
from standfast.vrrp.router import CONFIGURATION, NO_SOURCE, Router
from standfast.vrrp.rules import State


def start(subject, now):
    return subject.start(now)


def test_a_new_router_waits_for_nothing():
    subject = router()
    assert (subject.state, subject.deadline, subject.tick(10**9)) == (State.INIT, None, ())


def test_ticking_early_does_nothing():
    subject = Playbook(router()).router
    assert subject.tick(subject.deadline - 1) == ()


def test_without_a_source_it_starts_in_fault():
    book = Playbook(Router(instance()), silent=True) >> does(start)
    assert book << RemoveAddresses << becomes("FAULT", "eth0 lacks an IPv4 address to send from")
    assert NO_SOURCE in book.router.faults
    assert book.router.outgoing(SendAdvert(100)) == ()
    assert book >> does(lambda r, now: r.set_source(OWN_SOURCE, now)) << becomes("BACKUP")


def test_a_configured_source_is_used_whether_it_exists_or_not():
    subject = Router(instance(source=OWN_SOURCE))
    assert subject.set_source(None, 0) == ()
    assert subject.source == OWN_SOURCE


def test_s52_a_tracked_source_must_exist():
    book = Playbook(Router(instance(source=OWN_SOURCE, track_source=True)), silent=True) >> does(start)
    assert book << RemoveAddresses << becomes("FAULT", "eth0 lacks 10.9.0.1")


def test_a_configuration_that_can_never_run_says_so():
    subject = router(permanent_fault="eth0 has no multicast")
    assert Playbook(subject, silent=True) >> does(start) << RemoveAddresses << becomes("FAULT", "no multicast")
    assert CONFIGURATION in subject.faults


def test_a_fault_keeps_its_beginning_and_the_latest_words():
    subject = Playbook(router()).router
    subject.raise_fault("script", "exit 1", 10)
    subject.raise_fault("script", "exit 2", 20)
    assert subject.faults["script"] == ("exit 2", 10, False)
    assert subject.clear_fault("nobody", 30) == ()
    assert subject.state is State.FAULT


def test_priorities_are_bounded_and_owners_immune():
    subject = router()
    subject.set_priority(300, 0)
    assert subject.priority == 254
    subject.set_priority(-5, 0)
    assert subject.priority == 1
    owner = router(priority=255)
    owner.set_priority(10, 0)
    assert owner.priority == 255


def test_what_a_successor_needs():
    book = Playbook(router(version=3)) >> hears(200, interval=2 * SECOND)
    assert book.router.slot() == page.Slot(page.BACKUP, 0, 2 * SECOND)
    book = book >> at(8)
    book.forget()
    assert book.router.slot() == page.Slot(page.MASTER, book.router.last_advert_sent, SECOND)


def test_somebody_else_put_our_address_here():
    book = Playbook(router()) >> does(lambda r, now: r.address_appeared(VIP, now))
    assert book << RemoveAddresses((VIP,), forced=True) << remarks("vrrp.address_appeared")


def test_a_fault_during_the_startup_delay_does_not_shorten_it():
    book = Playbook(router(priority=150), delay=10) >> does(lambda r, now: r.raise_fault("x", "broken", now))
    book = book >> at(2) >> does(lambda r, now: r.clear_fault("x", now))
    assert book.router.deadline == us(10) + 3_414_062


def test_unicast_ttl():
    peers = (UnicastPeer(address=Address.parse("10.9.0.2")),)
    (out,) = router(group=None, unicast_peers=peers, unicast_ttl=7).outgoing(SendAdvert(100))
    assert (out.ttl, out.destination) == (7, peers[0].address)


def test_counters_tell_the_story():
    book = Playbook(router(priority=150)) >> at(5)
    book.forget()
    book = book >> does(lambda r, now: r.stop(now))
    book.forget()
    counters = book.router.counters
    assert (counters.become_master, counters.release_master) == (1, 1)
    assert (counters.advert_sent, counters.pri_zero_sent) == (3, 1)
