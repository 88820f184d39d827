"""When checks fall due: with whom, and how far from where their own wait would put them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.health.pitch import PITCHES, Pitch
from standfast.values import MILLISECOND, SECOND


def pitch_for(checks: int, delay_loop: int = SECOND) -> Pitch:
    pitch = Pitch()
    for _ in range(checks):
        pitch.add(delay_loop)
    return pitch


@pytest.mark.parametrize(
    ("checks", "delay_loop", "width"),
    [
        (0, 1, 200), (1, 60, 200), (100, 1, 200), (1000, 10, 200),
        (110, 1, 100), (200, 1, 100), (300, 1, 50), (10**4, 1, 50),
    ],
)  # fmt: skip
def test_the_rarer_the_checks_the_wider(checks, delay_loop, width):
    assert pitch_for(checks, delay_loop * SECOND).width == width * MILLISECOND


def test_those_that_are_taken_off_count_no_more():
    pitch = pitch_for(3000, 7 * SECOND // 3)
    assert pitch.width == PITCHES[-1]
    for _ in range(2960):
        pitch.remove(7 * SECOND // 3)
    assert pitch.width == PITCHES[0]


@pytest.mark.parametrize(
    ("checks", "wait", "due"),
    [
        (1, 0.3, 0.307), (1, 0.999, 1.006), (1, 1.0, 1.0), (1, 1.02, 1.0), (1, 1.1, 1.2), (1, 9.99, 10.0),
        (150, 1.06, 1.1), (1000, 0.3, 0.307), (1000, 1.02, 1.05), (1000, 9.97, 10.0),
    ],
)  # fmt: skip
def test_short_waits_are_kept_to_the_microsecond_others_end_at_a_common_moment(checks, wait, due):
    assert pitch_for(checks).due(7_000, round(wait * SECOND)) == round(due * SECOND)


@given(st.integers(0, 10**12), st.integers(0, 10**10), st.integers(0, 2000))
def test_nothing_is_moved_by_more_than_a_tenth_of_its_wait(now, wait, checks):
    assert abs(pitch_for(checks).due(now, wait) - now - wait) <= wait / 10


def test_what_begins_at_a_common_moment_and_is_soon_over_keeps_its_distance():
    pitch, at = pitch_for(100), 5 * SECOND
    for _ in range(10):
        again = pitch.due(at + 30 * MILLISECOND, SECOND)
        assert again - at == SECOND
        at = again
