"""How late timers were served: the worst, and a percentile good to a factor of two."""

from __future__ import annotations

_BUCKETS = 40
"""Powers of two of microseconds; the last one holds everything beyond nine minutes."""


class Lateness:
    """A histogram that costs one addition for each timer."""

    def __init__(self) -> None:
        self.worst = 0
        """Microseconds."""
        self._buckets = [0] * _BUCKETS
        self._count = 0

    def note(self, lateness: int) -> None:
        """A timer was served this many microseconds after its time; early counts as on time."""
        self._count += 1
        if lateness <= 0:
            self._buckets[0] += 1
            return
        self.worst = max(self.worst, lateness)
        bits = lateness.bit_length()
        self._buckets[bits if bits < _BUCKETS else -1] += 1

    def percentile(self, percent: float) -> int:
        """At least this share of all timers was served within so many microseconds. 0 before the first."""
        wanted = self._count * percent / 100
        seen = 0
        for bits, count in enumerate(self._buckets):
            seen += count
            if count and seen >= wanted:
                return min((1 << bits) - 1, self.worst)
        return 0
