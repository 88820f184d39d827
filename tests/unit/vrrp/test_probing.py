from __future__ import annotations

import pytest

from standfast.config.tracking_model import Evidence
from standfast.testing.playbook import VIP, Playbook, at, does, hears, router, us
from standfast.vrrp.actions import AddAddresses, Announce, AskChecks, ProbeAddresses, SendAdvert
from standfast.vrrp.orders import Order
from standfast.vrrp.probing import Look
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


# Checks

GATEWAY = Evidence(name="gateway", within=500_000)
ELSEWHERE = Evidence(name="elsewhere", reverse=True, within=300_000)


def asking(*evidence: Evidence, **settings) -> Playbook:
    """A backup whose master has been silent for 3.609 s: the question is out."""
    book = Playbook(router(evidence=evidence, **settings)) >> hears(150) >> at(3.61)
    assert AskChecks(tuple(each.name for each in evidence)) in [action for _, action in book.history]
    assert book.router.state is State.BACKUP
    book.forget()
    return book


def looked(name: str, saw: bool | None, words: str = "", *, ago: int = 0):
    return does(lambda router, now: router.check_looked(Look(name, saw, words, now - ago), now))


def test_a_good_answer_is_acted_on_at_once():
    book = asking(GATEWAY) >> at(3.65) >> looked("gateway", True) >> at(3.651)
    assert book.router.state is State.MASTER
    assert book.adverts == [(3.65, 100)]
    book.forget()


def test_one_that_objects_is_told_and_asked_again_after_each_down_timer():
    book = asking(GATEWAY) >> at(3.65) >> looked("gateway", False, "no answer") >> at(3.66)
    assert book.router.state is State.BACKUP
    assert "vrrp.check_objects" in book.remarks
    assert book.router.held_back == ("check gateway is bad (no answer)", us(3.65))
    book.forget()
    book = book >> at(7.3)
    book = book << AskChecks(("gateway",))
    assert book
    book = book >> at(7.31) >> looked("gateway", False, "no answer") >> at(7.32)
    assert book.router.held_back.since == us(3.65), "since the first objection"
    book = book >> at(11)
    book = book << AskChecks(("gateway",))
    book = book >> looked("gateway", True) >> at(11.01)
    assert book.router.state is State.MASTER
    assert book.router.held_back is None
    book.forget()


def test_reverse_one_that_still_answers_objects():
    book = asking(ELSEWHERE) >> at(3.65) >> looked("elsewhere", True) >> at(3.66)
    assert book.router.state is State.BACKUP
    assert book.router.held_back.words == "check elsewhere is good"
    book.forget()
    book = asking(ELSEWHERE) >> at(3.65) >> looked("elsewhere", False, "refused") >> at(3.66)
    assert book.router.state is State.MASTER
    book.forget()


def test_all_of_them_are_waited_for_and_one_objection_is_enough():
    book = asking(GATEWAY, ELSEWHERE) >> at(3.65) >> looked("gateway", True) >> at(3.7)
    assert book.router.state is State.BACKUP
    book = book >> looked("elsewhere", True) >> at(3.71)
    assert book.router.held_back.words == "check elsewhere is good"
    book.forget()


def test_silence_keeps_nobody_from_taking_over_and_is_told():
    book = asking(GATEWAY, ELSEWHERE) >> at(4.1)
    assert book.router.state is State.BACKUP
    book = book >> at(4.12)
    assert book.router.state is State.MASTER
    assert book.adverts == [(4.109375, 100)], "the longest `within`, and no longer"
    assert book.remarks.count("vrrp.check_silent") == 2
    book.forget()


def test_silence_keeps_it_if_the_configuration_says_so():
    strict = Evidence(name="gateway", within=500_000, silence_holds=True)
    book = asking(strict) >> at(4.2)
    assert book.router.state is State.BACKUP
    assert "has not answered within 0.5 s (`on_silence fail`)" in book.router.held_back.words
    book.forget()


@pytest.mark.parametrize(
    "look", [looked("gateway", True, ago=100_000), looked("gateway", None), looked("other", False)]
)
def test_what_was_seen_before_what_says_nothing_and_what_nobody_asked_for_is_no_answer(look):
    book = asking(GATEWAY) >> at(3.65) >> look >> at(3.66)
    assert book.router.state is State.BACKUP
    assert book.router.held_back is None
    book = book >> at(4.12)
    assert book.router.state is State.MASTER
    book.forget()


def test_the_network_is_listened_to_as_long_as_it_takes_beside_checks():
    book = asking(GATEWAY, probe=200_000) >> at(3.65) >> looked("gateway", True) >> at(3.7)
    assert book.router.state is State.BACKUP
    answers(book)
    book = book >> at(4)
    assert "is answered by" in book.router.held_back.words
    book.forget()


@pytest.mark.parametrize("heard", [0, 50])
def test_checks_are_not_asked_about_farewells_and_weaker_masters(heard):
    book = Playbook(router(evidence=(GATEWAY,))) >> hears(150) >> hears(heard) >> at(4)
    assert AskChecks not in kinds(book)
    assert book.router.state is State.MASTER
    book.forget()


def test_a_master_that_is_heard_again_ends_what_held_it_back():
    book = asking(GATEWAY) >> at(3.65) >> looked("gateway", False) >> at(3.7) >> hears(150)
    assert (book.router.held_back, book.router.probe) == (None, None)
    book.forget()


# People, and sync groups


def test_a_question_does_not_outlive_an_order_to_yield():
    book = asking(GATEWAY) >> at(3.65)
    book = book >> does(lambda router, now: router.give_way(Order("yield", now), now)) >> at(30)
    assert book.router.probe is None
    book = book >> does(lambda router, now: router.resume_part(now))
    book.forget()
    book = book >> at(33.7)
    book = book << AskChecks(("gateway",))
    assert book.router.state is State.BACKUP
    book.forget()


def test_an_objection_takes_the_vote_back_in_a_sync_group():
    made = router(evidence=(GATEWAY,))
    made.grouped = True
    book = Playbook(made) >> hears(150) >> at(3.61)
    book.forget()
    book = book >> at(3.65) >> looked("gateway", True) >> at(3.66)
    assert book.router.vote is State.MASTER
    book = book >> at(7.27)
    book.forget()
    book = book >> looked("gateway", False) >> at(7.3)
    assert book.router.held_back is not None
    assert book.router.vote is None
    book.forget()
