"""A check that VRRP tracks: judged as any other, and its verdict handed over whenever it was looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from standfast import clock
from standfast.config.health_model import TrackedCheck
from standfast.config.lvs_model import Checker as Configured
from standfast.contract.checking import CheckResult
from standfast.health.roster import Wish
from standfast.health.verdict import Standing, first_standing, in_words, judge
from standfast.health.verdicts import Verdict

_SAW: Final = {"good": True, "bad": False, "none": None}

TellVerdict: TypeAlias = Callable[[Verdict], None]
"""As :meth:`standfast.health.hub.Hub.verdict`."""


@dataclass(slots=True, eq=False)
class TrackSeat:
    """Listens to the probe of one `track_check`."""

    check: TrackedCheck
    standing: Standing
    tell: TellVerdict
    saw: bool | None = None
    """What the last look saw."""
    began: int = 0
    """When it began."""
    suspended: bool = False
    """Never: VRRP wants to know on every node."""

    @classmethod
    def for_check(cls, check: TrackedCheck, known: TrackSeat | None, tell: TellVerdict) -> TrackSeat:
        """With the standing of a seat for the same name, if the check is the same."""
        if known is not None and _identity(known.check) == _identity(check):
            return cls(check, known.standing, tell)
        return cls(check, first_standing(check.pace, clock.now()), tell)

    @property
    def wish(self) -> Wish:
        """For the roster."""
        check = self.check
        configured = Configured(kind=check.kind, pace=check.pace, target=check.target, options=check.options)
        return configured, f"track_check {check.name}", self

    @property
    def eager(self) -> bool:
        """Without a weight an instance waits for it."""
        return not self.standing.judged

    def repeat(self, now: int) -> None:
        """Say it once more: whoever watches tells of changes alone, and silence would be taken for the watcher's."""
        if self.check.watches and self.standing.judged:
            self.began = now  # whoever watches knows
            self._say(now)

    def heard(self, result: CheckResult, now: int) -> int:
        """One result; before the first that counts there is no verdict."""
        wait = judge(self.standing, result, self.check.pace, now).wait
        self.saw, self.began = _SAW[result.verdict], now - result.duration
        self._say(now)
        return wait

    def _say(self, now: int) -> None:
        said = Verdict(
            name=self.check.name,
            good=self.standing.up if self.standing.judged else None,
            at=now,
            words=in_words(self.standing),
            max_age=self.check.max_age,
            saw=self.saw,
            began=self.began,
        )
        self.tell(said)


def _identity(check: TrackedCheck) -> tuple[object, ...]:
    return check.kind, check.target, check.options
