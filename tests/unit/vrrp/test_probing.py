from __future__ import annotations

import pytest

from standfast.testing.playbook import VIP, Playbook, at, does, hears, router, us
from standfast.vrrp.actions import AddAddresses, Announce, ProbeAddresses, SendAdvert
from standfast.vrrp.rules import State

MAC = bytes.fromhex("020000000001")
WAIT = 100_000


def backup(**settings) -> Playbook:
    book = Playbook(router(probe=WAIT, **settings)) >> hears(150)
    book.forget()
    return book


def answers(book: Playbook) -> None:
    book.router.address_answered(VIP.address, MAC)


def kinds(book: Playbook) -> list[type]:
    return [type(action) for _, action in book.history]


def test_silence_is_doubted_first():
    book = backup() >> at(3.7)
    book = book << ProbeAddresses((VIP,), us(3.609375) + WAIT)
    assert book
    assert book.router.state is State.BACKUP
    book = book >> at(3.72)
    assert book.router.state is State.MASTER
    assert book.adverts == [(3.709375, 100)]
    book.forget()


def test_while_somebody_answers_it_stays_backup_and_asks_again():
    book = backup() >> at(3.65)
    book.forget()
    book = book >> answers >> at(7.2)
    assert book
    assert (book.router.state, book.adverts) == (State.BACKUP, [])
    assert "vrrp.address_answers" in book.remarks
    book = book >> at(7.4)
    book = book << ProbeAddresses
    book = book >> at(8)
    assert book.router.state is State.MASTER
    book.forget()


def test_an_advert_meanwhile_ends_the_question():
    book = backup() >> at(3.65)
    book.forget()
    book = book >> answers >> hears(150) >> at(7)
    assert book.router.probe is None
    book.forget()
    assert not {SendAdvert, AddAddresses, Announce} & set(kinds(book))


def test_another_address_is_no_answer():
    book = backup() >> at(3.65)
    book.forget()
    book.router.address_answered(type(VIP.address).parse("10.9.0.7"), MAC)
    book = book >> at(3.72)
    assert book.router.state is State.MASTER
    book.forget()


def test_an_answer_without_a_question_is_no_news():
    book = backup() >> answers
    assert book.router.probe is None


@pytest.mark.parametrize("heard", [0, 50])
def test_farewells_and_weaker_masters_are_not_doubted(heard):
    book = backup() >> hears(heard) >> at(4)
    assert ProbeAddresses not in kinds(book)
    assert book.router.state is State.MASTER
    book.forget()


def test_off_by_default():
    book = Playbook(router()) >> hears(150) >> at(4)
    assert ProbeAddresses not in kinds(book)
    book.forget()


def test_a_question_does_not_outlive_the_state():
    book = backup() >> at(3.65)
    book.forget()
    book = (
        book
        >> does(lambda router, now: router.raise_fault("x", "x", now))
        >> does(lambda router, now: router.clear_fault("x", now))
    )
    assert book.router.probe is None
    book.forget()
