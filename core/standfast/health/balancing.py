"""The part of the health process that checks servers and balances services."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import trio

from standfast import clock
from standfast.config.lvs_model import Balancing
from standfast.contract.balancing import LoadBalancer
from standfast.contract.checking import Checker
from standfast.events import Event
from standfast.health import memory, suspension
from standfast.health.announcer import Announcer, TellingScript
from standfast.health.blocking import CULPRIT, banned_task
from standfast.health.books import Books
from standfast.health.describe import describe_checks, describe_service
from standfast.health.heap import settling
from standfast.health.lent import Lent, WatchValue
from standfast.health.names import LookUp, Names, look_up, names_of, resolved
from standfast.health.planes import Planes
from standfast.health.probe import Probe, Say, key_of
from standfast.health.roster import Roster
from standfast.health.scheduler import Scheduler
from standfast.health.service import Service
from standfast.health.standing_orders import StandingOrders
from standfast.health.suspension import Suspendable, Watchman
from standfast.health.telling import Told
from standfast.health.tracked import TrackSeat
from standfast.transfer import sendable
from standfast.values import SECOND, Address, seconds

LAST_WORDS_S: Final = 1.0
"""What scripts may take at the end."""

REMEMBER_EVERY_S: Final = 1.0
SAVING_SHARE: Final = 50
"""Remembering takes no more than this part of the time."""

REPEAT_EVERY_S: Final = 1.0
"""How often VRRP hears of what is only watched."""

IN_ONE_TURN: Final = 1000
"""Servers that are described for a status before others have their turn; some 10 ms."""


@dataclass(slots=True)
class Means:
    """What the part needs of the process around it."""

    run_dir: Path
    say: Say
    publish: Callable[[Event], None]
    run_script: TellingScript
    watch_value: WatchValue
    checkers: Mapping[str, type[Checker[Any]]]
    load_balancers: Mapping[str, type[LoadBalancer]]
    watchman: Callable[[], Watchman]
    """Who tells of addresses; made only if a service wants to know."""
    resume: bool = False
    """A predecessor died a moment ago."""
    programmed: Callable[[], None] = lambda: None
    """Called when the kernel has what it is to have, after a start and after each reload."""
    look_up: LookUp = look_up
    """Asks name servers."""


@dataclass(slots=True)
class BalancingPart:
    """Scheduler, books and data planes, put together."""

    means: Means
    config: Balancing
    """As it runs: with what names mean."""
    tracked: list[TrackSeat] = field(default_factory=list)
    """Checks that VRRP tracks."""
    _nursery: trio.Nursery | None = None
    _unsaved: trio.Event = field(default_factory=trio.Event)
    _drains: trio.Event = field(default_factory=trio.Event)
    _watched: bool = False
    _stopping: bool = False
    planes: Planes = field(init=False)
    books: Books = field(init=False)
    scheduler: Scheduler = field(init=False)
    roster: Roster = field(init=False)
    lent: Lent = field(init=False)
    names: Names = field(init=False)
    orders: StandingOrders = field(init=False)
    announcer: Announcer = field(init=False)
    _written: Balancing = field(init=False)

    def __post_init__(self) -> None:
        """Make what lasts."""
        means = self.means
        self.scheduler = Scheduler(means.say)
        self.lent = Lent(means.run_script, means.watch_value, means.say)
        self._written = self.config
        self.names = Names(means.run_dir, means.look_up, self._names_changed, means.say)
        self.orders = StandingOrders(means.run_dir, means.say)
        self.roster = Roster(self.scheduler, means.checkers, self.lent)
        self.books = Books(self._heed, lambda words: means.say("warning", "health.failed_try", words))
        self.planes = Planes(means.run_dir, means.load_balancers, self.books.pool, means.say, resume=means.resume)
        self.announcer = Announcer(means.publish, means.run_script, means.say, self.planes.programmed)

    # The life

    async def run(self) -> None:
        """For ever."""
        async with trio.open_nursery() as self._nursery:
            self.announcer.begin(self._nursery)
            with settling():
                self._begin()
            tasks = (self.scheduler.run, self.planes.count, self._remember, self._end_drains, self._repeat)
            self._nursery.start_soon(self._tell_ready)
            for task in tasks:
                self._nursery.start_soon(task)
            await trio.sleep_forever()

    def _begin(self) -> None:
        self.roster.banned = banned_task(self.means.run_dir / CULPRIT)
        if self.roster.banned:
            self.means.say(
                "error", "health.banned", f"{self.roster.banned} hung or ended this process; left out for now"
            )
        self.names.remember()
        self._written, self.config = self.config, resolved(self.config, self.names.answers)
        self.planes.remember()
        self.planes.choose(self.config)
        known = memory.load(self.means.run_dir)
        remembered = {} if known is None else known.services
        self.orders.load()

        def restore(service: Service) -> None:
            self.orders.remind(service)
            if self.means.resume or service.config.initial_state == "last":
                memory.remind(service, remembered.get(service.name, {}))

        self.books.begin(self.config, clock.now(), restore=restore)
        if not self.means.resume:
            self.orders.tell(self.books.services)
        self._take_up()

    def _take_up(self) -> None:
        """Program, check and watch what the books have now."""
        if self._nursery is None:
            raise RuntimeError("data planes are driven only while run() runs")
        self.planes.run_chosen(self.books.services, self._nursery)
        self.roster.wish([*self.books.wishes(), *(seat.wish for seat in self.tracked)])
        self._watch_addresses()
        self.names.follow(names_of(self._written), self._nursery)

    async def _names_changed(self) -> None:
        """A name means something else: as if somebody had reloaded a configuration that says so."""
        if not self._stopping:
            await self.commit(self._written, why="its name means other addresses")

    def prepare(self, config: Balancing) -> str:
        """Why this cannot be run, where what runs now can; empty: it can."""
        return self.planes.objections(resolved(config, self.names.answers))

    async def commit(self, config: Balancing, why: str = "removed by a reload") -> tuple[str, ...]:
        """Run by this from now on; what has changed, in words. ``why`` servers may go."""
        settings_changed = config.globals != self.config.globals
        self._written, config = config, resolved(config, self.names.answers)
        self.config = config
        self.planes.choose(config)
        self.lent.forget_contexts()
        words = self.books.reload(config, clock.now(), why=why, restore=self.orders.remind)
        self.orders.note(self.books.services, self._written)
        self._take_up()
        await self.planes.apply(self.books.services, reconfigure=settings_changed)
        await self.announcer.flush()
        if self._nursery is not None:
            self._nursery.start_soon(self._tell_ready)
        return tuple(words)

    async def stop(self, *, leave: bool) -> None:
        """The end: with `omega` that is told first."""
        self._stopping = True
        self.roster.wish(())
        if leave:
            await self.announcer.flush()
            self._save()
        else:
            self.books.end(clock.now())
            await self.announcer.flush()
            with trio.move_on_after(LAST_WORDS_S):
                await self.announcer.quiet()
        await self.planes.stop(leave=leave)
        if not leave:
            self._save()

    async def follow(self, masters: frozenset[str]) -> None:
        """The instances that are MASTER have changed."""
        await self.planes.follow(masters)

    # What follows from results

    def _heed(self, service: Service, told: Sequence[Told]) -> None:
        self.planes.touch(service.name)
        self._unsaved.set()
        self.announcer.put(told)

    # Tasks

    async def _remember(self) -> None:
        """How servers stand, and what is in the kernel, so that a successor finds the one by the other.

        For very many servers this takes a while, so it is done less often then.
        """
        rest_s = REMEMBER_EVERY_S
        while True:
            await self._unsaved.wait()
            await trio.sleep(rest_s)
            self._unsaved = trio.Event()
            if self._stopping:
                continue
            began = clock.now()
            self._save()
            await trio.lowlevel.checkpoint()
            self.planes.note()
            rest_s = max(REMEMBER_EVERY_S, SAVING_SHARE * (clock.now() - began) / SECOND)

    def _save(self) -> None:
        try:
            data = msgspec.json.encode(memory.recollect(self.books.services))
            memory.save(self.means.run_dir / memory.FILE, data)
        except OSError as error:
            self.means.say("warning", "health.memory", f"how servers stand cannot be noted: {error.strerror}")

    async def _end_drains(self) -> None:
        while True:
            soonest = self.books.expire(clock.now())
            self.orders.note(self.books.services)
            wait = float("inf") if soonest is None else max(soonest - clock.now(), 0) / SECOND
            with trio.move_on_after(wait):
                await self._drains.wait()
                self._drains = trio.Event()

    async def _repeat(self) -> None:
        while True:
            await trio.sleep(REPEAT_EVERY_S)
            for seat in self.tracked:
                seat.repeat(clock.now())

    def look_now(self, names: Collection[str]) -> None:
        """VRRP is about to decide, and wants to know how these are."""
        asked = [seat for seat in self.tracked if seat.check.name in names]
        probes = (self.scheduler.probes.get(key_of(seat.wish[0])) for seat in asked)
        self.scheduler.hurry([probe for probe in probes if probe is not None])
        for seat in asked:
            seat.repeat(clock.now())

    async def _tell_ready(self) -> None:
        await self.planes.ready()
        self.means.programmed()

    def drains_changed(self) -> None:
        """Somebody gave an order that may end by itself."""
        self._drains.set()

    def _watch_addresses(self) -> None:
        if self._nursery is None or self._watched or not any(self._suspendable()):
            return
        self._watched = True
        try:
            watchman = self.means.watchman()
        except OSError as error:
            self.means.say("error", "health.addresses", f"`ha_suspend` has no effect: {error.strerror}")
            return
        self._nursery.start_soon(suspension.watch, watchman, self._suspendable, self._awake)

    def _suspendable(self) -> Iterable[tuple[Service, Address]]:
        for service in self.books.services.values():
            if service.config.ha_suspend and service.config.address is not None:
                yield service, service.config.address
            else:
                service.suspended = False

    def _awake(self, changed: Sequence[Suspendable]) -> None:
        for service in changed:
            words = "is not here: checks are suspended" if service.suspended else "is here: checks go on"
            if isinstance(service, Service):
                self.means.say("info", "health.suspended", f"the address of {service.name} {words}")
        self.scheduler.awake(self.scheduler.probes.values())

    def slow_step(self, task: str, took: int) -> None:
        """A task kept the loop for so long (microseconds): if it is a check's, the checker is at fault."""
        for probe in self.scheduler.probes.values():
            if probe.label == task:
                self.scheduler.blame(probe, f"kept the process for {seconds(took)} without waiting for anything")
                return

    # Answers

    def probes_of(self, service: Service, server: str = "") -> list[Probe]:
        """The probes of a service, or of one of its servers (by its label)."""
        found = []
        for probe in self.scheduler.probes.values():
            for seat in probe.subscribers:
                if getattr(seat, "service", None) is service and server in ("", seat.server.label):  # type: ignore[attr-defined]
                    found.append(probe)
                    break
        return found

    def describe(self) -> dict[str, Any]:
        """For ``status``."""
        return {"services": list(self._services()), **self._rest()}

    async def described(self) -> AsyncGenerator[bytes, None]:
        """The same as JSON, in pieces: tens of thousands of servers take a third of a second, and checks go on."""
        ahead, batch, servers = b'{"services":[', list[bytes](), 0
        for service in self._services():
            batch.append(sendable(msgspec.json.encode, service))
            servers += len(service["servers"])
            if servers >= IN_ONE_TURN:
                yield ahead + b",".join(batch)
                ahead, batch, servers = b",", [], 0
                await trio.lowlevel.checkpoint()
        if ahead == b"," and not batch:
            ahead = b""
        yield ahead + b",".join(batch) + b"]," + sendable(msgspec.json.encode, self._rest())[1:]

    def _services(self) -> Iterator[dict[str, Any]]:
        for name, service in self.books.services.items():
            plane, counted = self.planes.choice.of.get(name, ""), self.planes.statistics.get(name)
            yield describe_service(service, plane=plane, problem=self.planes.problem_of(name), counted=counted)

    def _rest(self) -> dict[str, Any]:
        checks = describe_checks(self.scheduler.figures, len(self.scheduler.probes))
        return {"planes": self.planes.describe(), "checks": checks}
