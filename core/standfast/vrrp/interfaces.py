"""What happens to links and addresses, as facts for the routers that it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.net.decode import HostAddress
from standfast.net.host import AddressAppeared, AddressVanished, Host, HostEvent, LinkChanged
from standfast.values import Address
from standfast.vrrp.actions import Action
from standfast.vrrp.addresses import AddressKeeper
from standfast.vrrp.instance import Instance
from standfast.vrrp.rules import State

Perform: TypeAlias = Callable[[Instance, tuple[Action, ...]], None]
Connect: TypeAlias = Callable[[Instance], None]

SOCKETS = "sockets"
"""Key of the fault: the sockets could not be opened."""

_PREFIX = "interface "
_HOLDING = frozenset((State.MASTER, State.LEAVING))


def tracked(config: VrrpInstance) -> frozenset[str]:
    """Interfaces whose going down is a fault: the instance's own, and every one that carries a VIP.

    ``dont_track_primary`` takes out the instance's own, with the VIPs on it.
    """
    names = {address.dev for address in config.vips + config.evips if not address.no_track}
    if config.interface:
        names.add(config.interface)
    if not config.track_primary:
        names.discard(config.interface)
    return frozenset(names)


class Interfaces:
    """Knows which instances an interface concerns, and tells them."""

    def __init__(self, host: Host, keeper: AddressKeeper, perform: Perform, connect: Connect) -> None:
        self.on_lost: Callable[[VirtualAddress, int], None] = lambda _address, _now: None
        """Who else wants to know: static addresses belong to no instance."""
        self._host = host
        self._keeper = keeper
        self._perform = perform
        self._connect = connect
        self._concerned: dict[str, list[Instance]] = {}
        self._virtual: dict[tuple[str, Address, int], list[tuple[Instance, VirtualAddress]]] = {}
        self._addresses: frozenset[Address] = frozenset()
        self._lost: list[VirtualAddress] = []
        self._found: list[HostAddress] = []

    def concern(self, instances: Iterable[Instance]) -> None:
        """These are all the instances there are, by their present configurations."""
        self._concerned, self._virtual = {}, {}
        for instance in instances:
            config = instance.config
            for name in tracked(config) | ({config.interface} - {""}):
                self._concerned.setdefault(name, []).append(instance)
            for address in config.vips + config.evips:
                place = (address.dev, address.address, address.prefix)
                self._virtual.setdefault(place, []).append((instance, address))
        self._addresses = frozenset(address for _dev, address, _prefix in self._virtual)

    def claimed(self, address: VirtualAddress, but: Instance) -> bool:
        """Does another instance hold this address now?"""
        holders = self._virtual.get((address.dev, address.address, address.prefix), ())
        return any(other is not but and other.router.state in _HOLDING for other, _ in holders)

    def survey(self, instance: Instance, now: int) -> None:
        """Tell one instance everything about its surroundings: at start, after a reload, after a link changed."""
        config = instance.config
        broken = {name: words for name in tracked(config) if (words := self._complaint(name))}
        # A fault before anything else: the farewell must leave while it still can.
        for name, words in broken.items():
            known = instance.router.faults.get(_PREFIX + name)
            if known is None or known.words != words:  # what was down may be gone by now
                self._perform(instance, instance.router.raise_fault(_PREFIX + name, words, now))
        self._review_source(instance, now)
        self.reconnect(instance, now)
        for key in [key for key in instance.router.faults if key.startswith(_PREFIX)]:
            if key.removeprefix(_PREFIX) not in broken:
                self._perform(instance, instance.router.clear_fault(key, now))

    def reconnect(self, instance: Instance, now: int) -> None:
        """Open the sockets that it needs now; that this fails is a fault as any other."""
        try:
            self._connect(instance)
        except OSError as error:
            words = f"cannot open its sockets on {instance.config.interface or 'this host'}: {error.strerror}"
            self._perform(instance, instance.router.raise_fault(SOCKETS, words, now))
        else:
            self._perform(instance, instance.router.clear_fault(SOCKETS, now))

    def apply(self, events: Iterable[HostEvent], now: int, *, settled: bool) -> None:
        """Digest what the monitor read.

        ``settled``: nothing more waits to be read.  Only then is an address that vanished judged: by then
        its coming back, or its link's going down, has been read as well.
        """
        links: set[str] = set()
        gone: set[Address] = set()
        homes: set[str] = set()
        moved: set[str] = set()
        for event in events:
            if isinstance(event, LinkChanged):
                if event.after and event.before and event.after.mac != event.before.mac:
                    moved.add(event.after.name)
                links.update(link.name for link in (event.before, event.after) if link is not None)
                continue
            homes.add(self._host.name(event.address.index))
            if isinstance(event, AddressVanished):
                gone.add(event.address.address)
            self._note(event)
        for instance in self._whom(links):
            self.survey(instance, now)
        for instance in self._whom(moved):
            self._perform(instance, instance.router.link_address_changed())
        for instance in self._whom(homes - links):
            if instance.router.source is None or instance.router.source in gone:
                self._review_source(instance, now)
        if settled:
            self._judge(now)

    def _note(self, event: AddressAppeared | AddressVanished) -> None:
        if isinstance(event, AddressAppeared):
            if event.address.address in self._addresses:
                self._found.append(event.address)
            return
        lost = self._keeper.vanished(event.address)
        if lost is not None:
            self._lost.append(lost)

    def _judge(self, now: int) -> None:
        """Who took our address away, who brought one? Echoes of our own changes have cancelled out."""
        lost, found = self._lost, self._found
        self._lost, self._found = [], []
        for address in lost:
            link = self._host.link(address.dev)
            if link is not None and link.up and not self._keeper.present(address):
                self.on_lost(address, now)
                for instance, ours in self._virtual.get((address.dev, address.address, address.prefix), ()):
                    self._perform(instance, instance.router.address_lost(ours, now))
        for entry in found:
            place = (entry.index, entry.address, entry.prefix)
            stranger = place not in self._keeper.installed and not self._keeper.owns(entry)
            if stranger and self._host.find(*place) is not None:
                name = self._host.name(entry.index)
                for instance, ours in self._virtual.get((name, entry.address, entry.prefix), ()):
                    self._perform(instance, instance.router.address_appeared(ours, now))

    def _whom(self, names: Iterable[str]) -> list[Instance]:
        concerned = dict.fromkeys(instance for name in names for instance in self._concerned.get(name, ()))
        return [instance for instance in concerned if not instance.gone]

    def _complaint(self, name: str) -> str:
        """Why an interface cannot be used; empty = it can."""
        link = self._host.link(name)
        if link is None:
            return f"interface {name} does not exist"
        return "" if link.up else f"interface {name} is down"

    # Where adverts come from (the source address)

    def _review_source(self, instance: Instance, now: int) -> None:
        config, router = instance.config, instance.router
        if config.source is not None:
            if not config.track_source:
                return
            source = config.source if self._host.owns(config.source) else None
        else:
            source = self._primary(config, router.source)
        if source == router.source:
            return
        self._perform(instance, router.set_source(source, now))
        if config.unicast:
            self.reconnect(instance, now)

    def _primary(self, config: VrrpInstance, current: Address | None) -> Address | None:
        """The first address of the interface that is not virtual; the one in use as long as it is there.

        IPv6 speaks from link-local addresses alone (RFC 9568, 5.1.2.1).
        """
        link = self._host.link(config.interface)
        if link is None:
            return None
        if current is not None and self._host.has(link.index, current):
            return current
        candidates = (
            entry.address
            for entry in self._host.addresses(link.index, config.family)
            if self._may_speak(entry, config.family)
        )
        return next(candidates, None)

    def _may_speak(self, entry: HostAddress, family: int) -> bool:
        if family == 6 and not entry.address.is_link_local:
            return False
        place = (entry.index, entry.address, entry.prefix)
        if place in self._keeper.installed:
            return False
        return entry.address not in self._addresses or self._keeper.owns(entry)
