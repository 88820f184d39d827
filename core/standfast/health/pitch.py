"""When checks fall due: those near each other at the same moment, so that they share a wake-up. Pure; microseconds.

A process that wakes to cold caches pays more for that than for a check. So due times are multiples of a pitch: the
rarer checks are, the wider it is, for as long as few share a moment. Too many at once would wait for each other, and
their answers look slow.
"""

from __future__ import annotations

from typing import Final

from standfast.values import MILLISECOND, SECOND

PITCHES: Final = (200 * MILLISECOND, 100 * MILLISECOND, 50 * MILLISECOND)
TOGETHER: Final = 20
"""As many as this share a moment before a finer pitch is taken; with the finest, as many as come."""

EXACT_BELOW: Final = SECOND
"""A shorter wait is kept as it is. No other is moved by more than half of a pitch, so by a tenth."""


class Pitch:
    """Knows how many checks there are in a second, as if all went well."""

    def __init__(self) -> None:
        self._rate = 0.0
        """Checks in a microsecond."""

    def add(self, delay_loop: int) -> None:
        """One more check, so often."""
        self._rate += 1 / max(delay_loop, 1)

    def remove(self, delay_loop: int) -> None:
        """One less."""
        self._rate -= 1 / max(delay_loop, 1)

    def due(self, now: int, wait: int) -> int:
        """When to begin what is to wait for so long."""
        if wait < EXACT_BELOW:
            return now + wait
        pitch = self.width
        return (now + wait + pitch // 2) // pitch * pitch

    @property
    def width(self) -> int:
        """The pitch."""
        for pitch in PITCHES:
            # Adding and taking off thousands leaves a rest that is far below half of a check.
            if self._rate * pitch <= TOGETHER + 0.5:
                return pitch
        return PITCHES[-1]
