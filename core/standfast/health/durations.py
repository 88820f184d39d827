"""How long checks took: a histogram with fixed limits, for statistics."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Final

LIMITS: Final = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
                 5_000_000, 10_000_000)  # fmt: skip
"""Microseconds; what took longer is counted beyond the last."""


class Durations:
    """One histogram."""

    def __init__(self) -> None:
        self.total = 0
        """Microseconds, all together."""
        self._counts = [0] * (len(LIMITS) + 1)

    def note(self, duration: int) -> None:
        """Something took so many microseconds."""
        self._counts[bisect_left(LIMITS, duration)] += 1
        self.total += duration

    def describe(self) -> dict[str, Any]:
        """For ``status``: how many took at most so many milliseconds (the last: any time), each counted once."""
        limits = [limit / 1000 for limit in LIMITS]
        return {"limits_ms": limits, "counts": list(self._counts), "total_ms": self.total / 1000}
