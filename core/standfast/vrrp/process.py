"""The VRRP process from fork to exit: starts the instances, runs by what the parent says, leaves."""

from __future__ import annotations

from collections.abc import Mapping

import trio

from standfast import clock
from standfast.config import model
from standfast.config.model import Config
from standfast.control import server
from standfast.control.obedience import Obedience, contents
from standfast.net.encode import stand_in_for_pyroute2
from standfast.scripts.pipe_readers import PipeReaders
from standfast.scripts.protocol import Ways
from standfast.supervise.messages import Ready, Stopped
from standfast.supervise.setup import ChildSetup
from standfast.values import SECOND
from standfast.vrrp import missing, realtime
from standfast.vrrp.answers import Answers
from standfast.vrrp.housekeeping import Housekeeping, routing_of
from standfast.vrrp.parts import Parts


def main(setup: ChildSetup) -> int:
    """Run until the parent says stop, or is gone. Gives the exit status."""
    config = model.decode(contents(setup.config))
    usual = realtime.Usual.now()
    for words in realtime.apply(config.global_defs.scheduling):
        setup.log.log("warning", "process.scheduling", words)
    stand_in_for_pyroute2()
    realtime.freeze_garbage()
    trio.run(VrrpProcess(setup, config, usual).run)
    return 0


class VrrpProcess:
    """The life of the process; its parts do the work."""

    words = "the VRRP process"

    def __init__(self, setup: ChildSetup, config: Config, usual: realtime.Usual) -> None:
        self._setup = setup
        self._usual = usual
        self._config = config
        self._parts = parts = Parts(setup, config)
        self._house = Housekeeping(parts.speaker, setup.page, parts.encode, parts.holdings, parts.announcements)
        self._readers = PipeReaders(parts.programs, self._reader_ended)
        self._answers = Answers(parts.speaker, parts.commander, parts.describer)
        self._parent = Obedience[Config](setup.channel, self, setup.log)
        self._changed = trio.Event()
        self._left = trio.Event()

    async def run(self) -> None:
        """Until it has left."""
        setup, parts = self._setup, self._parts
        self._house.beat(clock.now())
        self._run_by(self._config, setup.pipes)
        if not setup.resume:
            parts.tracked.create_files(self._config)
        parts.cast.begin(self._config, setup.page, resume=setup.resume)
        parts.tracked.ask(self._config)
        parts.speaker.turn()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(parts.speaker.run)
            parts.kernel.start(nursery)
            parts.tracked.start(nursery)
            nursery.start_soon(parts.evidence.run)
            nursery.start_soon(server.serve, setup.control, self._answers.obey)
            nursery.start_soon(server.serve, setup.status, self._answers.answer)
            nursery.start_soon(self._parent.run, nursery)
            nursery.start_soon(self._tidy_up)
            if parts.programs is not None:
                nursery.start_soon(parts.programs.serve)
            self._parent.say(Ready(generation=setup.generation))
            await self._house.settle_down(self._config, setup.log)
            await self._left.wait()
            nursery.cancel_scope.cancel()

    def _run_by(self, config: Config, pipes: Mapping[str, int]) -> None:
        """Before anything happens of which scripts, pipes or the kernel are to tell."""
        self._config = config
        parts = self._parts
        parts.kernel.listen_for_routing(any(True for _ in routing_of(config)))
        if parts.programs is not None:
            rules = config.global_defs.programs
            parts.programs.ways = Ways(secure=rules.secure, as_written=rules.as_written, umask=config.global_defs.umask)
        parts.notifier.configure(config, pipes)
        self._readers.attend(config.global_defs.programs.fifos, pipes)

    def _reader_ended(self, name: str, what: str) -> None:
        self._parts.voice.remark("warning", "vrrp.pipe_reader", f"the `{name}_script`, which reads the pipe, {what}")

    # What the parent asks for (:class:`standfast.control.obedience.Subject`)

    def decode(self, data: bytes) -> Config:
        """A configuration of ours."""
        return model.decode(data)

    async def prepare(self, config: Config) -> str:
        """Why it cannot be run; otherwise everything is ready for it."""
        lacking = missing.refusal(config, self._config, self._parts.kernel.has_link)
        if not lacking:
            await self._house.encode_ahead(config)
        return lacking

    async def commit(self, config: Config, generation: int, pipes: Mapping[str, int]) -> tuple[str, ...]:
        """Run by it."""
        parts = self._parts
        at_once = self._reschedule(config) + _other_pipes(self._config, config)
        self._run_by(config, pipes)
        changes = parts.cast.change(config) + at_once
        parts.kernel.watch_firewall()
        parts.tracked.ask(config)
        if config.global_defs.programs.states_on_reload:
            parts.notifier.repeat_states()
        parts.describer.generation = generation
        parts.speaker.turn()
        if changes:
            self._changed.set()
        return changes

    def _reschedule(self, config: Config) -> tuple[str, ...]:
        """How the kernel runs us may change at any time, other things of the process only with the process."""
        old, new = self._config.global_defs, config.global_defs
        refusals = realtime.change(old.scheduling, new.scheduling, self._usual)
        if old.netlink_receive_buffer == new.netlink_receive_buffer:
            return tuple(refusals)
        words = "`vrrp_netlink_monitor_rcv_bufs` takes effect when the VRRP process starts anew"
        return (*refusals, words)

    async def _tidy_up(self) -> None:
        """When removed instances have left and everything is performed: forget what is not ours any more."""
        while True:
            await self._changed.wait()
            self._changed = trio.Event()
            await self._parts.speaker.nobody_left()
            if not self._parent.leaving:
                self._parts.cast.settle()
                self._house.forget_all_but(self._config)

    async def leave(self, *, first: bool, at_once: bool) -> None:
        """Let every instance leave; a second call hurries the first one up."""
        parts = self._parts
        self._readers.leave()
        parts.tracked.scripts.end()
        parts.cast.end(hold=not at_once)
        parts.speaker.turn()
        if first:
            await parts.speaker.nobody_left()
            parts.cast.clear()
            self._parent.say(Stopped())
            await parts.notifier.settled(self._config.child_wait_time * SECOND)
            self._left.set()


def _other_pipes(old: Config, new: Config) -> tuple[str, ...]:
    """``vrrp_notify_fifo changed``; told of here, whoever writes to it."""
    before, after = old.global_defs.programs.fifos, new.global_defs.programs.fifos
    return tuple(f"{name} changed" for name in {**before, **after} if before.get(name) != after.get(name))
