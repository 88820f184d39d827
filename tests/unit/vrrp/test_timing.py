from __future__ import annotations

import pytest

from standfast.values import MILLISECOND, SECOND
from standfast.vrrp import timing

TABLE = [
    (1, 3_996_093, 3_996_093, 399_609, 39_960),
    (100, 3_609_375, 3_609_375, 360_937, 36_093),
    (200, 3_218_750, 3_218_750, 321_875, 32_187),
    (254, 3_007_812, 3_007_812, 300_781, 30_078),
    (255, 3_003_906, 3_003_906, 300_390, 30_039),
]


@pytest.mark.parametrize(("priority", "v2", "one", "tenth", "hundredth"), TABLE)
def test_down_timers_of_the_protocol_notes(priority, v2, one, tenth, hundredth):
    assert timing.down_time(2, priority, SECOND) == v2
    assert timing.down_time(3, priority, SECOND) == one
    assert timing.down_time(3, priority, 100 * MILLISECOND) == tenth
    assert timing.down_time(3, priority, 10 * MILLISECOND) == hundredth


def test_version_2_skew_ignores_the_interval():
    assert timing.down_time(2, 100, 5 * SECOND) == 15_609_375


def test_centisecond_resolution_truncates_as_frr_does():
    assert timing.skew_time(3, 100, 100 * MILLISECOND, "cs") == 60 * MILLISECOND
    assert timing.skew_time(3, 1, 10 * MILLISECOND, "cs") == 0


def test_more_patience_waits_longer():
    assert timing.down_time(2, 100, SECOND, adverts=5) - timing.down_time(2, 100, SECOND) == 2 * SECOND


def test_peers_take_over_at_the_earliest_after_three_intervals_and_the_least_skew():
    assert timing.peers_down_time(3, SECOND) == 3_007_812


def test_leaving_waits_for_the_slowest_successor_but_no_longer_than_told():
    assert timing.leaving_time(2, 5 * SECOND, 2 * SECOND) == 996_093 + 50 * MILLISECOND
    assert timing.leaving_time(3, 100 * MILLISECOND, 2 * SECOND) == 99_609 + 50 * MILLISECOND
    assert timing.leaving_time(3, 10 * SECOND, 2 * SECOND) == 2 * SECOND
    assert timing.leaving_time(3, SECOND, 0) == 0


def test_lateness_worth_counting():
    assert timing.late_threshold(SECOND) == 250 * MILLISECOND
    assert timing.late_threshold(10 * MILLISECOND) == 20 * MILLISECOND


def test_who_leaves_waits_for_the_slowest_successor_of_its_group():
    assert timing.leaving_time(3, 100 * MILLISECOND, 2 * SECOND, SECOND) == SECOND
    assert timing.leaving_time(3, 100 * MILLISECOND, SECOND // 2, SECOND) == SECOND // 2
    assert timing.leaving_time(2, SECOND, 2 * SECOND, 100 * MILLISECOND) == 996_093 + 50 * MILLISECOND
