"""One checker of one server: what a result means for its state, and when to look again. Pure; times in microseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from standfast.config.lvs_model import Pace
from standfast.contract.checking import CheckResult

LONGEST_WAIT = 31 * 86_400 * 1_000_000
"""A month: the largest `delay_loop` would wait for 580,000 years."""


@dataclass(slots=True)
class Standing:
    """How a checker stands."""

    up: bool
    since: int = 0
    """When ``up`` last changed, on our clock."""
    judged: bool = False
    """There has been a result that counts."""
    failures: int = 0
    """In a row, while up."""
    successes: int = 0
    """In a row, while down."""
    last: CheckResult | None = None
    last_at: int = 0
    weight: int | None = None
    """The server's weight by this checker; None: it does not say."""
    weight_change: int = 0
    """What this checker adds to the configured weight."""


class Step(NamedTuple):
    """What one result led to."""

    wait: int
    """From now until the next check."""
    changed: bool = False
    """Up became down, or the other way round."""
    first: bool = False
    """It is the first result that counts."""
    worth_a_line: bool = False
    """A failure that changed nothing, but is to be logged."""


def first_standing(pace: Pace, now: int) -> Standing:
    """Before any check: up, unless success must be proved."""
    return Standing(up=not pace.alpha, since=now)


def judge(standing: Standing, result: CheckResult, pace: Pace, now: int) -> Step:
    """Take one result into account. Changes ``standing``.

    While up, ``retry`` failures are forgiven, except that the very first result counts at once.
    """
    standing.last, standing.last_at = result, now
    if result.verdict == "none":
        return Step(_asked_for(result, pace.delay_loop))
    first, standing.judged = not standing.judged, True
    if result.verdict == "good":
        wait, changed = _good(standing, result, pace, now)
        return Step(_asked_for(result, wait), changed, first)
    wait, changed = _bad(standing, pace, now, first=first)
    return Step(_asked_for(result, wait), changed, first, not changed and pace.log_all_failures)


def _good(standing: Standing, result: CheckResult, pace: Pace, now: int) -> tuple[int, bool]:
    """How long to wait, and whether it is up now and was not."""
    standing.failures = 0
    if result.weight is not None:
        standing.weight, standing.weight_change = result.weight, 0
    elif result.weight_change is not None:
        standing.weight, standing.weight_change = None, result.weight_change
    if standing.up:
        return pace.delay_loop, False
    standing.successes += 1
    if standing.successes < pace.rise:
        return _while_changing(pace, pace.delay_loop), False
    standing.successes = 0
    standing.up, standing.since = True, now
    return pace.delay_loop, True


def _bad(standing: Standing, pace: Pace, now: int, *, first: bool) -> tuple[int, bool]:
    """The same for down."""
    standing.successes = 0
    if not standing.up:
        return pace.delay_loop, False
    standing.failures += 1
    if not first and standing.failures <= pace.retry:
        return _while_changing(pace, pace.delay_before_retry), False
    standing.failures = 0
    standing.up, standing.since = False, now
    return pace.delay_loop, True


def _while_changing(pace: Pace, usual: int) -> int:
    return usual if pace.fast_interval is None else pace.fast_interval


def _asked_for(result: CheckResult, usual: int) -> int:
    wait = usual if result.again_after is None else result.again_after
    return min(max(wait, 0), LONGEST_WAIT)


def in_words(standing: Standing) -> str:
    """The last result for people: ``connection refused``, ``not checked yet``."""
    if standing.last is None:
        return "as it was before, not checked yet" if standing.judged else "not checked yet"
    return standing.last.words or standing.last.code.value


@dataclass(slots=True)
class Tally:
    """How often what came out, for statistics."""

    good: int = 0
    bad: int = 0
    none: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    """Code of a failure -> how often."""

    def count(self, result: CheckResult) -> None:
        """One more."""
        setattr(self, result.verdict, getattr(self, result.verdict) + 1)
        if result.verdict != "good":
            self.codes[result.code.value] = self.codes.get(result.code.value, 0) + 1
