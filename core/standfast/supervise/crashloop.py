"""How soon a dead child is replaced: at once, unless it keeps dying."""

from __future__ import annotations

from standfast.values import SECOND

WINDOW = 10 * SECOND
"""The third end within this time is a crash loop; a child that lives longer has ended the loop."""

ENDS = 3
LONGEST = 60 * SECOND


class CrashLoop:
    """Counts the ends (deaths and hangs) of one kind of child."""

    def __init__(self) -> None:
        self._ends: list[int] = []
        self._wait = 0

    @property
    def looping(self) -> bool:
        """Is the child being held back, or on probation after that?"""
        return self._wait > 0

    def ended(self, now: int, *, started: int) -> int:
        """One that was started at ``started`` has ended. Returns microseconds to wait before the next; 0 = none."""
        if self._wait and now - started > WINDOW:
            self.survived()
        self._ends = [at for at in self._ends if now - at <= WINDOW] + [now]
        if self._wait or len(self._ends) >= ENDS:
            self._wait = min(self._wait * 2, LONGEST) if self._wait else SECOND
        return self._wait

    def survived(self) -> None:
        """The child has lived for a whole window: what was is forgotten."""
        self._ends.clear()
        self._wait = 0
