from __future__ import annotations

import pytest

from standfast.testing.playbook import (
    VIP,
    Playbook,
    announces,
    asleep_until,
    at,
    becomes,
    exactly,
    hears,
    remarks,
    router,
    ticks,
)
from standfast.vrrp.actions import AddAddresses, SendAdvert


def test_a_transcript_that_holds():
    book = Playbook(router(priority=100)) >> at(3.61)
    assert book << exactly(3.609375, SendAdvert(100)) << AddAddresses << announces(5, (VIP,)) << becomes("MASTER")
    assert book.adverts == [(3.609375, 100)]


def test_what_is_not_accounted_for_fails():
    with pytest.raises(AssertionError, match=r"not expected: at 3\.60938 s it did SendAdvert"):
        bool(Playbook(router()) >> at(3.61))
    with pytest.raises(AssertionError, match="not expected"):
        Playbook(router()) >> at(3.61) >> at(4)


@pytest.mark.parametrize(
    "expected",
    [SendAdvert(101), AddAddresses, exactly(3.6, SendAdvert(100)), becomes("MASTER"), announces(1), remarks("x")],
)
def test_what_does_not_come_fails(expected):
    with pytest.raises(AssertionError, match="expected"):
        Playbook(router()) >> at(3.61) << expected


def test_nothing_more_happened_is_said():
    with pytest.raises(AssertionError, match="nothing more happened"):
        Playbook(router()) >> at(1) << SendAdvert(100)


def test_causes_are_compared():
    book = Playbook(router()) >> at(3.61) << SendAdvert << AddAddresses << announces(5)
    with pytest.raises(AssertionError):
        book << becomes("MASTER", "another cause")


def test_remarks_are_kept():
    book = Playbook(router()) >> hears(200) >> asleep_until(9) >> ticks << remarks("vrrp.late_wakeup")
    assert book.remarks == ["vrrp.late_wakeup"]
