"""Several pages of one checker: which is asked for next, and what one answer means for the checker. Pure.

keepalived's rules: one page in each ``delay_loop``, in turn. A page that fails for good takes the checker down, and
only that page is asked for until it answers. Then all pages must answer once before the checker is up. The same holds
at the start. ``fast_recovery`` takes the pauses out of these two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "bad", "none"]


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
    retry: int = 1
    """Failures after the first that are forgiven. Core counts them too; this is to know what it decided."""
    fall: int = 0
    """Failures in a row that take the checker down, if said so; 0: ``retry`` and one."""
    alpha: bool = False
    fast: bool = False
    recheck: int = 0
    """``max(delay_loop, delay_before_retry)``: the pause while a page is down."""
    loop: int = 0
    """``delay_loop``."""
    page: int = 0
    """The one to be asked for now."""
    down: bool = False
    to_pass: int = 0
    """Pages that must still answer until the run over all of them is complete; 0: no such run."""
    failures: int = 0
    """In a row, of this page."""
    begun: bool = False
    """Has there been a first result?"""

    def __post_init__(self) -> None:
        self.down = self.alpha
        self.to_pass = self.pages

    def answered(self) -> Step:
        """The page was as it should be."""
        self.begun = True
        self.failures = 0
        if self.down and not self.to_pass:  # the failed page is back: now all of them, from the first
            self.to_pass, self.page = self.pages, 0
            if self.pages > 1:
                return self._on_the_way()
        else:
            self.page = (self.page + 1) % self.pages
        if self.to_pass > 1:
            self.to_pass -= 1
            return self._on_the_way()
        self.to_pass = 0
        self.down = False
        return Step("good")

    def _on_the_way(self) -> Step:
        return Step("none", 0 if self.fast else self.loop)

    def failed(self) -> Step:
        """It was not, or did not come. The same page is asked for again."""
        self.failures += 1
        if self.down or not self.begun or self.failures >= (self.fall or self.retry + 1):
            self.down, self.to_pass = True, 0
        self.begun = True
        return Step("bad", self.recheck if self.down and self.pages > 1 else None)
