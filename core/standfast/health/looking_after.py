"""The balancing part as the health process runs it: between the hub and :mod:`standfast.health.balancing`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

import trio

from standfast import clock
from standfast.config.health_model import HealthConfig
from standfast.config.script_model import ScriptCall
from standfast.config.tracking_model import SERVICES
from standfast.containment import Guard
from standfast.contract.checking import ScriptEnd
from standfast.control.protocol import Outcome, Request
from standfast.events import Event
from standfast.health.answers import obey
from standfast.health.balancing import BalancingPart, Means
from standfast.health.blocking import CULPRIT, HangWitness, StepNote, StepWatch, accuse
from standfast.health.hub import Hub
from standfast.health.part import Part
from standfast.health.suspension import Watchman
from standfast.health.tracked import TrackSeat
from standfast.health.values import Values
from standfast.health.verdicts import Verdict
from standfast.plugins import find_plugins
from standfast.scripts.running import About

STEP: Final = "running-step"
"""In the run directory: whose step runs."""


class LookingAfter(Part):
    """Checks servers, balances services, and looks at what `track_check` names."""

    name = "balancing"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._step_note = self._look_back()
        plugins = find_plugins(guard=Guard(without=hub.config.without))
        for fault in plugins.faults:
            hub.say("error", "plugin.broken", fault.message)
        self._values = Values(hub.config.files, hub.say)
        means = Means(
            run_dir=hub.run_dir,
            say=hub.say,  # type: ignore[arg-type] # levels are words there
            publish=self._publish,
            run_script=self._run_script,
            watch_value=self._values.watch,
            checkers=plugins.checkers,
            load_balancers=plugins.load_balancers,
            watchman=_watchman,
            resume=hub.resume,
            programmed=self._programmed,
        )
        self.part = BalancingPart(means, hub.config.balancing)
        self.part.tracked = self._tracked(hub.config)
        self._masters = trio.Event()
        hub.on_question(self.part.look_now)
        hub.on_vrrp(lambda _item: self._masters.set())

    async def run(self) -> None:
        """For ever."""
        note, step = self.hub.run_dir / CULPRIT, self._step_note
        watch = StepWatch(self.part.slow_step, step=step)
        witness = HangWitness(watch, note, lambda words: self.hub.say("error", "health.hangs", words))
        trio.lowlevel.add_instrument(watch)
        witness.start()
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.part.run)
                nursery.start_soon(self._values.run)
                nursery.start_soon(self._follow_vrrp)
        finally:
            witness.stop()
            trio.lowlevel.remove_instrument(watch)
            if step is not None:
                step.close()

    def _look_back(self) -> StepNote | None:
        """A fresh note of whose step runs, after a look at a predecessor's; before anybody asks who is accused."""
        path, note = self.hub.run_dir / STEP, self.hub.run_dir / CULPRIT
        try:
            if self.hub.resume and (task := StepNote.left(path)):
                self.hub.say("error", "health.ended", f"the health process ended while {task} was at work")
                accuse(note, task)
            return StepNote(path)
        except OSError as error:
            self.hub.say("warning", "health.note", f"{path} cannot be written: {error.strerror}")
            return None

    async def _follow_vrrp(self) -> None:
        """What hangs on who is MASTER: the sync daemon, perhaps."""
        while True:
            await self._masters.wait()
            self._masters = trio.Event()
            await self.part.follow(self.hub.masters())

    async def prepare(self, config: HealthConfig) -> str:
        """Can it be balanced on this machine?"""
        return self.part.prepare(config.balancing)

    async def commit(self, config: HealthConfig) -> tuple[str, ...]:
        """Balance, check and watch by this from now on."""
        for name in {check.name for check in self.hub.config.checks} - {check.name for check in config.checks}:
            self.hub.forget_verdict(name)
        self._values.files = config.files
        self.part.tracked = self._tracked(config)
        return await self.part.commit(config.balancing)

    def describe(self) -> Any:
        """Services, planes and the scheduler's figures."""
        return self.part.describe()

    async def described(self) -> AsyncGenerator[bytes, None]:
        """The same; checks go on meanwhile."""
        async with aclosing(self.part.described()) as pieces:
            async for piece in pieces:
                yield piece

    async def order(self, request: Request) -> Outcome | None:
        """What people order about servers, and checks at once."""
        return await obey(self.part, request)

    async def stop(self, *, leave: bool) -> None:
        """Tell, then take off what is ours."""
        await self.part.stop(leave=leave)

    def _tracked(self, config: HealthConfig) -> list[TrackSeat]:
        """Those that stay keep their standing."""
        known = {seat.check.name: seat for seat in self.part.tracked}
        return [TrackSeat.for_check(check, known.get(check.name), self.hub.verdict) for check in config.checks]

    def _programmed(self) -> None:
        """For instances with `await_services`."""
        if self.hub.config.balancing.virtual_servers:
            self.hub.verdict(Verdict(name=SERVICES, good=True, at=clock.now(), words="in the kernel"))

    def _publish(self, event: Event) -> None:
        self.hub.publish(event)

    async def _run_script(self, call: ScriptCall, limit: int, about: About | None = None) -> ScriptEnd:
        ended = await self.hub.run_script(call, limit, about)
        return ScriptEnd(status=ended.status, signal=ended.signal, timed_out=ended.timed_out, problem=ended.problem)


def _watchman() -> Watchman:
    """The kernel's own news of addresses."""
    from standfast.net.command import Changer
    from standfast.net.monitor import Monitor

    return Monitor(Changer())
