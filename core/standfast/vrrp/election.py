"""Who wins when two masters hear each other."""

from __future__ import annotations

import enum

from standfast.values import Address


class Rank(enum.Enum):
    """How a heard router compares with us."""

    LOWER = "lower"
    SAME = "same"
    HIGHER = "higher"


def rank(priority: int, source: Address, own_priority: int, own_source: Address) -> Rank:
    """Priority first, then the source address as an unsigned number (RFC 9568, 6.4.3)."""
    theirs, ours = (priority, source), (own_priority, own_source)
    if theirs == ours:
        return Rank.SAME
    return Rank.HIGHER if theirs > ours else Rank.LOWER
