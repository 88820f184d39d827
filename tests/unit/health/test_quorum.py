"""Quorum with hysteresis, by a table and against the rule said once more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.health.quorum import has_quorum, in_words

TABLE = [  # up before, weight, quorum, hysteresis -> up
    (False, 1, 1, 0, True),
    (False, 0, 1, 0, False),
    (False, 2, 2, 1, False),
    (False, 3, 2, 1, True),
    (True, 2, 2, 1, True),
    (True, 1, 2, 1, True),
    (True, 0, 2, 2, False),
    (True, 0, 1, 0, False),
    (True, 4, 5, 0, False),
    (False, 0, 0, 0, False),  # all weights are 0: it never comes up
]


@pytest.mark.parametrize(("up", "weight", "quorum", "hysteresis", "after"), TABLE)
def test_table(up, weight, quorum, hysteresis, after):
    assert has_quorum(up, weight, quorum, hysteresis) is after


@given(st.lists(st.integers(0, 20)), st.integers(1, 10), st.integers(0, 9))
def test_between_the_marks_nothing_changes(weights, quorum, hysteresis):
    up = False
    for weight in weights:
        before, up = up, has_quorum(up, weight, quorum, hysteresis)
        if quorum - hysteresis <= weight < quorum + hysteresis and weight > 0:
            assert up == before
        if weight >= quorum + hysteresis:
            assert up
        if weight == 0 or weight < quorum - hysteresis:
            assert not up


@pytest.mark.parametrize(
    ("weight", "quorum", "hysteresis", "up", "words"),
    [
        (3, 2, 1, True, "live servers weigh 3, needed: 2 + 1"),
        (1, 1, 0, True, "live servers weigh 1, needed: 1"),
        (0, 2, 0, False, "no live server has weight"),
        (1, 3, 1, False, "live servers weigh 1, less than 3 - 1"),
    ],
)
def test_words(weight, quorum, hysteresis, up, words):
    assert in_words(weight, quorum, hysteresis, up=up) == words
