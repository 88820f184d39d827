"""Numbers out of samples: percentiles, spacing, drift. Pure; units are the caller's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Summary:
    """What is told of one side's samples."""

    n: int
    minimum: float
    p50: float
    p95: float
    p99: float
    maximum: float


def summarise(samples: Sequence[float]) -> Summary | None:
    """A summary, or None without samples."""
    if not samples:
        return None
    ordered = sorted(samples)
    p50, p95, p99 = (percentile(ordered, share) for share in (0.50, 0.95, 0.99))
    return Summary(len(ordered), ordered[0], p50, p95, p99, ordered[-1])


def percentile(ordered: Sequence[float], share: float) -> float:
    """The median by interpolation, every other one by nearest rank: a tail must be something that happened."""
    if share == 0.5:
        middle = (len(ordered) - 1) / 2
        return (ordered[math.floor(middle)] + ordered[math.ceil(middle)]) / 2
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spacings_ms(times_s: Sequence[float]) -> list[float]:
    """From each moment to the next, in milliseconds."""
    return [(after - before) * 1000 for before, after in pairwise(times_s)]


def drift_ppm(times_s: Sequence[float], interval_s: float) -> float:
    """How much too slowly a clock ticks, in parts per million: slope of the least-squares line through its ticks.

    A tick missed or late by chance moves the line little, unlike the difference of the first and the last.
    """
    if len(times_s) < 3:
        raise ValueError(f"a slope through {len(times_s)} ticks says nothing: measure for longer")
    middle = (len(times_s) - 1) / 2
    mean = sum(times_s) / len(times_s)
    over = sum((index - middle) * (at - mean) for index, at in enumerate(times_s))
    under = sum((index - middle) ** 2 for index in range(len(times_s)))
    return (over / under / interval_s - 1) * 1e6
