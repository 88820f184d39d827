from __future__ import annotations

import pytest

from standfast.contract.providing import Cadence
from standfast.health.provision import Provision
from standfast.values import SECOND


def provision(jitter: float = 0.5) -> Provision:
    return Provision(Cadence(), lambda: jitter)


def test_claim_look_and_look_again():
    one = provision()
    assert (one.due, one.state) == (None, "idle")
    assert one.follow(master=True, now=0) is False
    assert (one.step, one.due, one.state) == ("claim", 0, "claiming")
    one.claimed(0)
    assert (one.step, one.due) == ("verify", 2 * SECOND)
    one.verified(True, 2 * SECOND)
    assert (one.step, one.due, one.state) == ("verify", 32 * SECOND, "held")


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 24), (1.0, 36)])
def test_looks_are_spread(jitter, seconds):
    one = provision(jitter)
    one.follow(master=True, now=0)
    one.verified(True, 0)
    assert one.due == seconds * SECOND


def test_what_is_somewhere_else_is_claimed_at_once_and_then_with_patience():
    one = provision(0.0)
    one.follow(master=True, now=0)
    pauses = []
    for _ in range(5):
        one.verified(False, 0)
        assert (one.step, one.due, one.state) == ("claim", 0, "contested")
        one.claimed(0)
        pauses.append(one.due // SECOND)
    assert pauses == [2, 2, 4, 8, 16]
    one.verified(True, 0)
    assert one.state == "held"


def test_who_cannot_look_claims_again():
    one = provision()
    one.follow(master=True, now=0)
    one.claimed(0)
    one.verified(None, 0)
    assert (one.step, one.state, one.due) == ("claim", "held", 30 * SECOND)


def test_errors_are_soft_and_pauses_grow():
    one = provision(0.0)
    one.follow(master=True, now=0)
    pauses = []
    for _ in range(8):
        one.failed("500", 0)
        pauses.append(one.due // SECOND)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (one.step, one.state, one.last_error) == ("claim", "failing", "500")
    one.failed("429", 0, retry_after=10**12)
    assert one.due == 60 * SECOND
    one.claimed(0)
    assert (one.failures, one.last_error) == (0, "")


def test_another_master_makes_it_claim_at_once():
    one = provision()
    one.urge(5)
    assert one.due is None
    one.follow(master=True, now=0)
    one.verified(True, 0)
    one.urge(7)
    assert (one.step, one.due) == ("claim", 7)


def test_who_is_no_master_any_more_does_nothing():
    one = provision()
    one.follow(master=True, now=0)
    assert one.follow(master=True, now=1) is False
    assert one.follow(master=False, now=2) is True
    one.claimed(3)  # an answer that came too late
    assert (one.due, one.state) == (None, "idle")
