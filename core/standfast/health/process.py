"""The health process from fork to exit: its parts, the parent's orders, its sockets, and VRRP's events."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

import msgspec
import trio

from standfast import clock
from standfast.config import health_model
from standfast.config.health_model import HealthConfig
from standfast.control import protocol, server
from standfast.control.obedience import Obedience, contents
from standfast.control.protocol import EventPage, Outcome, Request
from standfast.health.feed import Feed
from standfast.health.heap import paused
from standfast.health.hub import Hub
from standfast.health.part import Part, PartMaker
from standfast.health.parts import PARTS
from standfast.supervise.messages import Ready, Stopped
from standfast.supervise.setup import HEARTBEAT, ChildSetup
from standfast.values import SECOND

SWITCH_S: Final = 0.0005
"""How long the loop waits for a thread that computes, at each of its system calls; Python's own is ten times that."""

STOP_PATIENCE_S: Final = 2.0
"""For all parts to stop; the parent waits a second longer."""


def main(setup: ChildSetup, makers: Sequence[PartMaker] = PARTS) -> int:
    """Run until the parent says stop, or is gone. Gives the exit status."""
    sys.setswitchinterval(SWITCH_S)
    with paused():
        config = health_model.decode(contents(setup.config))
    trio.run(HealthProcess(setup, config, makers).run)
    return 0


class HealthProcess:
    """All parts, and the tasks that are not theirs."""

    words = "the health process"

    def __init__(self, setup: ChildSetup, config: HealthConfig, makers: Sequence[PartMaker]) -> None:
        self._setup = setup
        self._makers = makers
        self._hub = Hub(setup, config)
        self._parts: list[Part] = []
        self._feed = Feed(setup.run_dir, seen=setup.page.remembered)
        self._hub.hears_vrrp = lambda: self._feed.connected
        self._parent = Obedience[HealthConfig](setup.channel, self, setup.log)
        self._turned_at = 0
        self._left = trio.Event()
        self._started_at = _iso()

    async def run(self) -> None:
        """Until it has left."""
        setup = self._setup
        async with trio.open_nursery() as nursery:
            self._beat()
            nursery.start_soon(self._keep_beating)
            self._parts = [make(self._hub) for make in self._makers]
            for part in self._parts:
                nursery.start_soon(part.run)
            if self._hub.programs is not None:
                nursery.start_soon(self._hub.programs.serve)
            nursery.start_soon(self._follow_vrrp)
            nursery.start_soon(self._hub.hear_questions)
            nursery.start_soon(server.serve, setup.control, self._obey_people)
            nursery.start_soon(server.serve, setup.status, self._answer)
            nursery.start_soon(self._parent.run, nursery)
            self._parent.say(Ready(generation=setup.generation))
            await self._left.wait()
            nursery.cancel_scope.cancel()

    def _beat(self) -> None:
        self._turned_at = clock.now()
        self._setup.page.beat(self._turned_at)

    async def _keep_beating(self) -> None:
        while True:
            await trio.sleep(HEARTBEAT / SECOND)
            self._beat()

    async def _follow_vrrp(self) -> None:
        async with aclosing(self._feed.follow()) as items:
            async for item in items:
                self._hub.hear(item)
                self._setup.page.remember(*self._feed.seen)

    # What the parent asks for (:class:`standfast.control.obedience.Subject`)

    def decode(self, data: bytes) -> HealthConfig:
        """A configuration of ours."""
        with paused():
            return health_model.decode(data)

    async def prepare(self, config: HealthConfig) -> str:
        """One part that says no is enough."""
        for part in self._parts:
            if reason := await part.prepare(config):
                return reason
        return ""

    async def commit(self, config: HealthConfig, generation: int, pipes: Mapping[str, int]) -> tuple[str, ...]:
        """All parts run by it."""
        changes: list[str] = []
        with paused():
            self._hub.run_by(config, generation, pipes)
            for part in self._parts:
                changes += await part.commit(config)
        return tuple(changes)

    async def leave(self, *, first: bool, at_once: bool) -> None:
        """Parts stop in their order: what checks, what balances, what tells."""
        if not first:
            return
        with trio.move_on_after(STOP_PATIENCE_S) as patience:
            for part in self._parts:
                await part.stop(leave=False)
        if patience.cancelled_caught:
            self._hub.say("error", "health.unstopped", f"not all parts stopped within {STOP_PATIENCE_S:.0f} s")
        self._parent.say(Stopped())
        self._left.set()

    # The sockets for people and programs

    async def _obey_people(self, request: Request) -> AsyncGenerator[bytes, None]:
        for part in self._parts:
            outcome = await part.order(request)
            if outcome is not None:
                yield protocol.encode(outcome)
                return
        async with aclosing(self._answer(request)) as lines:
            async for line in lines:
                yield line

    async def _answer(self, request: Request) -> AsyncGenerator[bytes, None]:
        if request.do == "status":
            async with aclosing(self._status()) as pieces:
                async for piece in pieces:
                    yield piece
        elif request.do == "watch":
            while True:
                number = self._hub.ring.last
                async with aclosing(self._status()) as pieces:
                    async for piece in pieces:
                        yield piece
                with trio.move_on_after(1):
                    await self._hub.ring.news(number)
        elif request.do == "events":
            async with aclosing(self._events(request)) as lines:
                async for line in lines:
                    yield line
        else:
            words = f"the health process takes no order to {request.do}"
            yield protocol.encode(Outcome(ok=False, words=words))

    async def _events(self, request: Request) -> AsyncGenerator[bytes, None]:
        since = request.since if request.of in (0, os.getpid()) else 0
        while True:
            first, events = self._hub.ring.since(since)
            since = first + len(events) - 1
            page = EventPage(
                pid=os.getpid(),
                first=first,
                last=since,
                newest=self._hub.ring.last,
                events=tuple(events),  # type: ignore[arg-type] # every kind of event that there is
            )
            yield protocol.encode(page)
            if not request.follow:
                return
            await self._hub.ring.news(since)

    async def _status(self) -> AsyncGenerator[bytes, None]:
        """One line in pieces, so that who asks soon hears something. What must be fresh is last."""
        before = b"{"
        for part in self._parts:
            ahead = before + msgspec.json.encode(part.name) + b":"
            async with aclosing(part.described()) as pieces:
                async for piece in pieces:
                    yield ahead + piece
                    ahead, before = b"", b","
        programs = self._hub.programs
        rest: dict[str, object] = {
            "process": "health",
            "pid": os.getpid(),
            "generation": self._hub.generation,
            "started_at": self._started_at,
            "turned_at": self._turned_at,
            "last_event": self._hub.ring.last,
            "hears_vrrp": self._feed.connected,
            "notify_scripts": [] if programs is None else list(programs.running().values()),
        }
        yield before + protocol.encode(rest)[1:]


def _iso() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
