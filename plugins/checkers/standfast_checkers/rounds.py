"""The pages of one checker: which is asked for next, and what one answer means for the checker. Pure.

keepalived's rules, as its checker was seen to follow them:

* up: one page in each ``delay_loop``, in turn. A page that fails is asked for again, ``retry`` times,
  ``delay_before_retry`` apart; then the checker is down. In the first round of all there is no such patience.
* down: only the page that failed is asked for, each ``max(delay_loop, delay_before_retry)``. When it answers, all pages
  are asked for once more from the first one (a single page too: it must answer twice). A page that fails there is asked
  for again after ``delay_before_retry``, as often as it takes, and the run goes on. At its end the checker is up.
* ``fast_recovery``: no pauses in the first round and in that run. (keepalived then asks a page that fails in the run
  again without any pause; here it waits for ``delay_before_retry``.)
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "bad", "none"]


class Mode(enum.Enum):
    """Where a checker stands."""

    FIRST = enum.auto()
    """The first round."""
    UP = enum.auto()
    FAILED = enum.auto()
    """Down: one page is asked for until it answers."""
    RETURNING = enum.auto()
    """Down: all pages are asked for once."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one answer means."""

    verdict: Verdict
    again_after: int | None = None
    """Microseconds until the next page; None: as the pace says."""


@dataclass(slots=True)
class Rounds:
    """The place in the round. All times are microseconds."""

    pages: int
    patience: int = 2
    """Failures in a row that take the checker down. Core counts them too; this is to know what it decided."""
    fast: bool = False
    loop: int = 0
    """``delay_loop``."""
    pause: int = 0
    """``delay_before_retry``."""
    page: int = 0
    """The one to be asked for now."""
    mode: Mode = Mode.FIRST
    failures: int = 0
    """In a row, of this page."""

    def answered(self) -> Step:
        """The page was as it should be."""
        self.failures = 0
        if self.mode is Mode.FAILED:
            self.mode, self.page = Mode.RETURNING, 0
            return self._on_the_way()
        self.page = (self.page + 1) % self.pages
        if self.mode is not Mode.UP and self.page:
            return self._on_the_way()
        self.mode = Mode.UP
        return Step("good")

    def _on_the_way(self) -> Step:
        return Step("none", 0 if self.fast else self.loop)

    def failed(self) -> Step:
        """It was not, or did not come. The same page is asked for again."""
        self.failures += 1
        if self.mode is Mode.RETURNING:
            return Step("bad", self.pause)
        if self.mode is Mode.UP and self.failures < self.patience:
            return Step("bad")
        self.mode = Mode.FAILED
        return Step("bad", max(self.loop, self.pause))
