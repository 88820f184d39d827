"""What the scenarios leave out about MASTER."""

from __future__ import annotations

from standfast.config.model import Announcing
from standfast.testing.playbook import Playbook, asleep_until, at, hears, router, ticks, us
from standfast.values import SECOND
from standfast.vrrp.actions import SendAdvert
from standfast.vrrp.rules import State


def master(**settings):
    book = Playbook(router(**{"priority": 150, "announcing": Announcing(delay=0)} | settings)) >> at(3.5)
    book.forget()
    return book


def test_yielding_learns_the_winners_interval():
    book = master(version=3) >> hears(200, interval=2 * SECOND)
    book.forget()
    assert book.router.master_interval == 2 * SECOND
    assert book.router.deadline == us(3.5) + book.router.down_time


def test_a_little_late_keeps_the_beat_much_too_late_starts_a_new_one():
    book = master() >> asleep_until(4.9) >> ticks << SendAdvert(150)
    assert book.router.deadline == us(5.414062)
    book = book >> asleep_until(6.9) >> ticks << SendAdvert(150)
    assert book.router.deadline == us(7.9)


def test_a_dispute_that_paused_starts_anew():
    book = master(priority=255, owner_state=True)
    for moment in (4, 4.5, 5, 20, 20.5, 21):
        book = book >> at(moment)
        book.forget()
        book = book >> hears(255, source="10.9.0.0")
        book.forget()
    assert book.router.priority == 255
    assert book.router.state is State.MASTER


def test_the_form_of_checksum_follows_whoever_is_accepted():
    book = master(version=3) >> hears(100, checksum="message")
    book.forget()
    assert book.router.form == "message"


def test_while_it_listens_nothing_else_is_due():
    book = master(announcing=Announcing()) >> asleep_until(20) >> ticks
    assert book.router.overslept
    assert book.router.deadline == us(20.125)
