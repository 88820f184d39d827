"""Which kinds of daemon meet in a test: ours beside ours, and in each role beside keepalived (--full: all)."""

from __future__ import annotations

import pytest

OURS, THEIRS = "standfast", "keepalived"


def pairing(*kinds: str) -> object:
    """A parameter of the fixtures ``solo`` and ``duo``; keepalived without us proves the tests, not the product."""
    marks = [pytest.mark.keepalived] if THEIRS in kinds else []
    if OURS not in kinds:
        marks.append(pytest.mark.full)
    return pytest.param(kinds, id="-".join(kinds), marks=marks)


SOLO = [pairing(OURS), pairing(THEIRS)]
DUO = [pairing(OURS, OURS), pairing(OURS, THEIRS), pairing(THEIRS, OURS), pairing(THEIRS, THEIRS)]

ours_on_a = pytest.mark.parametrize("duo", [pairing(OURS, OURS), pairing(OURS, THEIRS)], indirect=True)
"""What only we can do, on host a."""
ours_on_b = pytest.mark.parametrize("duo", [pairing(OURS, OURS), pairing(THEIRS, OURS)], indirect=True)
"""The same on host b."""
ours_alone = pytest.mark.parametrize("solo", [pairing(OURS)], indirect=True)
"""What keepalived cannot do at all."""
