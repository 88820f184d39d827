"""Log lines that neither flood the log nor hide the second offender behind the first.

One line for each subject (event, reason and sender) within a period, for a bounded number of subjects:
somebody who invents a new sender address for every packet gets neither memory nor lines.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from standfast.values import SECOND

PERIOD: Final = 60 * SECOND
CAPACITY: Final = 64


class Quota:
    """Who has been remarked on within the last period."""

    def __init__(self, period: int = PERIOD, capacity: int = CAPACITY) -> None:
        self._period = period
        self._capacity = capacity
        self._spoken: dict[Hashable, int] = {}  # in the order of time: oldest first
        self.suppressed = 0
        """Remarks kept back since the last one that was let through."""

    def __len__(self) -> int:
        return len(self._spoken)

    def allows(self, subject: Hashable, now: int) -> bool:
        """May a line about ``subject`` be written at ``now`` (microseconds)? Saying yes counts as writing it."""
        self._forget_before(now - self._period)
        if subject in self._spoken or len(self._spoken) >= self._capacity:
            self.suppressed += 1
            return False
        self._spoken[subject] = now
        return True

    def take_suppressed(self) -> int:
        """How many were kept back, to be told in the next line; starts counting anew."""
        count, self.suppressed = self.suppressed, 0
        return count

    def _forget_before(self, moment: int) -> None:
        while self._spoken:
            oldest = next(iter(self._spoken))
            if self._spoken[oldest] > moment:
                return
            del self._spoken[oldest]
