"""Keeps one data plane equal to what is wanted: changes in one piece, failures tried again, drift mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import trio

from standfast import clock
from standfast.config.lvs_model import LvsGlobals
from standfast.contract.balancing import Failure, LoadBalancer, Pool, PoolChange, PoolStatistics
from standfast.health.probe import Say
from standfast.health.reconcile import plan
from standfast.vrrp.lateness import Lateness

LULL_S: Final = 0.001
"""A change is programmed when nothing else has changed for so long: one that comes alone hardly waits."""

TICK_S: Final = 0.005
"""But it waits no longer than that, for others that come together with it."""

AT_ONCE: Final = 4000
"""Members, old and new, in one batch; some 0.2 s of work. More comes in several."""

REST_S: Final = 1.0
"""After a failure, before the next try; doubles up to a minute."""

LONGEST_REST_S: Final = 60.0

QUIET_S: Final = 10.0
"""Without anything to repair for so long, drift is mended at once again."""

Desired: TypeAlias = Callable[[str], Pool | None]
"""What is wanted of a name; None: that it is not there."""


@dataclass(slots=True)
class _Shelved:
    """A change that the kernel refused."""

    wanted: Pool | None
    words: str
    rest_s: float
    again_at: float
    """On trio's clock."""


class Programmer:
    """Drives one load balancer. Nothing else calls it, so its calls come one after another."""

    def __init__(self, balancer: LoadBalancer, settings: LvsGlobals, desired: Desired, say: Say) -> None:
        self.applied: dict[str, Pool] = {}
        """What it has."""
        self.problem = ""
        """Why it does not work at all; empty: it does."""
        self.delay = Lateness()
        """From a change to its being programmed."""
        self.last_delay = 0
        """The last of these, in microseconds."""
        self.batches = 0
        self.repairs = 0
        self.masters: frozenset[str] = frozenset()
        self.started = False
        self.ready = trio.Event()
        """Everything that was wanted at the start has been programmed, or refused."""
        self._balancer = balancer
        self._settings = settings
        self._desired = desired
        self._say = say
        self._touched: dict[str, None] = {}
        self._touched_at = 0
        self._touches = 0
        """How often; to notice when it is quiet."""
        self._done = 0
        """Which of these touches the kernel has answered."""
        self._waiting = trio.lowlevel.ParkingLot()
        self._untidy = trio.Event()
        self._shelved: dict[str, _Shelved] = {}
        self._dirty = trio.Event()
        self._turn = trio.Lock()

    @property
    def name(self) -> str:
        """What `lb_backend` calls it."""
        return self._balancer.name

    @property
    def refused(self) -> dict[str, str]:
        """Pool -> why the kernel does not take it."""
        return {name: each.words for name, each in self._shelved.items()}

    def problem_of(self, name: str) -> str:
        """Why this pool is not as it should be; empty: it is."""
        shelved = self._shelved.get(name)
        return self.problem if shelved is None else shelved.words

    def touch(self, name: str) -> None:
        """What is wanted of this pool may have changed."""
        if not self._touched:
            self._touched_at = clock.now()
        self._touched[name] = None
        self._touches += 1
        self._dirty.set()

    async def programmed(self) -> None:
        """Until the kernel has taken or refused all that was touched so far; at once, if the plane does not work."""
        asked = self._touches
        while self._done < asked and not self.problem:
            await self._waiting.park()

    async def run(self, adopt: Sequence[Pool]) -> None:
        """For ever. ``adopt``: what an earlier process may have left."""
        await self._start(adopt)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._mend)
            nursery.start_soon(self._tidy)
            while True:
                await self._something_to_do()
                await self.apply()

    async def _something_to_do(self) -> None:
        again_at = min((each.again_at for each in self._shelved.values()), default=float("inf"))
        with trio.move_on_at(again_at):
            await self._dirty.wait()
            await self._lull()
            return
        now = trio.current_time()
        for name, each in self._shelved.items():
            if each.again_at <= now:
                self._touched.setdefault(name)

    async def _lull(self) -> None:
        latest = trio.current_time() + TICK_S
        while trio.current_time() < latest:
            before = self._touches
            await trio.sleep(LULL_S)
            if self._touches == before:
                return

    async def _start(self, adopt: Sequence[Pool]) -> None:
        rest_s = REST_S
        while True:
            try:
                async with self._turn:
                    failures = await self._balancer.start(self._settings, adopt=adopt)
                    self.applied = {pool.name: pool for pool in await self._balancer.read()} if adopt else {}
            except Exception as error:
                self._fault(f"does not start: {_words(error)}")
            else:
                self.started, self.problem = True, ""
                self._global_failures(failures)
                break
            await trio.sleep(rest_s)
            rest_s = min(rest_s * 2, LONGEST_REST_S)
        for name in self.applied:
            self._touched.setdefault(name)
        self._dirty.set()
        await self.follow(self.masters)

    def _fault(self, words: str) -> None:
        if self.problem != words:
            self._say("error", "lvs.backend", f"{self.name}: {words}; tried again")
        self.problem = words
        self._waiting.unpark_all()

    def _global_failures(self, failures: Sequence[Failure]) -> None:
        for failure in failures:
            self._say("error", "lvs.settings", f"{self.name}: {failure.words}")

    # Changes

    async def apply(self) -> None:
        """Everything that was touched, now, in one piece."""
        async with self._turn:
            self._dirty = trio.Event()
            if not self.started:
                return
            touched, self._touched = self._touched, {}
            since, asked = self._touched_at, self._touches
            changes = self._changes(touched)
            for piece in pieces(changes):
                await self._program(piece)
                self.last_delay = clock.now() - since
                await trio.lowlevel.checkpoint()  # checks and the heartbeat have their turn
            if changes:
                self.delay.note(self.last_delay)
            self._done = asked
            self._waiting.unpark_all()
            self.ready.set()

    async def _program(self, changes: Sequence[PoolChange]) -> None:
        self.batches += 1
        try:
            failures = await self._balancer.apply(changes)
            self._untidy.set()
        except Exception as error:
            self._fault(f"takes no changes: {_words(error)}")
            failures = tuple(Failure(pool=_name(each), words=_words(error)) for each in changes)
        else:
            self.problem = ""
        self._settle(changes, {failure.pool: failure.words for failure in failures})

    def _changes(self, touched: dict[str, None]) -> tuple[PoolChange, ...]:
        now = trio.current_time()
        old, new = {}, {}
        for name in touched:
            wanted = self._desired(name)
            shelved = self._shelved.get(name)
            if shelved is not None and shelved.wanted == wanted and shelved.again_at > now:
                continue
            if name in self.applied:
                old[name] = self.applied[name]
            if wanted is not None:
                new[name] = wanted
            if old.get(name) == wanted:
                self._shelved.pop(name, None)
        return plan(old, new)

    def _settle(self, changes: Sequence[PoolChange], refused: dict[str, str]) -> None:
        for change in changes:
            name = _name(change)
            if name in refused:
                self._shelve(name, change.new, refused[name])
                continue
            if self._shelved.pop(name, None) is not None:
                self._say("info", "lvs.accepted", f"{self.name}: {name} is as it should be again")
            self.applied.pop(name, None)
            if change.new is not None:
                self.applied[name] = change.new

    def _shelve(self, name: str, wanted: Pool | None, words: str) -> None:
        before = self._shelved.get(name)
        rest_s = REST_S if before is None or before.wanted != wanted else min(before.rest_s * 2, LONGEST_REST_S)
        if before is None or before.words != words:
            self._say("error", "lvs.refused", f"{self.name}: {name}: {words}; tried again")
        self._shelved[name] = _Shelved(wanted, words, rest_s, trio.current_time() + rest_s)

    async def _tidy(self) -> None:
        """Behind changes: after several that come close together once."""
        while True:
            await self._untidy.wait()
            self._untidy = trio.Event()
            try:
                failures = await self._balancer.tidy()
            except Exception as error:
                failures = (Failure(pool="", words=_words(error)),)
            for failure in failures:
                whose = f"{failure.pool}: " if failure.pool else ""
                self._say("warning", "lvs.left_behind", f"{self.name}: {whose}{failure.words}")

    # Drift

    async def _mend(self) -> None:
        """Set right what others change; if they do so again and again, with growing pauses."""
        rest_s, mended_at = REST_S, float("-inf")
        while True:
            try:
                await self._balancer.disturbed()
                async with self._turn:
                    repairs = await self._balancer.repair()
            except Exception as error:
                self._fault(f"cannot compare with the kernel: {_words(error)}")
                await trio.sleep(rest_s)
                rest_s = min(rest_s * 2, LONGEST_REST_S)
                continue
            for repair in repairs:
                self._say("warning", "lvs.repaired", f"{self.name}: {repair.pool}: {repair.words}")
            self.repairs += len(repairs)
            now = trio.current_time()
            if not repairs:
                continue
            rest_s = min(rest_s * 2, LONGEST_REST_S) if now - mended_at < QUIET_S + rest_s else REST_S
            mended_at = now
            await trio.sleep(rest_s)

    def describe(self) -> dict[str, Any]:
        """For ``status``."""
        return {
            "batches": self.batches,
            "repairs": self.repairs,
            "problem": self.problem,
            "delay_last_ms": self.last_delay / 1000,
            "delay_p99_ms": self.delay.percentile(99) / 1000,
            "delay_worst_ms": self.delay.worst / 1000,
        }

    # The rest of the contract

    async def statistics(self) -> dict[str, PoolStatistics]:
        """What the data plane counted; empty if it cannot say at the moment."""
        if not self.started:
            return {}
        async with self._turn:
            try:
                return await self._balancer.statistics()
            except Exception as error:
                self._say("warning", "lvs.statistics", f"{self.name}: no statistics: {_words(error)}")
                return {}

    async def reconfigure(self, settings: LvsGlobals) -> None:
        """Global settings are others now."""
        self._settings = settings
        if self.started:
            async with self._turn:
                self._global_failures(await self._balancer.reconfigure(settings))

    async def follow(self, masters: frozenset[str]) -> None:
        """The instances that are MASTER."""
        self.masters = masters
        if self.started:
            async with self._turn:
                self._global_failures(await self._balancer.follow(masters))

    async def stop(self, *, leave: bool) -> None:
        """The end."""
        async with self._turn:
            if self.started:
                self.started = False
                await self._balancer.stop(leave=leave)


def pieces(changes: Sequence[PoolChange]) -> Iterator[list[PoolChange]]:
    """In batches that a data plane can take without keeping the process for long; a service is never divided."""
    piece: list[PoolChange] = []
    members = 0
    for change in changes:
        size = sum(len(pool.members) + 1 for pool in (change.old, change.new) if pool is not None)
        if piece and members + size > AT_ONCE:
            yield piece
            piece, members = [], 0
        piece.append(change)
        members += size
    if piece:
        yield piece


def _name(change: PoolChange) -> str:
    pool = change.new or change.old
    return "" if pool is None else pool.name


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or f"{type(error).__name__}: {error}"
