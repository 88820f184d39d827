from __future__ import annotations

import random

from standfast.events import Transition
from standfast.testing.lan import Lan
from standfast.testing.playbook import Playbook, at, becomes, does, hears, instance, reloads, router, us
from standfast.values import Address
from standfast.vrrp.actions import AddAddresses, CancelAnnouncing, RemoveAddresses, SendAdvert, Tell
from standfast.vrrp.orders import Order
from standfast.vrrp.router import Router
from standfast.vrrp.rules import State


def yields(*, force: bool = False, until: float | None = None):
    end = None if until is None else us(until)
    return does(lambda subject, now: subject.give_way(Order("yield", now, end), now, force=force))


def master() -> Playbook:
    book = Playbook(router(priority=150)) >> at(10)
    book.forget()
    return book


def test_it_keeps_its_addresses_until_the_successor_speaks():
    assert (
        master()
        >> yields()
        << SendAdvert(0)
        << CancelAnnouncing
        << becomes("LEAVING")
        >> at(10.5)
        >> hears(100)
        << RemoveAddresses
        << becomes("BACKUP", "yielded to 10.9.0.2 as ordered")
    )


def test_if_nobody_comes_everything_is_as_before():
    book = master() >> yields()
    book.forget()
    book = book >> at(12)
    states = [event.new for event in transitions(book)]
    assert states[-1] == "MASTER"
    assert book.router.order is None
    assert RemoveAddresses not in {type(action) for _, action in book.history[-20:]}
    book.forget()


def transitions(book):
    told = [action.event for _, action in book.history if isinstance(action, Tell)]
    return [event for event in told if isinstance(event, Transition)]


def test_by_force_it_steps_back_all_the_same_and_stays_away():
    book = master() >> yields(force=True)
    book.forget()
    book = book >> at(12)
    book.forget()
    assert book.router.state is State.BACKUP
    book = book >> at(60)  # nobody speaks, and it does not take over
    assert book.router.state is State.BACKUP
    assert book.router.deadline is not None


def test_its_time_is_over_by_itself():
    book = master() >> yields(force=True, until=30)
    book.forget()
    book = book >> at(30)
    book.forget()
    assert book.router.order is None
    book = book >> at(33) >> at(34)
    assert book.router.state is State.MASTER
    book.forget()


def test_resuming_begins_with_a_whole_down_timer():
    book = master() >> yields(force=True)
    book.forget()
    book = book >> at(20)
    book.forget()
    book = book >> does(lambda subject, now: subject.resume_part(now)) >> at(23)
    assert book.router.state is State.BACKUP
    book = book >> at(24) << SendAdvert(150) << AddAddresses
    book.forget()


def test_one_in_fault_stays_away_after_its_recovery():
    book = Playbook(router(priority=150)) >> does(lambda subject, now: subject.raise_fault("x", "broken", now))
    book = book >> yields() >> at(5) >> does(lambda subject, now: subject.clear_fault("x", now)) >> at(60)
    assert book.router.state is State.BACKUP


def test_a_fault_while_it_gives_way_ends_in_fault():
    book = master() >> yields()
    book.forget()
    book = book >> does(lambda subject, now: subject.raise_fault("x", "broken", now)) >> at(12) << RemoveAddresses
    assert book.router.state is State.FAULT
    book.forget()


def test_a_stop_while_it_gives_way_is_a_stop():
    book = master() >> yields()
    book.forget()
    book = book >> does(lambda subject, now: subject.stop(now))
    book.forget()
    assert book.router.state is State.INIT


def test_it_survives_a_reload():
    book = master() >> yields(force=True)
    book.forget()
    book = book >> at(12)
    book.forget()
    book = book >> reloads(priority=200) >> at(60)
    assert book.router.state is State.BACKUP
    assert book.router.order is not None


def test_a_reload_in_between_finds_a_master():
    book = master() >> yields()
    book.forget()
    book = book >> reloads(priority=200)
    book.forget()
    assert book.router.state is State.MASTER


def test_held_it_preempts_nobody_but_takes_over_from_the_silent():
    book = Playbook(router(priority=150)) >> does(lambda subject, now: subject.hold(Order("hold", now)))
    for second in range(1, 10):
        book = book >> at(second) >> hears(100)
    assert book.router.state is State.BACKUP
    book = book >> at(13)
    assert book.router.state is State.MASTER
    book.forget()


def test_two_machines_swap_and_swap_back():
    lan = Lan(random.Random(1))
    first = lan.add(instance(version=3, priority=150), Address.parse("10.9.0.1"))
    second = lan.add(instance(version=3, priority=100), Address.parse("10.9.0.2"))
    for host in (first, second):
        host.act(Router.start)
    lan.run(us(5))
    first.act(lambda subject, now: subject.give_way(Order("yield", now), now))
    lan.run(us(10))
    assert lan.masters == [second]
    assert not first.installed
    first.act(lambda subject, now: subject.resume_part(now))
    lan.run(us(15))
    assert lan.masters == [first]
    assert not second.installed
