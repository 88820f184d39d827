"""The data planes: which one runs which service, and everything that all of them are told together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import trio

from standfast.config.lvs_model import Balancing, LvsGlobals
from standfast.contract.balancing import LoadBalancer, Pool, PoolStatistics
from standfast.health import memory
from standfast.health.backends import Choice, choose
from standfast.health.probe import Say
from standfast.health.programmer import Desired, Programmer

STATISTICS_EVERY_S: Final = 5.0


class Planes:
    """A programmer for each plane that has, or has had, a service."""

    def __init__(
        self, run_dir: Path, known: Mapping[str, type[LoadBalancer]], desired: Desired, say: Say, *, resume: bool
    ) -> None:
        """``desired``: what a service is to be; ``resume``: a predecessor died a moment ago."""
        self.choice = Choice()
        self.programmers: dict[str, Programmer] = {}
        self.statistics: dict[str, PoolStatistics] = {}
        self._run_dir = run_dir
        self._known = known
        self._desired = desired
        self._say = say
        self._resume = resume
        self._settings = LvsGlobals()
        self._leftovers: dict[str, list[Pool]] = {}
        """What a predecessor left in planes that do not run yet."""
        self._masters: frozenset[str] = frozenset()
        self._curious = trio.Event()

    # Which of them

    def objections(self, config: Balancing) -> str:
        """Why this cannot be run, where what runs now can; empty: it can."""
        choice = choose(config, self._known)
        new = {name: words for name, words in choice.problems.items() if name not in self.choice.problems}
        return "; ".join(f"{name}: {words}" for name, words in new.items())

    def choose(self, config: Balancing) -> None:
        """Decide which plane runs which service; what none can run is named."""
        self._settings = config.globals
        before, self.choice = self.choice.problems, choose(config, self._known)
        for name, words in self.choice.problems.items():
            if before.get(name) != words:
                self._not_balanced(name, words)

    def _not_balanced(self, name: str, words: str) -> None:
        self._say("error", "lvs.unbalanced", f"{name} is not balanced: {words}")

    def remember(self) -> None:
        """Look for what a predecessor left; before any of them runs."""
        self._leftovers = memory.load_pools(self._run_dir)

    def run_chosen(self, services: Iterable[str], nursery: trio.Nursery) -> None:
        """Begin to drive those that are needed and do not run yet; each of these services may differ."""
        self.note()
        for plane in {*self.choice.of.values(), *self._leftovers} - set(self.programmers):
            if plane not in self._known:
                continue
            try:
                made = self._programmer(plane)
            except (Exception, SystemExit) as error:  # a plugin's fault is its services' misfortune alone
                self._cannot_be_made(plane, f"{plane}: its plugin raised {type(error).__name__}: {error}")
                continue
            self.programmers[plane] = made
            adopt = self._leftovers.pop(plane, [])
            nursery.start_soon(made.run, adopt)
        for name in services:
            self.touch(name)

    def _cannot_be_made(self, plane: str, words: str) -> None:
        for name in [name for name, chosen in self.choice.of.items() if chosen == plane]:
            del self.choice.of[name]
            self.choice.problems[name] = words
            self._not_balanced(name, words)

    def _programmer(self, plane: str) -> Programmer:
        settings = self._settings
        if self._resume:  # a predecessor has flushed already, what is there is ours
            settings = msgspec.structs.replace(settings, flush=False)

        def desired(name: str) -> Pool | None:
            return self._desired(name) if self.choice.of.get(name) == plane else None

        made = Programmer(self._known[plane](), settings, desired, self._say)
        made.masters = self._masters
        return made

    def note(self) -> None:
        """Write down what may be there of ours, old and new: before the kernel is touched."""
        pools = {plane: {pool.name: pool for pool in old} for plane, old in self._leftovers.items()}
        for plane, programmer in self.programmers.items():
            pools.setdefault(plane, {}).update(programmer.applied)
        for name, plane in self.choice.of.items():
            pool = self._desired(name)
            if pool is not None:
                pools.setdefault(plane, {})[name] = pool
        try:
            memory.save_pools(self._run_dir, {plane: list(each.values()) for plane, each in pools.items()})
        except OSError as error:
            self._say("error", "health.memory", f"what is balanced cannot be noted: {error.strerror}")

    # All of them

    def touch(self, name: str) -> None:
        """What is wanted of this service may have changed."""
        for programmer in self.programmers.values():
            if name in programmer.applied or self.choice.of.get(name) == programmer.name:
                programmer.touch(name)

    async def apply(self, services: Iterable[str], *, reconfigure: bool) -> None:
        """Have what is wanted of these services programmed, now; ``reconfigure``: global settings, too."""
        names = list(services)
        for programmer in self.programmers.values():
            if reconfigure:
                await programmer.reconfigure(self._settings)
            for name in names:
                programmer.touch(name)
            await programmer.apply()

    async def programmed(self) -> None:
        """Until all that has been decided so far is in the kernel, or was refused."""
        for programmer in tuple(self.programmers.values()):
            await programmer.programmed()

    async def ready(self) -> None:
        """Until what was wanted at their start is."""
        for programmer in tuple(self.programmers.values()):
            await programmer.ready.wait()

    async def follow(self, masters: frozenset[str]) -> None:
        """The instances that are MASTER have changed."""
        if masters == self._masters:
            return
        self._masters = masters
        for programmer in self.programmers.values():
            await programmer.follow(masters)

    async def stop(self, *, leave: bool) -> None:
        """The end; unless ``leave``, nothing of ours stays."""
        for programmer in self.programmers.values():
            await programmer.stop(leave=leave)
        if not leave:
            (self._run_dir / memory.POOLS).unlink(missing_ok=True)

    # Answers

    async def count(self) -> None:
        """For ever: read the counters while somebody asks for them."""
        while True:
            await self._curious.wait()
            self._curious = trio.Event()
            counted: dict[str, PoolStatistics] = {}
            for programmer in self.programmers.values():
                counted |= await programmer.statistics()
            self.statistics = counted
            await trio.sleep(STATISTICS_EVERY_S)

    def problem_of(self, name: str) -> str:
        """Why a service is not balanced as it should be; empty: it is."""
        if name in self.choice.problems:
            return self.choice.problems[name]
        programmer = self.programmers.get(self.choice.of.get(name, ""))
        return "" if programmer is None else programmer.problem_of(name)

    def describe(self) -> dict[str, Any]:
        """For ``status``; from now on there are counters."""
        self._curious.set()
        return {name: each.describe() for name, each in self.programmers.items()}
