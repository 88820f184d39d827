from __future__ import annotations

import errno

import pytest

from standfast.events import Remark
from standfast.vrrp.actions import AddAddresses, Announce, CancelAnnouncing, Left, RemoveAddresses, Tell
from standfast.vrrp.effects import PIECE, RETRY_AFTER, RETRY_EVERY, Effects
from standfast.vrrp.rules import State


@pytest.fixture
def gone() -> list:
    return []


@pytest.fixture
def claims() -> set:
    return set()


@pytest.fixture
def effects(holdings, announcements, told, gone, claims) -> Effects:
    return Effects(holdings, announcements, told.append, gone.append, lambda address, _instance: address in claims)


def drain(effects: Effects, now: int = 0) -> int:
    steps = 0
    while effects:
        effects.step(now)
        steps += 1
    return steps


def remark(words: str) -> Tell:
    return Tell(Remark(at=0, level="info", event="test", words=words))


def test_one_instances_actions_keep_their_order(effects, make_instance, kernel, told, gone):
    instance = make_instance()
    vips = instance.config.vips
    for action in (AddAddresses(vips), Announce(vips), remark("master"), RemoveAddresses(vips), Left()):
        effects.put(instance, action)
    effects.put(instance, remark("after"))
    effects.step(0)
    assert kernel.calls == []  # the removal that follows made the addition needless
    drain(effects)
    assert [event.words for event in told] == ["master", "after"]
    assert gone == [instance]


def test_a_thousand_addresses_go_in_pieces(effects, make_instance, kernel):
    instance = make_instance(*(f"10.9.{n // 250}.{n % 250 + 1}/32" for n in range(1000)))
    effects.put(instance, AddAddresses(instance.config.vips))
    assert drain(effects) == 16
    assert [len(addresses) for _, addresses in kernel.calls] == [PIECE] * 15 + [40]
    assert [a for _, batch in kernel.calls for a in batch] == [str(v.address) for v in instance.config.vips]


def test_the_first_address_of_a_network_is_the_last_to_go(effects, make_instance, kernel):
    instance = make_instance(*(f"10.9.{n // 250}.{n % 250 + 1}/16" for n in range(200)))
    vips = instance.config.vips
    for action in (AddAddresses(vips), RemoveAddresses(vips)):
        effects.put(instance, action)
        drain(effects)
    gone = [address for kind, batch in kernel.calls if kind == "delete" for address in batch]
    assert (len(gone), gone[-1]) == (200, "10.9.0.1")


def test_a_piece_of_several_instances_ends_with_the_first_address_too(effects, make_instance, kernel):
    instances = [make_instance(f"10.9.7.{n}/24", name=f"V{n}", vrid=n) for n in range(1, 51)]
    for kind in (AddAddresses, RemoveAddresses):
        for instance in instances:
            effects.put(instance, kind(instance.config.vips))
        drain(effects)
    assert [(kind, batch[-1]) for kind, batch in kernel.calls] == [("add", "10.9.7.50"), ("delete", "10.9.7.1")]


def test_announcements_of_several_instances_leave_together(effects, make_instance, wire):
    instances = [make_instance(f"10.9.7.{n}/24", name=f"V{n}", vrid=n) for n in range(1, 101)]
    for instance in instances:
        effects.put(instance, Announce(instance.config.vips))
    drain(effects)
    assert wire.bursts == [64, 36]
    assert {instance.announced for instance in instances} == {1}


def test_neighbours_in_the_queue_share_a_system_call(effects, make_instance, kernel):
    for n in range(1, 101):
        instance = make_instance(f"10.9.1.{n}/32", name=f"V{n}", vrid=n)
        effects.put(instance, AddAddresses(instance.config.vips))
        effects.put(instance, remark(f"{n}"))
    drain(effects)
    assert [len(addresses) for _, addresses in kernel.calls] == [64, 36]


def test_an_address_moves_from_one_instance_to_another_in_order(effects, make_instance, kernel, keeper):
    other, old, new = (make_instance(name=name) for name in ("other", "old", "new"))
    vips = old.config.vips
    keeper.add(vips)
    effects.put(other, AddAddresses(make_instance("10.9.0.50/24").config.vips))
    effects.put(old, RemoveAddresses(vips))
    effects.put(new, AddAddresses(vips))
    drain(effects)
    assert keeper.present(vips[0])


def test_what_another_instance_holds_is_not_taken_off(effects, make_instance, keeper, claims):
    instance = make_instance()
    keeper.add(instance.config.vips)
    claims.update(instance.config.vips)
    effects.put(instance, RemoveAddresses(instance.config.vips, forced=True))
    drain(effects)
    assert keeper.present(instance.config.vips[0])


def test_cancelled_announcements_are_not_sent(effects, make_instance, wire):
    instance = make_instance()
    for _ in range(5):
        effects.put(instance, Announce(instance.config.vips))
    effects.put(instance, CancelAnnouncing())
    drain(effects)
    assert wire.sent == []


def test_a_refused_addition_is_tried_once_more(effects, make_instance, kernel, keeper, told):
    instance = make_instance()
    instance.router.state = State.MASTER
    kernel.refuse["10.9.0.100"] = errno.ENOBUFS
    effects.put(instance, AddAddresses(instance.config.vips))
    drain(effects, now=1000)
    assert instance.add_failures == 1
    assert effects.retry_at == 1000 + RETRY_AFTER
    kernel.refuse.clear()
    effects.retry(1000 + RETRY_AFTER - 1)
    assert not keeper.present(instance.config.vips[0])
    effects.retry(1000 + RETRY_AFTER)
    assert keeper.present(instance.config.vips[0])
    assert effects.retry_at is None
    assert [event.event for event in told] == ["vrrp.address_error"]


def test_what_stands_in_the_way_for_long_does_not_keep_an_address_off_for_good(
    effects, make_instance, kernel, keeper, told, wire
):
    instance = make_instance()
    instance.router.state = State.MASTER
    kernel.refuse["10.9.0.100"] = errno.EACCES
    effects.put(instance, AddAddresses(instance.config.vips))
    drain(effects)
    effects.retry(RETRY_AFTER)
    assert told[-1].words.endswith("trying every 5 s")
    effects.retry(RETRY_AFTER + RETRY_EVERY)
    assert len(told) == 2  # said once, not every time
    kernel.refuse.clear()
    effects.retry(RETRY_AFTER + 2 * RETRY_EVERY)
    drain(effects)
    assert keeper.present(instance.config.vips[0])
    assert len(wire.sent) == 1
    assert (told[-1].level, told[-1].words) == ("info", "10.9.0.100/24 on eth0 is there at last")
    assert effects.retry_at is None


def test_refused_again_meanwhile_it_is_tried_once_not_twice(effects, make_instance, kernel):
    instance = make_instance()
    instance.router.state = State.MASTER
    kernel.refuse["10.9.0.100"] = errno.ENOBUFS
    for now in (0, RETRY_AFTER // 2):
        effects.put(instance, AddAddresses(instance.config.vips))
        drain(effects, now)
    calls = len(kernel.calls)
    effects.retry(RETRY_AFTER)
    assert len(kernel.calls) == calls
    effects.retry(RETRY_AFTER + RETRY_AFTER // 2)
    assert len(kernel.calls) == calls + 1


def test_a_backup_wants_no_second_try(effects, make_instance, kernel, keeper):
    instance = make_instance()
    kernel.refuse["10.9.0.100"] = errno.ENOBUFS
    effects.put(instance, AddAddresses(instance.config.vips))
    drain(effects)
    kernel.refuse.clear()
    instance.router.state = State.BACKUP
    effects.retry(RETRY_AFTER)
    assert not keeper.present(instance.config.vips[0])


def test_all_rounds_of_a_burst_leave(effects, make_instance, wire):
    instance = make_instance("10.9.0.100/24", "10.9.0.101/24")
    for _ in range(5):
        effects.put(instance, Announce(instance.config.vips))
    drain(effects)
    assert len(wire.sent) == 10
    assert wire.sent[0] != wire.sent[1]
    assert wire.sent[:2] == wire.sent[2:4]
