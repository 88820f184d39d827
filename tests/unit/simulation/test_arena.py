from __future__ import annotations

import pytest
from msgspec import structs

from standfast.config.hmac_model import Hmac, HmacKey
from standfast.config.model import Authentication, UnicastPeer
from standfast.simulation.arena import play, simple, sources
from standfast.simulation.situations import Condition
from standfast.testing.playbook import instance
from standfast.values import SECOND, Address

WELL = Condition(0, "")
ONE, TWO = Address.parse("192.0.2.1"), Address.parse("192.0.2.2")
HIGH, LOW = instance(priority=150), instance(priority=100)


@pytest.mark.parametrize(
    ("conditions", "masters"),
    [
        ((WELL, WELL), (0,)),
        ((Condition(-40, ""), WELL), (0,)),
        ((Condition(-60, ""), WELL), (1,)),
        ((Condition(0, "broken"), WELL), (1,)),
        ((Condition(-60, ""), Condition(0, "broken")), (0,)),
        ((Condition(0, "broken"), Condition(0, "broken")), ()),
    ],
)
def test_who_is_master(conditions, masters):
    outcome = play([HIGH, LOW], conditions)
    assert outcome.masters == masters
    assert outcome.at_first == outcome.afterwards == (0,)


def test_the_order_of_the_machines_does_not_matter():
    assert play([LOW, HIGH], (WELL, WELL)).at_first == (1,)


def test_nopreempt_stays_after_a_take_over():
    outcome = play([structs.replace(HIGH, preempt=False), LOW], (Condition(0, "broken"), WELL))
    assert (outcome.at_first, outcome.masters, outcome.afterwards) == ((0,), (1,), (1,))


def test_equal_priorities_are_tied():
    assert play([HIGH, LOW], (Condition(-50, ""), WELL)).tied
    assert not play([HIGH, LOW], (Condition(0, "x"), WELL)).tied


@pytest.mark.parametrize(
    "change",
    [
        {"vrid": 7},
        {"version": 3},
        {"auth": Authentication(kind="pass", password=b"x")},
        {"group": Address.parse("224.0.0.99")},
        {"group": None, "unicast_peers": (UnicastPeer(address=ONE),), "source": TWO},
    ],
)
def test_machines_that_do_not_hear_each_other_are_both_master(change):
    assert play([HIGH, structs.replace(LOW, **change)], (WELL, WELL)).masters == (0, 1)


def signs(active: int, *keys: HmacKey) -> Hmac:
    return Hmac(keys=keys, active=active, window_s=5)


OLD, NEW, FILE = HmacKey(id=1, secret=b"o" * 32), HmacKey(id=2, secret=b"n" * 32), HmacKey(id=1, file="/key")
AH, OTHER_AH = Authentication(kind="ah", password=b"x"), Authentication(kind="ah", password=b"y")


@pytest.mark.parametrize(
    ("high", "low", "masters"),
    [
        ({"auth": AH}, {"auth": AH}, (0,)),
        ({"auth": AH}, {"auth": OTHER_AH}, (0, 1)),
        ({"hmac": signs(1, OLD)}, {"hmac": signs(1, OLD)}, (0,)),
        ({"hmac": signs(1, OLD, NEW)}, {"hmac": signs(2, OLD, NEW)}, (0,)),
        ({"hmac": signs(1, OLD)}, {"hmac": signs(2, OLD, NEW)}, (0, 1)),
        ({"hmac": signs(1, OLD)}, {"hmac": signs(1, HmacKey(id=1, secret=b"x" * 32))}, (0, 1)),
        ({"hmac": signs(1, OLD)}, {"hmac": signs(1, FILE)}, (0,)),
    ],
)
def test_seals_that_fit_together_are_no_obstacle(high, low, masters):
    assert play([structs.replace(HIGH, **high), structs.replace(LOW, **low)], (WELL, WELL)).masters == masters


def test_unicast_machines_hear_their_peers_alone():
    def unicast(own: Address, *peers: Address, priority: int):
        named = tuple(UnicastPeer(address=peer) for peer in peers)
        return instance(priority=priority, group=None, source=own, unicast_peers=named)

    pair = [unicast(ONE, TWO, priority=150), unicast(TWO, ONE, priority=100)]
    assert play(pair, (WELL, WELL)).masters == (0,)
    three = Address.parse("192.0.2.3")
    assert play([pair[0], unicast(TWO, three, priority=100)], (WELL, WELL)).masters == (0, 1)


def test_a_source_that_is_not_said_is_the_one_that_peers_know():
    first = instance(group=None, unicast_peers=(UnicastPeer(address=TWO),), source=ONE)
    second = instance(group=None, unicast_peers=(UnicastPeer(address=ONE),), source=None)
    assert sources([first, second]) == [ONE, TWO]
    made_up = sources([instance(source=None), instance(source=None)])
    assert len(set(made_up)) == 2


def test_long_waits_are_left_out():
    assert simple(instance(preempt_delay=1000 * SECOND)).preempt_delay == 0
