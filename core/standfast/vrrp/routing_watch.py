"""Routes and rules of masters that go away without their doing: who is told, and when they can come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from standfast.net.host import Host, HostEvent, LinkChanged
from standfast.net.routing import RoutingObject, Seen, interfaces_of
from standfast.net.routing_keeper import RoutingKeeper
from standfast.net.routing_monitor import RoutingMonitor
from standfast.vrrp.actions import Action
from standfast.vrrp.instance import Instance
from standfast.vrrp.rules import State

Perform: TypeAlias = Callable[[Instance, tuple[Action, ...]], None]

_HOLDING: Final = frozenset((State.MASTER, State.LEAVING))
_UP: Final = 1


class RoutingWatch:
    """Knows whose route is whose."""

    def __init__(self, host: Host, keeper: RoutingKeeper, perform: Perform) -> None:
        self.on_lost: Callable[[RoutingObject, int], None] = lambda _lost, _now: None
        """Who else wants to know: static routes and rules belong to no instance."""
        self._host = host
        self._keeper = keeper
        self._perform = perform
        self._owners: dict[RoutingObject, list[Instance]] = {}
        self._by_interface: dict[str, list[Instance]] = {}

    def concern(self, instances: Iterable[Instance]) -> None:
        """These are all the instances there are, by their present configurations."""
        self._owners, self._by_interface = {}, {}
        for instance in instances:
            names: set[str] = set()
            for each in instance.router.routing:
                self._owners.setdefault(each, []).append(instance)
                names |= interfaces_of(each)
            for name in names:
                self._by_interface.setdefault(name, []).append(instance)

    def claimed(self, wanted: RoutingObject, but: Instance) -> bool:
        """Does another instance hold it now?"""
        return any(other is not but and other.router.state in _HOLDING for other in self._owners.get(wanted, ()))

    def links(self, events: Iterable[HostEvent]) -> None:
        """Interfaces that went down took their routes along; those that came up can have them again."""
        for event in events:
            if not isinstance(event, LinkChanged):
                continue
            before, after = event.before, event.after
            if before is not None and before.flags & _UP and (after is None or not after.flags & _UP):
                self._keeper.interface_down(before.name)
            elif after is not None and after.flags & _UP and not (before is not None and before.flags & _UP):
                for instance in self._by_interface.get(after.name, ()):
                    if not instance.gone:
                        self._perform(instance, instance.router.routing_possible(after.name))

    def read(self, monitor: RoutingMonitor, now: int) -> None:
        """Digest what the monitor read; links have been digested before."""
        for seen in monitor.read():
            lost = self._keeper.vanished(seen)
            if lost is not None and self._has_its_interfaces(lost, seen):
                self._tell(lost, now)
        if monitor.overrun:
            monitor.overrun = False
            for lost in self._keeper.missing():
                self._tell(lost, now)

    def _tell(self, lost: RoutingObject, now: int) -> None:
        for instance in self._owners.get(lost, ()):
            self._perform(instance, instance.router.routing_lost(lost, now))
        self.on_lost(lost, now)

    def _has_its_interfaces(self, lost: RoutingObject, seen: Seen) -> bool:
        """Otherwise nobody has deleted it: it went with its interface."""
        names = interfaces_of(lost) or {self._host.name(getattr(seen, "interface", 0))} - {"#0"}
        links = [self._host.link(name) for name in names]
        return all(link is not None and link.flags & _UP for link in links)
