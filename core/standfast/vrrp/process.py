"""The VRRP process from fork to exit: gets its parts, starts the instances, obeys the parent, leaves."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

import msgspec
import trio

from standfast import clock
from standfast.config import model
from standfast.config.model import Config, VirtualAddress
from standfast.config.script_model import ScriptCall
from standfast.control import protocol, server
from standfast.events import Event, Level, Remark
from standfast.net.command import Changer
from standfast.net.encode import AddressEncoder, stand_in_for_pyroute2
from standfast.net.host import HostEvent
from standfast.net.monitor import Monitor
from standfast.net.nft.channel import Watch
from standfast.net.routing import RoutingObject
from standfast.net.routing_keeper import RoutingKeeper
from standfast.net.routing_monitor import RoutingMonitor
from standfast.scripts.client import ScriptClient
from standfast.scripts.protocol import Ended, Ways
from standfast.supervise import messages
from standfast.supervise.messages import (
    Abort,
    Can,
    Cannot,
    Commit,
    Committed,
    FromChild,
    FromParent,
    Prepare,
    Ready,
    Stopped,
)
from standfast.supervise.setup import HEARTBEAT, ChildSetup
from standfast.values import MILLISECOND, SECOND, Address
from standfast.vrrp import missing, realtime
from standfast.vrrp.addresses import AddressKeeper
from standfast.vrrp.announcements import Announcements
from standfast.vrrp.cast import Cast, held
from standfast.vrrp.commander import Commander
from standfast.vrrp.device_keeper import DeviceKeeper
from standfast.vrrp.files import Files
from standfast.vrrp.firewall_keeper import FirewallKeeper
from standfast.vrrp.holdings import Holdings
from standfast.vrrp.notifier import Notifier
from standfast.vrrp.prober import Prober
from standfast.vrrp.ring import EventRing
from standfast.vrrp.sockets import FrameSender
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.status import Describer
from standfast.vrrp.surroundings import Surroundings
from standfast.vrrp.track_checks import TrackChecks
from standfast.vrrp.track_processes import Processes
from standfast.vrrp.track_scripts import TrackScripts

_MESSAGE: Final = 65_536
_ENCODE_SLICE: Final = 16
"""Addresses encoded before the loop gets its turn (70 us each)."""

_COLLECT_EVERY: Final = 10 * SECOND
_COLLECT_AGAIN: Final = 20 * MILLISECOND
_QUIET: Final = 5 * MILLISECOND
"""Time until the next deadline in which garbage may be collected."""

_FIREWALL_PAUSE: Final = 50 * MILLISECOND
_STORM_PAUSE: Final = 20 * MILLISECOND


def main(setup: ChildSetup) -> int:
    """Run until the parent says stop, or is gone. Gives the exit status."""
    config = _read(setup.config)
    for words in realtime.apply(config.global_defs.scheduling):
        setup.log.log("warning", "process.scheduling", words)
    stand_in_for_pyroute2()
    realtime.freeze_garbage()
    trio.run(VrrpProcess(setup, config).run)
    return 0


class VrrpProcess:
    """All parts of the process, and the tasks that are not the speaker's."""

    def __init__(self, setup: ChildSetup, config: Config) -> None:
        self._setup = setup
        self._config = config
        self._ring = EventRing()
        self._monitor = Monitor(Changer(), receive_buffer=config.global_defs.netlink_receive_buffer)
        self._encode = AddressEncoder()
        host = self._monitor.host
        self._keeper = AddressKeeper(Changer(), host, self._encode)
        self._routing = RoutingKeeper(Changer(), host)
        self._routing_monitor = RoutingMonitor()
        frames = FrameSender()
        announcements = Announcements(host, frames)
        holdings = Holdings(self._keeper, self._routing)
        self._speaker = Speaker(host, holdings, announcements, setup.page, self._tell)
        self._firewall = FirewallKeeper(host, self._keeper.present, self._say_of_devices)
        self._firewall_watched = False
        holdings.firewall = self._firewall
        self._devices = DeviceKeeper(Changer(), host, self._encode, self._say_of_devices, breathe=self._speaker.breathe)
        self._speaker.attend_devices(self._devices)
        surroundings = Surroundings(host, self._devices, holdings.firewall, self._learn, self._say_of_devices)
        self._cast = Cast(self._speaker, self._keeper, self._monitor, setup.run_dir, surroundings)
        self._describer = Describer(self._speaker, holdings, self._ring)
        self._describer.generation = setup.generation
        line = setup.lines.spawner
        self._programs = None if line is None else ScriptClient(line, self._say_of_scripts)
        self._notifier = Notifier(self._programs, setup.pipes, self._tell_quietly, self._speaker.at)
        self._describer.notify = self._notifier.figures
        self._scripts = TrackScripts(self._programs, self._script_result, self._tell_quietly, self._speaker.at)
        self._checks = TrackChecks(setup.lines.verdicts, self._check_result, self._tell_quietly, self._speaker.at)
        self._describer.running = self._scripts.running
        if self._programs is not None:
            self._speaker.trackers.looks_at("script")
        if setup.lines.verdicts is not None:
            self._speaker.trackers.looks_at("check")
        self._files = Files(self._speaker.trackers, self._tell)
        self._cast.watchers.append(self._track_files)
        self._prober = Prober(host, frames, lambda name: announcements.bases.get(name, name))
        self._speaker.effects.ask = self._ask
        self._processes = Processes(self._speaker.trackers, self._tell, self._speaker.pause)
        self._speaker.trackers.looks_at("process")
        self._cast.watchers.append(self._track_processes)
        self._commander = Commander(self._speaker, self._ring, setup.run_dir)
        self._prepared: tuple[int, Config] | None = None
        self._leaving = False
        self._readers_run = False
        self._gathered: list[HostEvent] | None = None
        self._collected_at = 0

    async def run(self) -> None:
        """Until it has left."""
        setup = self._setup
        self._beat(clock.now())
        self._routing_monitor.listen(bool(routing_of(self._config)))
        self._configure_programs()
        if not setup.resume:
            self._files.create(self._config.files, clock.now())
        self._cast.begin(self._config, setup.page, resume=setup.resume)
        self._scripts.configure(self._config)
        self._checks.configure(self._config, clock.now())
        self._speaker.turn()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._speaker.run)
            nursery.start_soon(self._watch_kernel)
            nursery.start_soon(self._watch_files)
            nursery.start_soon(self._processes.run, self._counted)
            nursery.start_soon(self._prober.run, self._answered)
            nursery.start_soon(self._hear_verdicts)
            nursery.start_soon(self._watch_routing)
            nursery.start_soon(server.serve, setup.control, self._obey_people)
            nursery.start_soon(server.serve, setup.status, self._answer)
            nursery.start_soon(self._obey, nursery)
            self._watch_over_firewall(nursery)
            if self._programs is not None:
                nursery.start_soon(self._programs.serve)
            self._say(Ready(generation=setup.generation))
            await self._settle_down()

    # Housekeeping

    async def _settle_down(self) -> None:
        """After the hot path has run once: no more page faults, no more automatic collections."""
        await self._encode_ahead(self._config)
        refusal = realtime.lock_memory()
        if refusal:
            asked_for = self._config.global_defs.scheduling.no_swap
            self._setup.log.log("warning" if asked_for else "info", "process.memory", refusal)
        realtime.freeze_garbage()
        self._collect(clock.now())
        self._speaker.rearm()

    async def _encode_ahead(self, config: Config) -> None:
        """So that a takeover finds every message ready."""
        addresses = list(held(config))
        for start in range(0, len(addresses), _ENCODE_SLICE):
            for address in addresses[start : start + _ENCODE_SLICE]:
                self._encode(address)
            await trio.lowlevel.checkpoint()
        for place, each in enumerate(routing_of(config)):
            self._routing.prepare(each)
            if place % _ENCODE_SLICE == 0:
                await trio.lowlevel.checkpoint()

    def _beat(self, now: int) -> None:
        self._setup.page.beat(now)
        self._speaker.at(now + HEARTBEAT, self._beat)

    def _collect(self, now: int) -> None:
        """Collect garbage when nothing is due for a while; what lived at the start is frozen, so this is short."""
        if self._speaker.quiet_for(clock.now()) < _QUIET:
            self._speaker.at(now + _COLLECT_AGAIN, self._collect)
            return
        gc.collect()
        self._speaker.at(now + _COLLECT_EVERY, self._collect)

    def _tell(self, event: Event) -> None:
        self._tell_quietly(event)
        self._notifier.hear(event)

    def _tell_quietly(self, event: Event) -> None:
        """To the log and the ring, not to scripts."""
        self._setup.log.tell(event)
        self._ring.append(event)

    def _say_of_scripts(self, level: Level, event: str, words: str) -> None:
        self._tell_quietly(Remark(at=clock.now(), level=level, event=event, words=words))

    def _script_result(self, name: str, value: int, words: str, now: int) -> None:
        self._speaker.trackers.report("script", name, value, words, now)
        self._speaker.work()
        self._speaker.rearm()

    def _check_result(self, name: str, value: int | None, words: str, now: int) -> None:
        self._speaker.trackers.report("check", name, value, words, now)

    async def _hear_verdicts(self) -> None:
        line = self._setup.lines.verdicts
        while line is not None:
            await trio.lowlevel.wait_readable(line.fileno())
            self._checks.read(clock.now())
            self._speaker.work()
            self._speaker.rearm()

    def _configure_programs(self) -> None:
        """Before anything happens of which scripts are to hear."""
        rules = self._config.global_defs.programs
        if self._programs is not None:
            umask = self._config.global_defs.umask
            self._programs.ways = Ways(secure=rules.secure, as_written=rules.as_written, umask=umask)
        self._notifier.configure(self._config)
        for name, fifo in rules.fifos.items():
            if fifo.script is not None and name in self._setup.pipes and not self._readers_run:
                self._run_reader(name, fifo.script)
        self._readers_run = True

    def _run_reader(self, name: str, call: ScriptCall) -> None:
        def ended(end: Ended) -> None:
            if not self._leaving:
                self._say_of_scripts("warning", "vrrp.pipe_reader", f"the `{name}_script` has ended: {end.words}")

        if self._programs is not None:
            self._programs.start(call, ended, at_stop="end", once=True)

    # Tracked files

    def _track_files(self, config: Config, now: int) -> None:
        tracked = self._speaker.trackers.tracking.concerned()
        self._files.configure(tuple(file for file in config.files if ("file", file.name) in tracked), now)
        self._speaker.at(self._files.retry_at, self._retry_files)

    def _retry_files(self, now: int) -> None:
        self._files.retry(now)
        self._speaker.at(self._files.retry_at, self._retry_files)

    async def _watch_files(self) -> None:
        descriptor = self._files.fileno()
        while descriptor is not None:
            await trio.lowlevel.wait_readable(descriptor)
            self._files.digest(clock.now())
            self._speaker.at(self._files.retry_at, self._retry_files)
            self._speaker.work()
            self._speaker.rearm()

    # Tracked processes

    def _track_processes(self, config: Config, now: int) -> None:
        tracked = self._speaker.trackers.tracking.concerned()
        self._processes.receive_buffer = config.global_defs.process_receive_buffer
        self._processes.configure((each for each in config.processes if ("process", each.name) in tracked), now)
        self._speaker.at(self._processes.due, self._judge_processes)

    def _judge_processes(self, now: int) -> None:
        self._processes.judge(now)
        self._speaker.at(self._processes.due, self._judge_processes)

    def _counted(self) -> None:
        self._speaker.at(self._processes.due, self._judge_processes)
        self._speaker.work()
        self._speaker.rearm()

    # Addresses that somebody answers for

    def _ask(self, addresses: Sequence[VirtualAddress], until: int) -> None:
        self._prober.ask(addresses, until)
        self._speaker.at(self._prober.deadline, self._end_asking)

    def _end_asking(self, now: int) -> None:
        self._prober.close(now)
        self._speaker.at(self._prober.deadline, self._end_asking)

    def _answered(self, interface: str, address: Address, mac: bytes) -> None:
        for instance in self._speaker.instances.values():
            if any(self._prober.concerns(interface, address, each) for each in instance.router.addresses):
                instance.router.address_answered(address, mac)

    async def _watch_kernel(self) -> None:
        """Digest links and addresses as the kernel tells of them, with a turn of the loop after every batch."""
        while True:
            await trio.lowlevel.wait_readable(self._monitor.fileno())
            self._digest()
            while self._monitor.owes_a_resync:
                await self._speaker.pause(_STORM_PAUSE)
                self._digest()

    def _digest(self) -> None:
        events = self._monitor.read()
        if self._devices.concerned(events):
            # Before anybody judges: what can be made whole at once is no reason for a fault.
            self._gathered = events
            self._cast.mend()
            self._gathered = None
        self._speaker.digest(events, settled=self._monitor.drained)
        self._speaker.work()
        self._speaker.rearm()

    def _learn(self) -> None:
        events = self._monitor.read()
        if self._gathered is not None:
            self._gathered += events
        else:
            self._speaker.digest(events, settled=self._monitor.drained)

    def _say_of_devices(self, words: str) -> None:
        self._tell_quietly(Remark(at=clock.now(), level="error", event="vrrp.interface", words=words))

    def _watch_over_firewall(self, nursery: trio.Nursery) -> None:
        if self._firewall.watch is not None and not self._firewall_watched:
            self._firewall_watched = True
            nursery.start_soon(self._watch_firewall, self._firewall.watch)

    async def _watch_firewall(self, watch: Watch) -> None:
        """Others' changes to nftables, at most a few looks in a second: some programs never stop changing theirs."""
        while True:
            await trio.lowlevel.wait_readable(watch.fileno())
            touched = self._firewall.touched()
            await self._speaker.pause(SECOND if touched else _FIREWALL_PAUSE)

    async def _watch_routing(self) -> None:
        """Routes and rules of ours that somebody takes off; whether their interface went with them is read first."""
        while True:
            await trio.lowlevel.wait_readable(self._routing_monitor.fileno())
            self._digest()
            self._speaker.routing.read(self._routing_monitor, clock.now())
            self._speaker.work()
            self._speaker.rearm()

    # The parent's orders

    async def _obey(self, nursery: trio.Nursery) -> None:
        channel = self._setup.channel
        while True:
            await trio.lowlevel.wait_readable(channel.fileno())
            try:
                data, descriptors, _flags, _address = _receive(channel)
            except BlockingIOError:
                continue
            except OSError:
                data, descriptors = b"", []
            if not data:  # the parent is gone: leave as if it had asked for it (there is nobody left to ask us)
                nursery.start_soon(self._leave, nursery, True)
                return
            await self._follow(messages.decode_from_parent(data), descriptors, nursery)

    async def _follow(self, order: FromParent, descriptors: list[int], nursery: trio.Nursery) -> None:
        if isinstance(order, Prepare):
            await self._prepare(order, descriptors)
        elif isinstance(order, Commit):
            self._commit(order, nursery)
        elif isinstance(order, Abort):
            self._prepared = None
        else:
            nursery.start_soon(self._leave, nursery, not order.now)

    async def _prepare(self, order: Prepare, descriptors: list[int]) -> None:
        """Everything that may fail, without touching the kernel."""
        try:
            (descriptor,) = descriptors
            with os.fdopen(descriptor, "rb") as memory:
                config = _read(memory.fileno())
        except (ValueError, OSError, msgspec.DecodeError) as error:
            reason = f"the VRRP process cannot read the new configuration: {error}"
            self._say(Cannot(generation=order.generation, reason=reason))
            return
        lacking = missing.refusal(config, self._config, self._has_link)
        if lacking:
            self._say(Cannot(generation=order.generation, reason=lacking))
            return
        await self._encode_ahead(config)
        self._prepared = (order.generation, config)
        self._say(Can(generation=order.generation))

    def _has_link(self, name: str) -> bool:
        return self._monitor.host.link(name) is not None

    def _commit(self, order: Commit, nursery: trio.Nursery) -> None:
        prepared, self._prepared = self._prepared, None
        if prepared is None or prepared[0] != order.generation or self._leaving:
            reason = f"generation {order.generation} was not prepared here"
            self._say(Cannot(generation=order.generation, reason=reason))
            return
        self._config = prepared[1]
        self._routing_monitor.listen(bool(routing_of(self._config)))
        self._configure_programs()
        changes = self._cast.change(self._config)
        self._watch_over_firewall(nursery)
        self._scripts.configure(self._config)
        self._checks.configure(self._config, clock.now())
        if self._config.global_defs.programs.states_on_reload:
            self._notifier.repeat_states()
        self._describer.generation = order.generation
        self._speaker.turn()
        self._say(Committed(generation=order.generation, changes=changes))
        if changes:
            nursery.start_soon(self._after_change)

    async def _after_change(self) -> None:
        """When removed instances have left and everything is performed: forget what is not ours any more."""
        await self._speaker.nobody_left()
        if not self._leaving:
            self._cast.settle()
            self._encode.forget_all_but(set(held(self._config)))
            self._routing.forget_all_but(set(routing_of(self._config)))

    async def _leave(self, nursery: trio.Nursery, hold: bool) -> None:
        """Let every instance leave; a second call without ``hold`` hurries the first one up."""
        first, self._leaving = not self._leaving, True
        self._scripts.end()
        self._cast.end(hold=hold)
        self._speaker.turn()
        if first:
            await self._speaker.nobody_left()
            self._cast.clear()
            self._say(Stopped())
            await self._notifier.settled(self._config.child_wait_time * SECOND)
            nursery.cancel_scope.cancel()

    def _say(self, message: FromChild) -> None:
        try:
            self._setup.channel.send(messages.encode(message))
        except OSError as error:  # the parent is gone or does not listen; its end is noticed elsewhere
            self._setup.log.log("warning", "process.mute", f"the parent does not hear us: {error.strerror}")

    # The sockets for people and programs

    async def _obey_people(self, request: protocol.Request) -> AsyncGenerator[bytes, None]:
        if request.do in ("yield", "hold", "resume"):
            yield protocol.encode(await self._commander.obey(request))
            return
        if request.do == "clear-counters":
            for instance in self._speaker.everybody():
                instance.router.counters.clear()
            yield protocol.encode(protocol.Outcome(ok=True, words="counters are 0 again"))
            return
        async with aclosing(self._answer(request)) as lines:
            async for line in lines:
                yield line

    async def _answer(self, request: protocol.Request) -> AsyncGenerator[bytes, None]:
        if request.do == "status":
            yield await self._describer.status()
        elif request.do == "watch":
            async for line in self._describer.watch():
                yield line
        elif request.do == "events":
            async for line in self._describer.events(request):
                yield line
        elif request.do in ("yield", "hold", "resume", "clear-counters"):
            yield protocol.encode(protocol.Outcome(ok=False, words=f"orders to {request.do} go to vrrp.ctl"))
        else:
            words = f"the VRRP process takes no order to {request.do}: ask the daemon (daemon.ctl)"
            yield protocol.encode(protocol.Outcome(ok=False, words=words))


def _read(descriptor: int) -> Config:
    size = os.fstat(descriptor).st_size
    return model.decode(os.pread(descriptor, size, 0))


def routing_of(config: Config) -> list[RoutingObject]:
    """Every route and rule that this daemon may install."""
    virtual = [each for made in config.instances for each in made.routes + made.rules]
    return [*virtual, *config.static_routes, *config.static_rules]


def _receive(channel: socket.socket) -> tuple[bytes, list[int], int, object]:
    return socket.recv_fds(channel, _MESSAGE, 4)
