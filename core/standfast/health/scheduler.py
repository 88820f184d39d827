"""Makes checks when they are due: one heap, one task that waits, and a task for a check only while it is made."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from typing import Final

import trio

from standfast import clock
from standfast.config.lvs_model import Pace
from standfast.contract.checking import CheckResult, Code, WatchingChecker, bad
from standfast.health.agenda import Agenda
from standfast.health.outcome import from_error, from_return, timed
from standfast.health.pitch import Pitch
from standfast.health.probe import Figures, Probe, Say
from standfast.health.verdict import LONGEST_WAIT
from standfast.values import SECOND, seconds

FIRST_WAIT: Final = SECOND
"""Before any first check, as keepalived waits."""

AT_ONCE: Final = 64
"""Checks begun before others get their turn."""

PATIENCE: Final = 10
"""A check without a deadline may take so many times `delay_loop`, and no less than a minute, before it is given up."""

REST: Final = SECOND
"""Between two tries of a checker that watches and has failed; doubles up to a minute."""


class Scheduler:
    """All probes. Times of the agenda are microseconds on trio's clock; those of results on ours."""

    def __init__(self, say: Say, *, chance: random.Random | None = None) -> None:
        self.figures = Figures()
        self.probes: dict[object, Probe] = {}
        self._say = say
        self._chance = chance or random.Random()  # noqa: S311 - spreads load, guards nothing
        self._agenda: Agenda[Probe] = Agenda()
        self._pitch = Pitch()
        self._changed = trio.Event()
        self._nursery: trio.Nursery | None = None
        self._runs = trio.Event()
        self._waiting: list[Probe] = []
        """Watching probes that came before the nursery."""

    async def run(self) -> None:
        """For ever."""
        async with trio.open_nursery() as self._nursery:
            self._runs.set()
            waiting, self._waiting = self._waiting, []
            for probe in waiting:
                self._nursery.start_soon(self._watch, probe, name=probe.label)
            while True:
                self._begin_due()
                await self._until_due()

    async def _until_due(self) -> None:
        due = self._agenda.next
        with trio.move_on_at(math.inf if due is None else due / SECOND):
            await self._changed.wait()
            self._changed = trio.Event()

    def _begin_due(self) -> None:
        now = _now()
        for due, probe in self._agenda.take(now, AT_ONCE):
            if probe.running is not None or probe.suspended:
                continue
            self.figures.lateness.note(now - due)
            self._begin(probe)

    def _begin(self, probe: Probe) -> None:
        if self._nursery is None:
            raise RuntimeError("checks begin only while run() runs")
        pace = probe.configured.pace
        probe.running = trio.CancelScope(deadline=trio.current_time() + _limit(probe, pace) / SECOND)
        probe.started = clock.now()
        probe.ended = None
        self.figures.made += 1
        self.figures.joined += len(probe.subscribers) - 1
        self._nursery.start_soon(self._look, probe, probe.running, name=probe.label)

    async def _look(self, probe: Probe, scope: trio.CancelScope) -> None:
        started = probe.started
        result, problem = bad(Code.OVERRUN, ""), ""
        with scope:
            try:
                result, problem = from_return(await probe.checker.check())
            except (Exception, SystemExit) as error:
                result, problem = from_error(error)
        probe.running = None
        if probe.retired:
            return
        now = clock.now()
        if scope.cancelled_caught:
            result, problem = self._overrun(probe, now - started)
        if problem:
            self.blame(probe, problem)
        result = timed(result, now - started)
        self.figures.note(probe.configured.kind, result)
        wait = self._jittered(probe.tell(result, now), probe.configured.pace)
        if probe.configured.pace.from_start:
            wait = max(wait - (now - started), 0)
        if probe.again:
            probe.again, wait = False, 0
        self._enter(probe, wait)
        if probe.ended is not None:
            probe.ended.set()

    def _overrun(self, probe: Probe, took: int) -> tuple[CheckResult, str]:
        words = f"not over after {seconds(took)}; given up"
        asked_for = probe.configured.pace.deadline is not None
        return bad(Code.OVERRUN, words), "" if asked_for else f"was {words}"

    def _jittered(self, wait: int, pace: Pace) -> int:
        if not pace.jitter:
            return wait
        share = self._chance.uniform(-pace.jitter, pace.jitter) / 100
        return round(wait * (1 + share))

    def _enter(self, probe: Probe, wait: int) -> None:
        earlier = self._agenda.next
        due = self._pitch.due(_now(), min(wait, LONGEST_WAIT))
        self._agenda.enter(probe, due)
        if earlier is None or due < earlier:
            self._changed.set()

    # Checkers that watch

    async def _watch(self, probe: Probe) -> None:
        rest = REST
        while not probe.retired:
            with trio.CancelScope() as probe.running:
                problem = await self._watch_once(probe)
                self.blame(probe, problem)
                await trio.sleep_until(trio.current_time() + rest / SECOND)
                rest = min(rest * 2, 60 * SECOND)

    async def _watch_once(self, probe: Probe) -> str:
        """Until it ends, which it should not; why it did."""
        checker = probe.checker
        if not isinstance(checker, WatchingChecker):
            return "is no checker that watches"

        def report(seen: CheckResult) -> None:
            result, problem = from_return(seen)
            if problem:
                self.blame(probe, problem)
            if not probe.retired:
                probe.tell(timed(result, 0), clock.now())

        try:
            await checker.watch(report)
        except (Exception, SystemExit) as error:
            result, problem = from_error(error)
            report(result)
            return problem or f"ended: {result.words}"
        return "stopped watching"

    # Who is looked at

    def add(self, probe: Probe, *, soon: bool = False, eager: bool = False) -> None:
        """A new probe. The first check comes after 1 s and part of `warmup`; ``soon``: a part of `delay_loop`.

        ``eager``: at once, because somebody waits for the result.
        """
        self.probes[probe.key] = probe
        if isinstance(probe.checker, WatchingChecker):
            if self._nursery is None:
                self._waiting.append(probe)
            else:
                self._nursery.start_soon(self._watch, probe, name=probe.label)
            return
        pace = probe.configured.pace
        self._pitch.add(pace.delay_loop)
        wait = self._part(pace.delay_loop) if soon else FIRST_WAIT + self._part(pace.warmup)
        self._enter(probe, 0 if eager else wait)

    def remove(self, probe: Probe) -> None:
        """Nobody wants it any more; a check that is being made is given up."""
        probe.retired = True
        if self.probes.pop(probe.key, None) is not None and not isinstance(probe.checker, WatchingChecker):
            self._pitch.remove(probe.configured.pace.delay_loop)
        self._agenda.remove(probe)
        self.figures.faulty.pop(probe.label, None)
        if probe.running is not None:
            probe.running.cancel()
        if probe.ended is not None:
            probe.ended.set()

    def awake(self, probes: Iterable[Probe]) -> None:
        """Some of them may have been suspended and are not any more: they look soon, one after the other."""
        for probe in probes:
            if probe.running is None and probe not in self._agenda and not probe.suspended and not probe.retired:
                self._enter(probe, self._part(min(probe.configured.pace.delay_loop, SECOND)))

    def hurry(self, probes: Iterable[Probe]) -> None:
        """Somebody waits for what they see now: look at once. One that is looking looks once more after that."""
        for probe in probes:
            if isinstance(probe.checker, WatchingChecker):
                continue  # it tells what it sees in any case
            if probe.running is not None:
                probe.again = True
            elif self._nursery is None:  # a question may come before run() has had its first turn
                self._enter(probe, 0)
            else:
                self._agenda.remove(probe)
                self._begin(probe)

    async def check_now(self, probes: Iterable[Probe], *, patience_s: float) -> list[Probe]:
        """Look at once, and wait until that is over; those that have not answered in time."""
        await self._runs.wait()
        asked = [probe for probe in probes if not isinstance(probe.checker, WatchingChecker)]
        for probe in asked:
            if probe.running is None:
                self._agenda.remove(probe)
                self._begin(probe)
            probe.ended = probe.ended or trio.Event()
        with trio.move_on_after(patience_s):
            for probe in asked:
                if probe.ended is not None:
                    await probe.ended.wait()
        return [probe for probe in asked if probe.running is not None]

    def blame(self, probe: Probe, problem: str) -> None:
        """The checker itself is at fault: named in the log (the first time, and whenever it is something else)."""
        probe.faults += 1
        if problem != probe.fault:
            self._say("error", "health.checker", f"{probe.label}: the checker {problem}")
        probe.fault = problem
        self.figures.faulty[probe.label] = problem

    def _part(self, of: int) -> int:
        return round(self._chance.random() * min(of, LONGEST_WAIT))


def _limit(probe: Probe, pace: Pace) -> int:
    """How long one check may take in all."""
    if pace.deadline is not None:
        return pace.deadline
    own: int = probe.checker.longest or 0
    return max(60 * SECOND, min(PATIENCE * pace.delay_loop, LONGEST_WAIT), own + 10 * SECOND)


def _now() -> int:
    """Microseconds on trio's clock, rounded so that what is due at a time is due when that time has come."""
    return math.ceil(trio.current_time() * SECOND)
