"""What the kernel tells the VRRP process of links, addresses, routes, rules and firewalls: read, and acted on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from typing import Final

import trio

from standfast import clock
from standfast.net.host import HostEvent, LinkChanged
from standfast.net.monitor import Monitor
from standfast.net.nft.channel import Watch
from standfast.net.routing_monitor import RoutingMonitor
from standfast.values import MILLISECOND, SECOND
from standfast.vrrp.device_keeper import DeviceKeeper
from standfast.vrrp.firewall_keeper import FirewallKeeper
from standfast.vrrp.speaker import Speaker

_FIREWALL_PAUSE: Final = 50 * MILLISECOND
_STORM_PAUSE: Final = 20 * MILLISECOND


class KernelWatch:
    """The tasks that wait for the kernel's news; after each batch the speaker's loop gets a turn."""

    def __init__(
        self,
        speaker: Speaker,
        monitor: Monitor,
        routing_monitor: RoutingMonitor,
        devices: DeviceKeeper,
        firewall: FirewallKeeper,
    ) -> None:
        self.mend: Callable[[], None] = lambda: None
        """Make interfaces of ours, and what they need, as they shall be."""
        self.greet: Callable[[Set[str]], None] = lambda _names: None
        """Interfaces of these names have appeared."""
        self._speaker = speaker
        self._monitor = monitor
        self._routing_monitor = routing_monitor
        self._devices = devices
        self._firewall = firewall
        self._nursery: trio.Nursery | None = None
        self._firewall_watched = False
        self._gathered: list[HostEvent] | None = None

    def start(self, nursery: trio.Nursery) -> None:
        """Watch from now on."""
        self._nursery = nursery
        nursery.start_soon(self._watch_links)
        nursery.start_soon(self._watch_routing)
        self.watch_firewall()

    def watch_firewall(self) -> None:
        """If there is something to watch by now, and nobody does."""
        if self._nursery is not None and self._firewall.watch is not None and not self._firewall_watched:
            self._firewall_watched = True
            self._nursery.start_soon(self._watch_firewall, self._firewall.watch)

    def listen_for_routing(self, wanted: bool) -> None:
        """Are there routes or rules of ours to watch over?"""
        self._routing_monitor.listen(wanted)

    def has_link(self, name: str) -> bool:
        """Is there an interface of this name?"""
        return self._monitor.host.link(name) is not None

    def learn(self) -> None:
        """Take into the picture at once what we have just made ourselves."""
        events = self._monitor.read()
        if self._gathered is not None:
            self._gathered += events
        else:
            self._speaker.digest(events, settled=self._monitor.drained)

    def _digest(self) -> None:
        events = self._monitor.read()
        if appeared := set(_appeared(events)):
            self.greet(appeared)
        if self._devices.concerned(events):
            # Before anybody judges: what can be made whole at once is no reason for a fault.
            self._gathered = events
            self.mend()
            self._gathered = None
        self._speaker.digest(events, settled=self._monitor.drained)
        self._turn()

    async def _watch_links(self) -> None:
        """Links and addresses."""
        while True:
            await trio.lowlevel.wait_readable(self._monitor.fileno())
            self._digest()
            while self._monitor.owes_a_resync:
                await self._speaker.pause(_STORM_PAUSE)
                self._digest()

    async def _watch_routing(self) -> None:
        """Routes and rules of ours that somebody takes off; whether their interface went with them is read first."""
        while True:
            await trio.lowlevel.wait_readable(self._routing_monitor.fileno())
            self._digest()
            self._speaker.routing.read(self._routing_monitor, clock.now())
            self._turn()

    async def _watch_firewall(self, watch: Watch) -> None:
        """Others' changes to nftables, at most a few looks in a second: some programs never stop changing theirs."""
        while True:
            await trio.lowlevel.wait_readable(watch.fileno())
            touched = self._firewall.touched()
            await self._speaker.pause(SECOND if touched else _FIREWALL_PAUSE)

    def _turn(self) -> None:
        self._speaker.work()
        self._speaker.rearm()


def _appeared(events: Iterable[HostEvent]) -> Iterator[str]:
    """Names that interfaces have now and had not before."""
    for event in events:
        if not isinstance(event, LinkChanged) or event.after is None:
            continue
        if event.before is None or event.before.name != event.after.name:
            yield event.after.name
