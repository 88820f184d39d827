"""Which instances there are: at start, after the death of a predecessor, and across reloads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import Final

from msgspec import structs

from standfast import clock
from standfast.config.capacity import fit
from standfast.config.model import Config, GlobalDefs, VirtualAddress, VrrpInstance
from standfast.events import Remark
from standfast.net.decode import HostAddress
from standfast.net.monitor import Monitor
from standfast.supervise import state_file
from standfast.supervise.page import SharedPage, Slot
from standfast.supervise.state_file import Entry, Installed, entry_of
from standfast.vrrp import changes, order_file
from standfast.vrrp.addresses import AddressKeeper
from standfast.vrrp.instance import Instance
from standfast.vrrp.networks import shared_interfaces
from standfast.vrrp.router import ADDRESSES_TAKEN
from standfast.vrrp.rules import State
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.statics import Statics
from standfast.vrrp.surroundings import Surroundings
from standfast.vrrp.sysctls import LOCAL_IGMP, Sysctls, promote_secondaries

PIECE: Final = 64


class Cast:
    """Puts instances on the stage and takes them off. Writes down beforehand what they may install."""

    def __init__(
        self,
        speaker: Speaker,
        keeper: AddressKeeper,
        monitor: Monitor,
        run_dir: Path,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.config = Config()
        self.watchers: list[Callable[[Config, int], None]] = []
        """Who else looks at what is tracked; called before instances begin, and at every reload."""
        self._speaker = speaker
        self._keeper = keeper
        self._host = monitor.host
        self._run_dir = run_dir
        self._written = state_file.load(run_dir)
        self._orders = order_file.load(run_dir, clock.now())
        """Of a predecessor: those that an instance has not taken over yet."""
        self._sysctls = Sysctls(self._written.sysctls, written_down=self.remember)
        self._shared: frozenset[str] = frozenset()
        """Interfaces on which instances would take one another's addresses along."""
        self._surroundings = surroundings or Surroundings()
        self._statics = Statics(speaker.holdings, self._static_fault, speaker.tell)

    # Start

    def begin(self, config: Config, page: SharedPage, *, resume: bool) -> None:
        """Start all instances: first those that may carry on a mastership, then clean up, then the others."""
        self._surroundings.inherit(self._written)
        config = self._fitted(self._placed(config))
        self._configure(config)
        instances = [Instance(made, place, self._speaker.tell) for place, made in enumerate(config.instances)]
        before = self._written
        self._respect_owners(instances)
        self.config = config
        self._track(config)
        self._speaker.admit(instances)
        self._join_groups(config)
        self._write_ahead(config, before)
        self._surroundings.make(self._sysctls)
        self._surroundings.drop()
        delay = 0 if resume else start_delay(config.global_defs, clock.now())
        for instance in instances:
            slot = page.read(instance.place or 0, instance.key) if resume else None
            self._start(instance, slot, delay)
            self._name_foreign(instance, before)
        self._remove_strangers(config, before)
        if not resume:
            self._speaker.finish_effects()
        self._speaker.attend_statics(self._statics)
        self._statics.change(config, clock.now())
        self._finish()

    def _start(self, instance: Instance, slot: Slot | None = None, delay: int = 0) -> None:
        self._prepare_interfaces(instance.config)
        router, now = instance.router, clock.now()
        router.order = self._orders.pop(instance.key, router.order)
        self._speaker.interfaces.survey(instance, now)
        # What a predecessor of this process had in service does not wait for first results again.
        served = slot is not None and slot.state in (State.MASTER, State.BACKUP)
        self._speaker.trackers.review(instance, now, "known at the start", waits=not served)
        actions = router.start(now, delay) if slot is None else router.resume(now, slot)
        self._speaker.perform(instance, actions)

    def _respect_owners(self, instances: list[Instance]) -> None:
        """An owner's VIPs that were there before us are the administrator's (KD-19)."""
        listed = _listed(self._written)
        for instance in instances:
            if instance.config.owner:
                self._keeper.respect(instance.router.addresses, listed)

    def _name_foreign(self, instance: Instance, before: Installed) -> None:
        """What no record calls ours is taken off like a leftover; whoever put it there has to hear of it."""
        if instance.router.state is State.MASTER:
            return  # it carries on, and takes nothing off
        found = self._keeper.foreign(instance.router.addresses, _listed(before))
        if not found:
            return
        names = ", ".join(f"{address.address}/{address.prefix} on {address.dev}" for address in found)
        words = f"found {names}, not put there by us: taken off; whatever configures it there must not"
        self._complain("vrrp.address_found", words, instance.config.name)

    def _remove_strangers(self, config: Config, before: Installed) -> None:
        """Leftovers of a predecessor that no instance of today knows; those of instances are theirs to remove."""
        ours = _entries(config)
        found = state_file.leftovers(before, self._host.links(), self._all_addresses(), marks=state_file.kernel_marks())
        names = {link.index: link.name for link in self._host.links()}
        strangers = [
            VirtualAddress(address=entry.address, prefix=entry.prefix, dev=names[entry.index])
            for entry in found
            if Entry(names[entry.index], f"{entry.address}/{entry.prefix}") not in ours
        ]
        for start in range(0, len(strangers), PIECE):
            self._keeper.remove(strangers[start : start + PIECE])

    def _all_addresses(self) -> list[HostAddress]:
        return [entry for link in self._host.links() for entry in self._host.addresses(link.index)]

    # Reload

    def change(self, config: Config) -> tuple[str, ...]:
        """Run by this configuration from now on; give what changed, in words.

        An equal one changes nothing, but for instances that wait for a reload to try again.
        """
        config = self._fitted(self._placed(config))
        if config == self.config:
            return self._try_again()
        old, self.config, before = self.config, config, self._written
        now = clock.now()
        self._configure(config)
        self._track(config)
        staying, coming, going = self._match(config)
        self._respect_owners(coming)  # before the list calls their addresses ours
        # First of all the adverts: each buys its instance one interval (18.3 in keepalived's order).
        self._write_ahead(config, before)
        for instance in going:
            instance.move_to(None)
            self._speaker.dismiss(instance, now, hold=True, removed=True)
            self._speaker.breathe()
        self._surroundings.make(self._sysctls)
        self._speaker.admit(sorted([*staying, *coming], key=lambda instance: instance.place or 0))
        self._join_groups(config)
        ordered = {instance.config.name: instance.router.order for instance in going}
        for instance in coming:  # what was ordered was meant for whoever has the name
            instance.router.order = ordered.get(instance.config.name)
        arriving = {instance.config.name for instance in coming}
        leaving = {instance.config.name: instance.config for instance in going}
        told = [f"{name}: removed" for name in leaving if name not in arriving]
        told += [words for instance in staying if (words := self._reconfigure(instance, config))]
        self._speaker.admit(list(self._speaker.instances.values()))
        for instance in coming:
            self._start(instance)
            self._name_foreign(instance, before)
            self._speaker.breathe()
            made = instance.config
            told.append(changes.anew(leaving[made.name], made) if made.name in leaving else f"{made.name}: added")
        told += changes.beside_instances(old, config)
        if self._statics.change(config, clock.now(), self._speaker.breathe):
            told.append("static addresses, routes or rules changed")
        if old.global_defs != config.global_defs:
            told.append("global settings changed")
        self._finish()
        return (*told, *self._try_again())

    def _try_again(self) -> tuple[str, ...]:
        waiting = [one for one in self._speaker.instances.values() if ADDRESSES_TAKEN in one.router.faults]
        for instance in waiting:
            self._speaker.perform(instance, instance.router.try_again(clock.now()))
        return tuple(f"{instance.config.name}: tries again" for instance in waiting)

    def _track(self, config: Config) -> None:
        self._speaker.trackers.configure(config)
        self._speaker.interfaces.configure(config, clock.now())
        for watch in self.watchers:
            watch(config, clock.now())

    def _join_groups(self, config: Config) -> None:
        """By the names of this configuration, which may be new to an instance."""
        instances = self._speaker.instances.values()
        routers = {config.instances[instance.place or 0].name: instance.router for instance in instances}
        self._speaker.follow(self._speaker.groups.configure(config.sync_groups, routers, clock.now()))

    def _match(self, config: Config) -> tuple[list[Instance], list[Instance], list[Instance]]:
        """Who stays, comes and goes: by :attr:`VrrpInstance.key`, since names may change."""
        known = dict(self._speaker.instances)
        staying, coming = [], []
        for place, made in enumerate(config.instances):
            instance = known.pop(made.key, None)
            if instance is None:
                coming.append(Instance(made, place, self._speaker.tell))
                continue
            if instance.place != place:
                instance.move_to(place)
            staying.append(instance)
        return staying, coming, list(known.values())

    def _reconfigure(self, instance: Instance, config: Config) -> str:
        made = config.instances[instance.place or 0]
        before, now = instance.config, clock.now()
        if made == before:
            self._speaker.trackers.review(instance, now, "reload")  # its place or its group may have changed
            return ""
        self._prepare_interfaces(made)
        self._speaker.trackers.prepare(instance)
        self._speaker.perform(instance, instance.router.reconfigure(made, now))
        self._speaker.interfaces.survey(instance, now)
        self._speaker.trackers.review(instance, now, "reload")
        self._speaker.breathe()
        return changes.changed(before, made)

    def _fitted(self, config: Config) -> Config:
        """Adverts must fit a packet: a fragment is heard by nobody. Only this process knows the interfaces' MTU."""
        mtu = {link.name: link.mtu for link in self._host.links()}
        fitted = tuple(fit(made, mtu.get(made.interface, 1500)) for made in config.instances)
        for made, fits in zip(config.instances, fitted, strict=True):
            if fits is not made:
                words = f"an advert has room for {len(fits.vips)} addresses, the others are held but not advertised"
                self._complain("vrrp.surplus_addresses", words, made.name)
        return structs.replace(config, instances=fitted)

    # The end

    def end(self, *, hold: bool) -> None:
        """Let everybody leave (again: at once)."""
        now = clock.now()
        for instance in dict.fromkeys(self._speaker.everybody()):
            if not instance.gone:
                self._speaker.dismiss(instance, now, hold=hold, removed=False)

    def clear(self) -> None:
        """No instance is left: static objects go, the kernel's settings are set back, the state file is removed."""
        self._statics.clear(clock.now())
        self._surroundings.clear()
        self._sysctls.restore()
        with contextlib.suppress(OSError):
            order_file.save(self._run_dir, {})
        self._write(Installed())

    # What is written down

    def settle(self) -> None:
        """Everything has been performed: remove what nobody needs, write down what is still ours."""
        self._surroundings.drop()
        self._write(self._record(self.config))

    def _write_ahead(self, config: Config, before: Installed) -> None:
        """Before the kernel is touched: what may be installed from now on, beside what was."""
        ours = self._record(config)
        self._write(
            structs.replace(
                ours,
                addresses=tuple(sorted({*before.addresses, *ours.addresses})),
                routes=tuple(dict.fromkeys((*before.routes, *ours.routes))),
                rules=tuple(dict.fromkeys((*before.rules, *ours.rules))),
                devices=tuple({device.name: device for device in (*before.devices, *ours.devices)}.values()),
            )
        )

    def _finish(self) -> None:
        if self._sysctls.originals != self._written.sysctls:
            self._write(structs.replace(self._written, sysctls=dict(self._sysctls.originals)))

    def _record(self, config: Config) -> Installed:
        return Installed(
            addresses=self._own_entries(config),
            routes=tuple(dict.fromkeys(each for made in config.instances for each in made.routes))
            + config.static_routes,
            rules=tuple(dict.fromkeys(each for made in config.instances for each in made.rules)) + config.static_rules,
            sysctls=dict(self._sysctls.originals),
            devices=self._surroundings.devices(),
            table=self._surroundings.table(),
        )

    def remember(self) -> None:
        """Interfaces or settings are about to change, or have: write that down."""
        record = structs.replace(self._written, sysctls=dict(self._sysctls.originals))
        devices = {device.name: device for device in (*record.devices, *self._surroundings.devices())}
        self._write(structs.replace(record, devices=tuple(devices.values()), table=self._surroundings.table()))

    def mend(self) -> None:
        """Something around our interfaces has changed: make them as they shall be, and what they need."""
        self._surroundings.make(self._sysctls)
        self.remember()

    def _placed(self, config: Config) -> Config:
        """With addresses where they will live: some on interfaces that are yet to be made."""
        return self._surroundings.plan(config)

    def _static_fault(self, name: str, key: str, words: str, now: int) -> None:
        """What an instance depends on is missing (empty words: it is there again)."""
        for instance in self._speaker.everybody():
            if instance.config.name == name and not instance.gone:
                router = instance.router
                self._speaker.perform(
                    instance, router.raise_fault(key, words, now) if words else router.clear_fault(key, now)
                )

    def _own_entries(self, config: Config) -> tuple[Entry, ...]:
        links = {link.name: link.index for link in self._host.links()}
        return tuple(
            sorted(
                {
                    entry_of(address)
                    for address in held(config)
                    if (links.get(address.dev, 0), address.address, address.prefix) not in self._keeper.owned
                }
            )
        )

    def _write(self, installed: Installed) -> None:
        if installed == self._written:
            return
        try:
            state_file.save(self._run_dir, installed)
        except OSError as error:
            words = f"cannot write {self._run_dir}/{state_file.NAME}: {error.strerror}; after a crash nobody cleans up"
            self._complain("process.state_file", words)
        else:
            self._written = installed

    def _configure(self, config: Config) -> None:
        self._speaker.configure(config)
        self._shared = shared_interfaces(config)
        try:
            if config.global_defs.disable_local_igmp:
                self._sysctls.set(LOCAL_IGMP, "0")
            else:
                self._sysctls.put_back(LOCAL_IGMP)
        except OSError as error:
            self._complain("vrrp.sysctl", f"cannot set {LOCAL_IGMP}: {error.strerror}")

    def greet(self, names: Set[str]) -> None:
        """These interfaces have appeared, with the settings that the kernel gives to new ones."""
        changed = [self._prepare_interfaces(each.config, names) for each in self._speaker.instances.values()]
        if any(changed):
            self.remember()

    def _prepare_interfaces(self, config: VrrpInstance, among: Set[str] | None = None) -> bool:
        """True if that changed anything. ``among``: of these alone; None: of those that are there."""
        interfaces = {address.dev for address in config.vips + config.evips} & self._shared
        if config.promote_secondaries and config.interface:
            interfaces.add(config.interface)
        changed = False
        for interface in sorted(interfaces if among is None else interfaces & among):
            if self._host.link(interface) is None:
                continue  # :meth:`greet` comes when it does
            try:
                changed |= self._sysctls.set(promote_secondaries(interface), "1")
            except OSError as error:
                words = f"cannot set promote_secondaries on {interface}: {error.strerror}"
                self._complain("vrrp.sysctl", words, config.name)
        return changed

    def _complain(self, event: str, words: str, instance: str = "") -> None:
        self._speaker.tell(Remark(at=clock.now(), instance=instance, level="warning", event=event, words=words))


def start_delay(settings: GlobalDefs, uptime: int) -> int:
    """Microseconds to stay silent and deaf: the configured delay, or what is left of the one after boot."""
    return max(settings.startup_delay, settings.delay_after_boot - uptime, 0)


def _listed(written: Installed) -> set[tuple[str, str]]:
    return {(entry.interface, entry.address) for entry in written.addresses}


def _entries(config: Config) -> set[Entry]:
    return {entry_of(address) for address in held(config)}


def held(config: Config) -> Iterator[VirtualAddress]:
    """Every address that this daemon may put on an interface."""
    for instance in config.instances:
        yield from instance.vips + instance.evips
    yield from config.static_addresses
