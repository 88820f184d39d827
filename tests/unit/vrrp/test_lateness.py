from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from standfast.vrrp.lateness import Lateness


def test_nothing_yet():
    assert Lateness().percentile(99) == 0


def test_early_counts_as_on_time():
    lateness = Lateness()
    lateness.note(-500)
    assert (lateness.worst, lateness.percentile(99)) == (0, 0)


def test_one_outlier_in_a_hundred_does_not_move_the_99th():
    lateness = Lateness()
    for _ in range(199):
        lateness.note(100)
    lateness.note(50_000)
    assert lateness.worst == 50_000
    assert 100 <= lateness.percentile(99) < 200
    assert lateness.percentile(100) == 50_000


@given(st.lists(st.integers(0, 10**9), min_size=1), st.sampled_from([50, 90, 99, 100]))
def test_a_percentile_is_right_within_a_factor_of_two(values, percent):
    lateness = Lateness()
    for value in values:
        lateness.note(value)
    true = sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]
    assert true <= lateness.percentile(percent) <= max(2 * true, 1)
