"""What happens to links and addresses, as facts for the routers that it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from standfast.config.model import Config, VirtualAddress, VrrpInstance
from standfast.config.tracking_model import TrackedKind
from standfast.net.decode import IFF_UP, HostAddress
from standfast.net.host import AddressAppeared, AddressVanished, Host, HostEvent, LinkChanged
from standfast.values import Address
from standfast.vrrp.actions import Action
from standfast.vrrp.addresses import AddressKeeper
from standfast.vrrp.debounce import Debounce
from standfast.vrrp.device_keeper import DeviceKeeper
from standfast.vrrp.instance import Instance
from standfast.vrrp.rules import State

Perform: TypeAlias = Callable[[Instance, tuple[Action, ...]], None]
Connect: TypeAlias = Callable[[Instance], None]

Report: TypeAlias = Callable[[TrackedKind, str, int | None, str, int], None]

SOCKETS = "sockets"
"""Key of the fault: the sockets could not be opened."""

_PREFIX = "interface "
_HOLDING = frozenset((State.MASTER, State.LEAVING))


def tracked(config: VrrpInstance) -> frozenset[str]:
    """Interfaces whose going down is a fault: the instance's own, and all that VIPs, routes and rules name.

    ``dont_track_primary`` takes out the instance's own, with the VIPs on it.
    """
    names = {address.dev for address in config.vips + config.evips if not address.no_track}
    names |= {route.dev for route in config.routes if route.dev and not route.no_track}
    names |= {name for rule in config.rules if not rule.no_track for name in (rule.iif, rule.oif) if name}
    names |= {config.interface, config.device} - {""}
    if not config.track_primary:
        names -= {config.interface, config.device}
    return frozenset(names)


def implied(config: Config) -> dict[str, frozenset[str]]:
    """Instance -> interfaces of static objects whose ``track_group`` names it: without them it has nothing to offer."""
    members = {group.name: group.members for group in config.track_groups}
    needed: dict[str, set[str]] = {}
    static = [(made.track_group, made.dev) for made in config.static_addresses]
    static += [(made.track_group, made.dev) for made in config.static_routes]
    static += [(made.track_group, device) for made in config.static_rules for device in (made.iif, made.oif)]
    for group, device in static:
        for name in members.get(group, ()) if device else ():
            needed.setdefault(name, set()).add(device)
    return {name: frozenset(devices) for name, devices in needed.items()}


class Interfaces:
    """Knows which instances an interface concerns, and tells them."""

    def __init__(
        self, host: Host, keeper: AddressKeeper, perform: Perform, connect: Connect, report: Report | None = None
    ) -> None:
        self.on_lost: Callable[[VirtualAddress, int], None] = lambda _address, _now: None
        """Who else wants to know: static addresses belong to no instance."""
        self._host = host
        self._keeper = keeper
        self._perform = perform
        self._connect = connect
        self._report = report
        self._concerned: dict[str, list[Instance]] = {}
        self._virtual: dict[tuple[str, Address, int], list[tuple[Instance, VirtualAddress]]] = {}
        self._addresses: frozenset[Address] = frozenset()
        self._lost: list[VirtualAddress] = []
        self._found: list[HostAddress] = []
        self._debounce = Debounce()
        self._tracked: frozenset[str] = frozenset()
        self._implied: dict[str, frozenset[str]] = {}
        self._devices: DeviceKeeper | None = None

    def attend(self, devices: DeviceKeeper) -> None:
        """These interfaces are ours: each is as good as the one below it."""
        self._devices = devices

    def configure(self, config: Config, now: int) -> None:
        """Watch what this configuration tracks, as it says."""
        self._debounce.configure(config.interface_delays)
        for link in self._host.links():
            self._debounce.seen(link.name, link.up, now)
        lines = [instance.trackers for instance in config.instances] + [group.trackers for group in config.sync_groups]
        self._tracked = frozenset(line.name for trackers in lines for line in trackers if line.kind == "interface")
        self._implied = implied(config)
        self._report_links(self._tracked, now)

    def concern(self, instances: Iterable[Instance]) -> None:
        """These are all the instances there are, by their present configurations."""
        self._concerned, self._virtual = {}, {}
        for instance in instances:
            config = instance.config
            for name in self._needed(config) | ({config.interface, config.device, config.vrf} - {""}):
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
        # What is above another interface comes last: the first complaint is the cause that people read.
        needed = sorted(self._needed(config), key=lambda name: (bool(self._base(name)), name))
        broken = {name: words for name in needed if (words := self._complaint(name))}
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
                self._see(event, now)
                continue
            homes.add(self._host.name(event.address.index))
            if isinstance(event, AddressVanished):
                gone.add(event.address.address)
            self._note(event)
        self._links_changed(links, now)
        for instance in self._whom(moved):
            self._perform(instance, instance.router.link_address_changed())
        for instance in self._whom(homes - links):
            if instance.router.source is None or instance.router.source in gone:
                self._review_source(instance, now)
        if settled:
            self._judge(now)

    @property
    def deadline(self) -> int | None:
        """When :meth:`due` has something to do."""
        return self._debounce.deadline

    def due(self, now: int) -> None:
        """Links that have been up or down for long enough."""
        self._links_changed(self._debounce.due(now), now)

    def _links_changed(self, names: Iterable[str], now: int) -> None:
        names = list(names)
        self._report_links(self._tracked.intersection(names), now)
        for instance in self._whom(names):
            self.survey(instance, now)

    def _report_links(self, names: Iterable[str], now: int) -> None:
        for name in sorted(names):
            complaint = self._complaint(name)
            words = complaint.removeprefix(f"interface {name} ") or "is up"
            if self._report is not None:
                self._report("interface", name, 0 if complaint else 1, words, now)

    def _see(self, event: LinkChanged, now: int) -> None:
        before, after = event.before, event.after
        if before is not None and (after is None or after.name != before.name):
            self._debounce.gone(before.name)
        if after is not None:
            self._debounce.seen(after.name, after.up, now, self._longest_delay(after.name))
        if before is not None and after is not None and after.up and not before.up:
            self._restore(after.name, now)

    def _longest_delay(self, name: str) -> int | None:
        """A link that is gone for longer than peers wait must not come back as if nothing had happened."""
        return min(
            (
                (instance.config.down_timer_adverts - 1) * instance.router.master_interval
                - instance.router.master_interval // 256
                for instance in self._concerned.get(name, ())
                if instance.config.interface == name
            ),
            default=None,
        )

    def _restore(self, name: str, now: int) -> None:
        """The kernel drops IPv6 addresses of a link that is set down; a flap that nobody sees must not lose them."""
        for instance in self._whom((name,)):
            here = (address for address in instance.router.addresses if address.dev == name)
            missing = tuple(address for address in here if not self._keeper.present(address))
            if missing:
                self._perform(instance, instance.router.restore(missing))

    def _needed(self, config: VrrpInstance) -> frozenset[str]:
        needed = tracked(config) | self._implied.get(config.name, frozenset())
        return needed | {base for name in needed if (base := self._base(name)) and self._counts(base, config)}

    def _base(self, name: str) -> str:
        return "" if self._devices is None else self._devices.bases.get(name, "")

    @staticmethod
    def _counts(base: str, config: VrrpInstance) -> bool:
        return config.track_primary or base != config.interface

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
            why = "" if self._devices is None else self._devices.complaint(name)
            return f"interface {name} does not exist{f': {why}' if why else ''}"
        # Whether ours have a carrier is told late, and follows from the one below.
        up = bool(link.flags & IFF_UP) if self._base(name) else link.up
        return "" if self._debounce.up(name, up) else f"interface {name} is down"

    # Where adverts come from (the source address)

    def _review_source(self, instance: Instance, now: int) -> None:
        config, router = instance.config, instance.router
        if config.source is not None:
            if not config.track_source:
                return
            source = config.source if self._host.owns(config.source) else None
        else:
            source = self._primary(config, router.source)
            router.no_source_because = "" if source is not None else self._why_none(config)
        if source == router.source:
            return
        self._perform(instance, router.set_source(source, now))
        if config.unicast:
            self.reconnect(instance, now)

    def _primary(self, config: VrrpInstance, current: Address | None) -> Address | None:
        """The first address of the interface that is not virtual; the one in use as long as it is there.

        IPv6 speaks from link-local addresses alone (RFC 9568, 5.1.2.1).
        """
        # IPv4 speaks from an address of the interface below even through a virtual MAC; IPv6 from the interface itself.
        link = self._host.link(config.speaks_on if config.family == 6 else config.interface)
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

    def _why_none(self, config: VrrpInstance) -> str:
        """Somebody has made the machine's own address a virtual one, though this router does not own it."""
        link = self._host.link(config.interface)
        here = [] if link is None else self._host.addresses(link.index, config.family)
        virtual = [f"{entry.address}" for entry in here if entry.address in self._addresses]
        return f"what it has is virtual ({', '.join(virtual[:3])})" if virtual else ""

    def _may_speak(self, entry: HostAddress, family: int) -> bool:
        if family == 6 and not entry.address.is_link_local:
            return False
        place = (entry.index, entry.address, entry.prefix)
        if place in self._keeper.installed:
            return False
        return entry.address not in self._addresses or self._keeper.owns(entry)
