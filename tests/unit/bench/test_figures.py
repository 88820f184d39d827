from __future__ import annotations

import pytest
from _common.figures import drift_ppm, percentile, spacings_ms, summarise


def test_a_tail_is_something_that_happened():
    assert percentile([1.0, 2.0, 3.0, 10.0], 0.95) == 10.0
    assert percentile(list(range(1, 101)), 0.95) == 95


def test_the_median_of_an_even_number_lies_between():
    assert percentile([1.0, 2.0, 3.0, 10.0], 0.5) == 2.5
    assert percentile([1.0, 2.0, 10.0], 0.5) == 2.0


def test_no_samples_no_summary():
    assert summarise([]) is None


def test_a_summary_needs_no_order():
    summary = summarise([3.0, 1.0, 2.0])
    assert summary is not None
    assert (summary.n, summary.minimum, summary.p50, summary.maximum) == (3, 1.0, 2.0, 3.0)


def test_spacing_is_in_milliseconds():
    assert spacings_ms([1.0, 1.5, 1.75]) == [500.0, 250.0]


@pytest.mark.parametrize("ppm", [-200, 0, 100, 17_000])
def test_drift_is_the_slope(ppm):
    ticks = [1e9 + 0.1 * n * (1 + ppm / 1e6) for n in range(200)]
    assert drift_ppm(ticks, 0.1) == pytest.approx(ppm, abs=0.1)


def test_one_late_tick_is_not_drift():
    ticks = [0.1 * n for n in range(200)]
    ticks[-1] += 0.01  # by first and last tick: 500 ppm
    assert drift_ppm(ticks, 0.1) < 20


def test_two_ticks_are_no_clock():
    with pytest.raises(ValueError, match="measure for longer"):
        drift_ppm([1.0, 2.0], 1.0)
