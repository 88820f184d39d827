"""Is a child's event loop still turning? Judged only over spans in which the parent itself was on time."""

from __future__ import annotations

from standfast.values import MILLISECOND, SECOND

PERIOD = 100 * MILLISECOND
"""How often the parent looks."""

PATIENCE = 700 * MILLISECOND
"""Silence after which a child counts as stuck: with a look's delay and the replacement, address off within 1 s."""

START_PATIENCE = 15 * SECOND
"""Until the first beat: decoding tens of thousands of instances takes a while."""

LATE = 100 * MILLISECOND
"""A parent that looks so much later than it meant to has been away itself (a frozen machine, a stopped terminal)."""


class Heartbeat:
    """The judge over one child."""

    def __init__(self, now: int, *, patience: int = PATIENCE) -> None:
        self._patience = patience
        self._counting_from = now
        self._due = now + PERIOD
        self._heard = False

    def stuck(self, beat: int, now: int) -> bool:
        """Look once; ``beat`` is when the child's loop last turned, 0 before the first time (microseconds)."""
        if now - self._due > LATE:
            # We were away. Whatever stopped us may have stopped the child: it gets a full period (S66, S67, S74).
            self._counting_from = now
        self._due = now + PERIOD
        self._heard = self._heard or beat > 0
        patience = self._patience if self._heard else START_PATIENCE
        return now - max(beat, self._counting_from) > patience
