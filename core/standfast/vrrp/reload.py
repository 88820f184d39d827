"""A reload that keeps what the network taught us: learned interval, running timer, master, disputes."""

from __future__ import annotations

import msgspec

from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.vrrp.actions import AddAddresses, RemoveAddresses
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
        _exchange_addresses(machine, old, config)


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


def installed(address: VirtualAddress) -> VirtualAddress:
    """The address as the kernel knows it: how we react to its loss is not the kernel's business."""
    return msgspec.structs.replace(address, no_track=False)
