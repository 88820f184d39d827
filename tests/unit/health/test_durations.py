from __future__ import annotations

from standfast.health.durations import LIMITS, Durations


def test_each_is_counted_once():
    durations = Durations()
    for duration in (0, 1_000, 1_001, 10_000_000, 10_000_001):
        durations.note(duration)
    shown = durations.describe()
    assert len(shown["counts"]) == len(shown["limits_ms"]) + 1 == len(LIMITS) + 1
    assert (shown["counts"][0], shown["counts"][1], shown["counts"][-2], shown["counts"][-1]) == (2, 1, 1, 1)
    assert shown["total_ms"] == 20_002.002
