"""What the health process says of the checks that VRRP tracks, and what counts when it falls silent.

A verdict holds for the time that it brings along.  A node never goes to FAULT because its own health process died,
unless ``on_silence fail`` says so.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from standfast.config.model import Config
from standfast.config.tracking_model import SERVICES, CheckPolicy
from standfast.events import Event, Level, Remark
from standfast.health import verdicts
from standfast.health.verdicts import Verdict
from standfast.values import SECOND, seconds
from standfast.vrrp.notifier import Wake
from standfast.vrrp.tracking import BAD, GOOD

FIRST: Final = 10 * SECOND
"""How long a first verdict is waited for."""

FROM_HEALTH: Final = ("check", "services")
"""Kinds of which the health process tells."""

THEIRS: Final = CheckPolicy(name=SERVICES, on_silence="ignore")
"""Of `await_services`: it is never bad, only not there yet."""

Report: TypeAlias = Callable[[str, int | None, str, int], None]
"""Name, GOOD, BAD or None for not known, words, now."""


@dataclass(slots=True)
class _Check:
    """One of them, as last told."""

    policy: CheckPolicy
    holds_until: int | None
    """On our clock; None: it is silent (or its verdict holds for ever)."""
    good: bool | None = None
    words: str = ""
    silent: bool = False


class TrackChecks:
    """All of them. ``line`` is where verdicts come from; None: nobody makes checks."""

    def __init__(self, line: socket.socket | None, report: Report, tell: Callable[[Event], None], wake: Wake) -> None:
        self._line = line
        self._report = report
        self._tell = tell
        self._wake = wake
        self._checks: dict[str, _Check] = {}
        self.on_look: Callable[[Verdict, int], None] = lambda _verdict, _now: None
        """Who else hears of every look, also of checks that nothing tracks."""

    def configure(self, config: Config, now: int) -> None:
        """Track these from now on. What is known of those that stay goes on counting."""
        used = {tracker.name for each in config.instances for tracker in each.trackers if tracker.kind in FROM_HEALTH}
        used |= {tracker.name for each in config.sync_groups for tracker in each.trackers if tracker.kind == "check"}
        policies = {policy.name: policy for policy in (*config.checks, THEIRS)}
        before, self._checks = self._checks, {}
        for name in sorted(used):
            policy = policies.get(name)
            if policy is None:
                self._report(name, None, "is left out, because there is a fault in it", now)
                continue
            check = before.get(name) or _Check(policy, now + FIRST)
            check.policy = policy
            self._checks[name] = check
            if check.silent:
                self._silence(check, now)
            elif check.good is not None:  # an instance that did not track it before has to hear of it
                self._say(check, now)
        self._rearm()

    def read(self, now: int) -> None:
        """Take what waits in the line."""
        if self._line is None:
            return
        for verdict in verdicts.receive(self._line):
            self.hear(verdict, now)
            self.on_look(verdict, now)
        self._rearm()

    def hear(self, verdict: Verdict, now: int) -> None:
        """One verdict. One that waited too long in the line, or that decides nothing, says nothing."""
        check = self._checks.get(verdict.name)
        if check is None or verdict.good is None or not verdict.fresh(now):
            return
        if check.silent:
            self._remark("info", check, "the health process tells of it again", now)
        check.silent, check.good, check.words = False, verdict.good, verdict.words
        check.holds_until = verdict.at + verdict.max_age if verdict.max_age else None
        self._say(check, now)

    def turn(self, now: int) -> None:
        """Verdicts may have become too old."""
        for check in self._checks.values():
            if check.holds_until is not None and check.holds_until <= now:
                self._remark("warning", check, f"{_what(check)} (on_silence {check.policy.on_silence})", now)
                self._silence(check, now)
        self._rearm()

    def _say(self, check: _Check, now: int) -> None:
        self._report(check.policy.name, GOOD if check.good else BAD, check.words, now)

    def _silence(self, check: _Check, now: int) -> None:
        check.silent, check.holds_until = True, None
        name, policy, what = check.policy.name, check.policy.on_silence, _what(check)
        if policy == "fail":
            self._report(name, BAD, f"{what}; `on_silence fail` makes it bad", now)
        elif policy == "ignore" or check.good is None:
            self._report(name, None, f"{what}; it does not count", now)
        else:
            self._report(name, GOOD if check.good else BAD, f"{what}; the last result stays: {check.words}", now)

    def _remark(self, level: Level, check: _Check, words: str, now: int) -> None:
        name = check.policy.name
        said = f"{'services' if name == SERVICES else 'vrrp_check'} {name}: {words}"
        self._tell(Remark(at=now, level=level, event="vrrp.check", words=said))

    def _rearm(self) -> None:
        times = [check.holds_until for check in self._checks.values() if check.holds_until is not None]
        self._wake(min(times, default=None), self.turn)


def _what(check: _Check) -> str:
    known = check.good is not None
    return "nothing new from the health process" if known else f"no first result within {seconds(FIRST)}"
