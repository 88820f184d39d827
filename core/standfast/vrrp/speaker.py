"""The turn of the loop: sockets are read, deadlines judged, adverts sent; everything else comes afterwards.

An advert is sent the moment its router asks for it, by plain ``send`` of ready bytes.  Every other action becomes an
effect, and effects are performed in pieces of about a millisecond with a look at the clock in between, so
that a thousand addresses on their way into the kernel do not delay a single advert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

import trio

from standfast import clock
from standfast.config.model import Config, VirtualAddress
from standfast.events import Event
from standfast.net.host import Host, HostEvent
from standfast.supervise.page import SharedPage
from standfast.values import MILLISECOND
from standfast.vrrp.actions import Action, SendAdvert
from standfast.vrrp.announcements import Announcements
from standfast.vrrp.channels import Channel, Channels
from standfast.vrrp.device_keeper import DeviceKeeper
from standfast.vrrp.effects import Effects
from standfast.vrrp.group import Steps
from standfast.vrrp.groups import Groups
from standfast.vrrp.holdings import Holdings, Thing
from standfast.vrrp.instance import Instance
from standfast.vrrp.interfaces import Interfaces
from standfast.vrrp.receive import keep_last
from standfast.vrrp.router import Router
from standfast.vrrp.routing_watch import RoutingWatch
from standfast.vrrp.rules import State
from standfast.vrrp.statics import Statics
from standfast.vrrp.timers import Alarm, Deadlines
from standfast.vrrp.trackers import Trackers

BATCH: Final = 64
"""Datagrams read, or adverts sent, before the loop looks around."""

DRAIN_PASSES: Final = 16
"""Batches read before a down timer is judged all the same: the default receive buffer holds a quarter of that."""

SLOT: Final = 5 * MILLISECOND
"""Adverts may leave so much early to share a wake-up, which is what many instances cost: at most a twentieth of
their interval, and never late. The next one is due by its own clock all the same."""

SLOT_FROM: Final = 100 * MILLISECOND
"""Shorter intervals keep their exact deadlines."""

REHEARSAL: Final = 500
"""How long before the end of a down timer the loop wakes up and gets ready: cold caches cost a take-over 0.15 ms."""

STRETCH: Final = 20 * MILLISECOND
"""How long effects are performed before trio gets its turn, to read what the kernel says of them for example."""

Chore: TypeAlias = Callable[[int], None]
"""Something that is not a router and has a deadline; gets ``now``."""


class Speaker:
    """Drives all instances of one process. Made first, given its parts by :func:`standfast.vrrp.process.main`."""

    def __init__(
        self,
        host: Host,
        holdings: Holdings,
        announcements: Announcements,
        page: SharedPage,
        tell: Callable[[Event], None],
    ) -> None:
        self.instances: dict[str, Instance] = {}
        """By :attr:`VrrpInstance.key`, in the configuration's order."""
        self.leaving: dict[Instance, None] = {}
        """Those on their way out; they still hear and hold their addresses."""
        self.turned_at = 0
        """When the loop last turned (the freshness of everything that status says)."""
        self.tell = tell
        self.holdings = holdings
        self.channels = Channels(host, tell, self._opened, self._closing)
        self.groups = Groups()
        self.trackers = Trackers(self.perform, tell)
        report = self.trackers.report
        self.interfaces = Interfaces(host, holdings.addresses, self.perform, self.channels.connect, report)
        self.routing = RoutingWatch(host, holdings.routing, self.perform)
        self.effects = Effects(holdings, announcements, tell, self._left, self._claimed)
        self._announcements = announcements
        self._page = page
        self._deadlines: Deadlines[Instance | Chore] = Deadlines()
        self._alarm = Alarm()
        self._unrecorded: dict[Instance, None] = {}
        """Of those a successor is to know something new; nothing that others wait for waits for this."""
        self._instance_of: dict[Router, Instance] = {}
        self._nursery: trio.Nursery | None = None
        self._work = trio.Event()
        self._nobody_left = trio.Event()
        self._pace: Chore = self._announcements.serve
        self._retry: Chore = self.effects.retry
        self._statics: Statics | None = None
        self._believe: Chore = self.interfaces.due

    # Coming and going

    def configure(self, config: Config) -> None:
        """What holds for all instances."""
        self.channels.configure(config.global_defs)
        self._announcements.share(config.announcement_groups)

    def attend_statics(self, statics: Statics) -> None:
        """Serve static addresses, routes and rules as well."""
        self._statics = statics
        self.interfaces.on_lost = statics.lost
        self.routing.on_lost = statics.lost

    def attend_devices(self, devices: DeviceKeeper) -> None:
        """Interfaces that we make."""
        self.interfaces.attend(devices)
        self._announcements.bases = devices.bases

    def digest(self, events: list[HostEvent], *, settled: bool) -> None:
        """What the kernel told of links and addresses."""
        now = clock.now()
        self.interfaces.apply(events, now, settled=settled)
        self.routing.links(events)
        if self._statics is not None:
            self._statics.links(events, now)

    def admit(self, instances: Iterable[Instance]) -> None:
        """These instances, and no others, are there from now on; those that left the table are in ``leaving``."""
        self.instances = {instance.key: instance for instance in instances}
        everybody = self.everybody()
        self._instance_of = {instance.router: instance for instance in everybody}
        self._concern(everybody)
        self.trackers.concern(self.instances.values())

    def everybody(self) -> list[Instance]:
        """All that hold something or may soon."""
        return [*self.instances.values(), *self.leaving]

    def dismiss(self, instance: Instance, now: int, *, hold: bool, removed: bool) -> None:
        """Let an instance leave, or hurry up; when it has left it is forgotten."""
        self.leaving[instance] = None
        slowest = self.groups.slowest_successor(instance.router)
        self.perform(instance, instance.router.stop(now, hold, removed=removed, slowest=slowest))

    async def nobody_left(self) -> None:
        """Until the last instance that was dismissed has left and every effect is done."""
        while self.leaving or self.effects:
            await self._nobody_left.wait()
            self._nobody_left = trio.Event()

    async def pause(self, duration: int) -> None:
        """Sleep on the one alarm (microseconds)."""
        over = trio.Event()
        self.at(clock.now() + duration, lambda _now: over.set())
        self.rearm()
        await over.wait()

    def at(self, moment: int | None, chore: Chore) -> None:
        """Call ``chore`` then (None: not any more). One deadline for each chore."""
        self._deadlines.set(chore, moment)

    # Performing

    def perform(self, instance: Instance, actions: tuple[Action, ...]) -> None:
        """Do what a router asks for: adverts now, the rest in its turn. Then note when it wants to be called."""
        for action in actions:
            if isinstance(action, SendAdvert):
                instance.speak(action, clock.now())
            else:
                self.effects.put(instance, action)
        self._deadlines.set(instance, instance.router.deadline)
        self._unrecorded[instance] = None
        if instance.router.news:
            self.follow(self.groups.settle(instance.router, clock.now()))

    def follow(self, steps: Steps) -> None:
        """Do what the members of a sync group have to do, since something happened to one of them."""
        for router, actions in steps:
            instance = self._instance_of.get(router)
            if instance is not None:
                self.perform(instance, actions)

    # The turn

    async def run(self) -> None:
        """Serve for ever. ``instances`` may come and go meanwhile."""
        async with trio.open_nursery() as self._nursery:
            for channel in self.channels.open.values():
                self._nursery.start_soon(self._listen, channel)
            self._nursery.start_soon(self._keep_time)
            self._nursery.start_soon(self._work_on)

    def turn(self) -> None:
        """Read what waits, let due routers act, then begin with the effects."""
        self._serve()
        self.work()
        self.rearm()

    def work(self) -> None:
        """Perform effects for a stretch of time; whatever is left is done by and by."""
        end = clock.now() + STRETCH
        while self.effects:
            now = clock.now()
            if now >= end:
                self._work.set()
                return
            self.breathe()
            self.effects.step(now)
        if not self.leaving:
            self._nobody_left.set()

    def rearm(self) -> None:
        """Let sockets know who uses them now, wind the alarm for whatever comes next."""
        self.channels.settle()
        self._deadlines.set(self._pace, self._announcements.deadline)
        self._deadlines.set(self._retry, self.effects.retry_at)
        if self._statics is not None:
            self._deadlines.set(self._statics.retry, self._statics.retry_at)
        self._deadlines.set(self._believe, self.interfaces.deadline)
        for instance in self._unrecorded:
            instance.record(self._page)
        self._unrecorded.clear()
        self._alarm.set(self._next_waking())

    def _next_waking(self) -> int | None:
        """The next deadline; a little earlier if it is a down timer, which an advert mostly winds anew before that."""
        upcoming, key = self._deadlines.next(), self._deadlines.first()
        if upcoming is None or not isinstance(key, Instance) or key.router.state is not State.BACKUP:
            return upcoming
        now = clock.now()
        if upcoming - now > REHEARSAL + REHEARSAL // 2:
            return upcoming - REHEARSAL
        self._rehearse(key, now)
        return upcoming

    def _rehearse(self, instance: Instance, now: int) -> None:
        """Touch what a take-over begins with: its advert, and the announcement of its first address."""
        instance.prepare()
        for address in instance.router.addresses[:1]:
            self._announcements.prepare(address.dev, address.address, instance.config.announcing, now)

    def breathe(self) -> None:
        """For longer jobs: serve what has come due meanwhile."""
        upcoming = self._deadlines.next()
        if upcoming is not None and upcoming <= clock.now():
            self._serve()

    def finish_effects(self) -> None:
        """Perform every effect before anybody speaks: leftovers go first."""
        while self.effects:
            self.effects.step(clock.now())

    def quiet_for(self, now: int) -> int:
        """Microseconds until something is due, 0 while there are effects to perform."""
        upcoming = self._deadlines.next()
        return 0 if self.effects or upcoming is None else upcoming - now

    def _serve(self) -> None:
        """Drain before judging: an advert that waits in a socket may be why a down timer must not fire (KD-16).

        Under a flood the queue does not end; then our own adverts go out between two batches all the same.
        """
        for _ in range(DRAIN_PASSES):
            more = [channel for channel in self.channels.open.values() if self._read(channel)]
            if not more:
                break
            self._act(masters_only=True)
        while self._act(masters_only=False):
            for channel in self.channels.open.values():
                self._read(channel)

    def _read(self, channel: Channel) -> bool:
        """Hear one batch. True if there may be more."""
        envelopes = channel.listener.drain(BATCH)
        if envelopes:
            heard = [pair for envelope in envelopes if (pair := channel.entrance.admit(envelope)) is not None]
            for router, advert in keep_last(heard) if len(heard) > 1 else heard:
                instance = self._instance_of.get(router)
                if instance is not None:
                    self.perform(instance, router.hear(advert, clock.now()))
        return len(envelopes) == BATCH

    def _act(self, *, masters_only: bool) -> bool:
        """Let what is due act, at most one batch. True if there was more than that."""
        now = self.turned_at = clock.now()
        waiting: list[tuple[Instance | Chore, int]] = []
        acted = 0
        for key, deadline in self._deadlines.pop_due(now + SLOT):
            if isinstance(key, Instance):
                moment = _moment(key, deadline, now)
                if moment is None or (masters_only and key.router.state is not State.MASTER):
                    waiting.append((key, deadline))
                    continue
                self._tick(key, deadline, moment)
            elif masters_only:
                waiting.append((key, deadline))
                continue
            else:
                key(now)
            acted += 1
            if acted == BATCH:
                break
        for key, deadline in waiting:
            self._deadlines.set(key, deadline)
        return acted == BATCH

    def _tick(self, instance: Instance, deadline: int, moment: int) -> None:
        if deadline == instance.router.timer:
            instance.lateness.note(clock.now() - deadline)
        self.perform(instance, instance.router.tick(moment))

    # Tasks

    async def _keep_time(self) -> None:
        self.rearm()
        while True:
            await self._alarm.wait()
            self.turn()

    async def _work_on(self) -> None:
        """Continue with effects that one stretch could not finish, letting others run in between."""
        while True:
            await self._work.wait()
            self._work = trio.Event()
            self.turn()
            await trio.lowlevel.checkpoint()

    async def _listen(self, channel: Channel) -> None:
        """Hear adverts as they come. The alarm is rewound, so a deadline that has passed meanwhile rings at once."""
        # What was read may have been the last word that an instance waited for: then the socket is gone.
        while self.channels.open.get(channel.endpoint) is channel:
            try:
                await trio.lowlevel.wait_readable(channel.listener.fileno())
            except trio.ClosedResourceError:
                return
            self._read(channel)
            self.work()
            self.rearm()

    # What the parts call

    def _opened(self, channel: Channel) -> None:
        if self._nursery is not None:
            self._nursery.start_soon(self._listen, channel)

    def _closing(self, channel: Channel) -> None:
        trio.lowlevel.notify_closing(channel.listener.fileno())

    def _concern(self, everybody: list[Instance]) -> None:
        self.interfaces.concern(everybody)
        self.routing.concern(everybody)

    def _claimed(self, thing: Thing, but: Instance) -> bool:
        watch = self.interfaces if isinstance(thing, VirtualAddress) else self.routing
        return watch.claimed(thing, but)  # type: ignore[arg-type] # as just told apart

    def _left(self, instance: Instance) -> None:
        """LEAVING is over."""
        self.channels.disconnect(instance)
        self._deadlines.set(instance, None)
        self._instance_of.pop(instance.router, None)
        instance.gone = True
        self.leaving.pop(instance, None)
        if not self.leaving:
            self._concern(self.everybody())


def _moment(instance: Instance, deadline: int, now: int) -> int | None:
    """The ``now`` to tick with, or None: not yet.

    An advert may leave a little early and is then accounted for at its proper time.  Down timers never are
    early: they decide over an election.
    """
    if deadline <= now:
        return now
    router = instance.router
    early = router.state is State.MASTER and not router.overslept and router.config.advert_interval >= SLOT_FROM
    return deadline if early else None
