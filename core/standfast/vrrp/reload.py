"""A reload that keeps what the network taught us: learned interval, running timer, master, disputes."""

from __future__ import annotations

import msgspec

from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.vrrp.actions import AddAddresses, AddRouting, RemoveAddresses, RemoveRouting
from standfast.vrrp.machine import Machine, effective
from standfast.vrrp.refusals import Refusals
from standfast.vrrp.rules import State


def apply(machine: Machine, config: VrrpInstance, now: int) -> None:
    """Run by ``config`` from now on. State and timers stay; only differences reach wire and kernel."""
    old, old_wait = machine.config, machine.down_time
    machine.config = config
    machine.refused = Refusals()  # judged by rules of the past
    machine.priority = _priority(machine, old, config)
    if config.source is not None and not config.track_source:
        machine.source = config.source
    if machine.state is State.MASTER or machine.master is None or config.version == 2:
        machine.master_interval = config.advert_interval
    machine.announcer.reconfigure(config.announcing, now)
    if machine.state is State.BACKUP and machine.timer is not None:
        machine.timer += machine.down_time - old_wait
    elif machine.state is State.MASTER:
        machine.advertise(now)
        _remove_routing(machine, old, config)
        _exchange_addresses(machine, old, config)
        _add_routing(machine, old, config)
        if old.address_lease != config.address_lease and machine.addresses:
            machine.renew(now)


def _priority(machine: Machine, old: VrrpInstance, new: VrrpInstance) -> int:
    """The new base and what trackers say now, never a difference to the past (KD-9); owners have no trackers."""
    if new.owner:
        return machine.priority if old.owner else new.priority
    return effective(new.priority, machine.points)


def _exchange_addresses(machine: Machine, old: VrrpInstance, new: VrrpInstance) -> None:
    before = {installed(address): address for address in old.vips + old.evips}
    after = {installed(address): address for address in new.vips + new.evips}
    removed = tuple(address for key, address in before.items() if key not in after)
    added = tuple(address for key, address in after.items() if key not in before)
    if removed:
        machine.do(RemoveAddresses(removed))
    if added:
        machine.do(AddAddresses(added))
        machine.do(*machine.announcer.restate(machine.addresses))
    elif removed:
        machine.announcer.replace(machine.addresses)


def _remove_routing(machine: Machine, old: VrrpInstance, new: VrrpInstance) -> None:
    """What goes, goes before the addresses that it may need."""
    removed = tuple(each for each in (old.routes + old.rules)[::-1] if each not in new.routes + new.rules)
    if removed:
        machine.do(RemoveRouting(removed))


def _add_routing(machine: Machine, old: VrrpInstance, new: VrrpInstance) -> None:
    """What comes, comes after the addresses that it may need.

    An address that was taken off may have taken routes along, of which the kernel says nothing: then all of them are
    asked for, and those that are there stay as they are.
    """
    gone = {installed(address) for address in old.vips + old.evips} - {
        installed(address) for address in new.vips + new.evips
    }
    before = () if gone else old.routes + old.rules
    added = tuple(each for each in new.routes + new.rules if each not in before)
    if added:
        machine.do(AddRouting(added))


def installed(address: VirtualAddress) -> VirtualAddress:
    """The address as the kernel tells it from others: not by how we react to its loss, nor by how long it lives."""
    return msgspec.structs.replace(address, no_track=False, lease_s=None)
