"""A probe: one checker looking at one target, for everybody who wants to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import trio

from standfast.config.lvs_model import Checker as Configured
from standfast.contract.checking import Checker, CheckResult
from standfast.health.durations import Durations
from standfast.health.verdict import Tally
from standfast.vrrp.lateness import Lateness

ProbeKey: TypeAlias = tuple[object, ...]


class Subscriber(Protocol):
    """Who wants to know what a probe sees."""

    @property
    def suspended(self) -> bool:
        """True: at the moment it need not look for this one (`ha_suspend`)."""

    @property
    def eager(self) -> bool:
        """True: it waits for a first result, and cannot begin before."""

    def heard(self, result: CheckResult, now: int) -> int:
        """One result; returns how long to wait until the next check (microseconds)."""


@dataclass(slots=True, eq=False)
class Probe:
    """Identical checks (same kind, options, target and pace) are one probe: it looks once and tells all of them."""

    key: ProbeKey
    configured: Configured
    checker: Checker[Any]
    label: str
    """For people: ``TCP_CHECK of [10.0.0.1]:80``."""
    subscribers: list[Subscriber] = field(default_factory=list)
    running: trio.CancelScope | None = None
    started: int = 0
    """When the check that runs began, on our clock."""
    ended: trio.Event | None = None
    """Set when the check that runs is over, for those who wait."""
    again: bool = False
    """Somebody wants a look that begins later than the one that runs."""
    last: CheckResult | None = None
    tally: Tally = field(default_factory=Tally)
    faults: int = 0
    """How often the checker itself was at fault: raised, returned nonsense, blocked the loop, overran."""
    fault: str = ""
    """The last of these, in words."""
    retired: bool = False
    """Nobody wants it any more; what still runs is not listened to."""

    @property
    def suspended(self) -> bool:
        """Nobody needs it now."""
        return all(subscriber.suspended for subscriber in self.subscribers)

    def tell(self, result: CheckResult, now: int) -> int:
        """All subscribers; the shortest of their waits."""
        self.last = result
        self.tally.count(result)
        return min((each.heard(result, now) for each in self.subscribers), default=0)


def key_of(configured: Configured) -> ProbeKey:
    """What makes two checks the same probe."""
    return configured.kind, configured.target, configured.options, configured.pace


def label_of(configured: Configured, owner: str) -> str:
    """``TCP_CHECK of [10.0.0.1]:80``; without a target, whose check it is."""
    target = configured.target
    return f"{configured.kind} of {owner if target is None else f'[{target.address}]:{target.port}'}"


@dataclass(slots=True)
class Figures:
    """What the scheduler measures of itself."""

    lateness: Lateness = field(default_factory=Lateness)
    """How late checks began."""
    made: int = 0
    joined: int = 0
    """Checks that need not be made because an identical one is."""
    results: dict[str, Tally] = field(default_factory=dict)
    """By the kind of check."""
    durations: dict[str, Durations] = field(default_factory=dict)
    """The same."""
    faulty: dict[str, str] = field(default_factory=dict)
    """Label of a probe -> what was wrong with its checker last."""

    def note(self, kind: str, result: CheckResult) -> None:
        """One check has ended."""
        if kind not in self.results:
            self.results[kind], self.durations[kind] = Tally(), Durations()
        self.results[kind].count(result)
        self.durations[kind].note(result.duration)


Say: TypeAlias = Callable[[str, str, str], None]
"""Level, dotted event, words: a log line."""
