"""When an address provider claims, looks, and tries again. Pure.

Every call takes ``now`` (microseconds on our clock).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from standfast.contract.providing import Cadence

Step: TypeAlias = Literal["claim", "verify"]
State: TypeAlias = Literal["idle", "claiming", "held", "contested", "failing"]

_DOUBLINGS: Final = 16


@dataclass(slots=True)
class Provision:
    """One provider's course: nothing while the instance is not MASTER."""

    cadence: Cadence
    jitter: Callable[[], float]
    """A random number from 0 to 1."""
    master: bool = False
    step: Step = "claim"
    due: int | None = None
    """When the step is to be made; None: never, as things stand."""
    held: bool = False
    """It was ours when last looked at."""
    failures: int = 0
    """Requests in a row that failed."""
    losses: int = 0
    """Looks in a row that found it somewhere else."""
    claims: int = 0
    last_error: str = ""
    verified_at: int | None = None

    def follow(self, *, master: bool, now: int) -> bool:
        """The instance is MASTER, or is not; True: what is under way must end at once."""
        if master == self.master:
            return False
        self.master, self.held = master, False
        self.failures, self.losses, self.last_error = 0, 0, ""
        self.step, self.due = "claim", now if master else None
        return not master

    def urge(self, now: int) -> None:
        """Another master was heard: it may have taken the address, so claim it at once."""
        if self.master:
            self.step, self.due = "claim", now

    def claimed(self, now: int) -> None:
        """It was accepted; whether it came about is seen a little later."""
        self.failures, self.last_error, self.claims = 0, "", self.claims + 1
        pause = self._pause(self.losses) if self.losses else 0
        self._next("verify", now + max(self.cadence.settle, pause))

    def verified(self, ours: bool | None, now: int) -> None:
        """What a look has found."""
        self.failures, self.last_error = 0, ""
        if ours is False:
            self.held, self.losses = False, self.losses + 1
            self._next("claim", now)
            return
        self.held, self.losses, self.verified_at = True, 0, now
        spread = round(self.cadence.interval * (0.8 + 0.4 * self.jitter()))
        self._next("verify" if ours else "claim", now + spread)

    def failed(self, words: str, now: int, retry_after: int | None = None) -> None:
        """The request came to nothing: the same again, later. What was held counts as held until a look says not."""
        self.last_error, self.failures = words, self.failures + 1
        self._next(self.step, now + max(self._pause(self.failures), min(retry_after or 0, self.cadence.longest_pause)))

    def _next(self, step: Step, at: int) -> None:
        self.step, self.due = step, at if self.master else None

    def _pause(self, count: int) -> int:
        doubled = self.cadence.first_pause << min(count - 1, _DOUBLINGS)
        return round(min(doubled, self.cadence.longest_pause) * (1 - self.jitter() / 2))

    @property
    def state(self) -> State:
        """In a word."""
        if not self.master:
            return "idle"
        if self.failures:
            return "failing"
        if self.losses:
            return "contested"
        return "held" if self.held else "claiming"
