from __future__ import annotations

from standfast.values import Address
from standfast.vrrp.election import Rank, rank

LOW, HIGH = Address.parse("10.0.0.9"), Address.parse("10.0.0.200")


def test_priority_goes_first():
    assert rank(101, LOW, 100, HIGH) is Rank.HIGHER
    assert rank(99, HIGH, 100, LOW) is Rank.LOWER


def test_then_the_address_as_an_unsigned_number():
    assert rank(100, HIGH, 100, LOW) is Rank.HIGHER
    assert rank(100, LOW, 100, HIGH) is Rank.LOWER
    assert rank(100, LOW, 100, LOW) is Rank.SAME
