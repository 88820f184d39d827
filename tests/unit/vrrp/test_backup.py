"""What the scenarios leave out about BACKUP."""

from __future__ import annotations

from standfast.testing.playbook import OTHER_SOURCE, Playbook, asleep_until, at, does, hears, router, ticks, us
from standfast.values import SECOND
from standfast.vrrp.machine import Peer
from standfast.vrrp.packet import BadAdvert
from standfast.vrrp.rules import State


def test_a_discarded_advert_does_not_extend_the_down_timer():
    book = Playbook(router(priority=150)) >> at(1)
    before = book.router.deadline
    book = book >> hears(100)
    assert book.router.deadline == before
    assert book.router.master == Peer(OTHER_SOURCE, 100)


def test_timers_count_from_the_arrival_not_from_the_reading():
    book = Playbook(router(priority=100)) >> asleep_until(2) >> hears(150, arrived=1.5)
    assert book.router.deadline == us(1.5) + book.router.down_time


def test_version_2_never_learns_an_interval():
    book = Playbook(router()) >> hears(150, interval=3 * SECOND)
    assert book.router.master_interval == SECOND


def test_priority_0_keeps_the_learned_interval_and_the_masters_rank():
    book = Playbook(router(version=3)) >> hears(150, interval=2 * SECOND) >> hears(0, interval=SECOND)
    assert book.router.master_interval == 2 * SECOND
    assert book.router.master == Peer(OTHER_SOURCE, 150)


def test_a_better_master_ends_the_preempt_delay():
    book = Playbook(router(priority=100, preempt_delay=us(5))) >> hears(50) >> at(1)
    assert book.router.preempt_at == us(5)
    book = book >> hears(100)
    assert book.router.preempt_at is None


def test_a_new_priority_shifts_a_full_down_timer_by_the_difference_of_skews():
    book = Playbook(router(priority=100)) >> hears(200) >> at(1)
    book = book >> does(lambda r, now: r.set_priority(150, now))
    assert book.router.deadline == 3_414_062


def test_no_grace_if_the_network_was_heard_just_now():
    book = Playbook(router(priority=150)) >> asleep_until(10) >> hears(100) >> ticks
    assert book.router.state is State.MASTER
    book.forget()


def test_old_adverts_from_an_overrun_queue_do_not_cost_the_grace():
    book = Playbook(router(priority=100)) >> hears(150) >> asleep_until(20) >> hears(150, arrived=3) >> ticks
    assert book.router.state is State.BACKUP
    assert book.router.deadline == us(21)


def refuses(book):
    book.router.refused.note(BadAdvert("vers_err", "it is VRRP version 2, ours is 3"), OTHER_SOURCE.packed, book.now)


def test_a_take_over_names_what_was_refused_meanwhile():
    book = Playbook(router(priority=150)) >> at(1) >> refuses >> asleep_until(3.414062) >> ticks
    assert book.router.state is State.MASTER
    assert book.router.cause == (
        "no acceptable advert heard for 3.414 s; last refused from 10.9.0.2: it is VRRP version 2, ours is 3"
    )
    book.forget()


def test_a_take_over_from_a_master_that_is_refused_since():
    book = Playbook(router(priority=100)) >> hears(150) >> at(1) >> refuses >> asleep_until(3.7) >> ticks
    assert book.router.cause.startswith("no acceptable advert from 10.9.0.2 for 3.7 s; last refused from 10.9.0.2: it ")
    book.forget()


def test_what_was_refused_before_the_master_was_last_heard_explains_nothing():
    book = Playbook(router(priority=100)) >> at(1) >> refuses >> at(2) >> hears(150) >> asleep_until(5.7) >> ticks
    assert book.router.cause == "no advert from 10.9.0.2 for 3.7 s"
    book.forget()
