"""Two masters of one virtual router: noticed, told, counted, and told again when it is over.

Who has the higher rank knows for certain: a loser that goes on speaking after it must have heard us does not hear us.
Who has the lower rank yields to the first advert, and cannot tell a router that preempts it from one that has been
master beside it all the time; it counts that as *contested*.
"""

from __future__ import annotations

from standfast.values import Address
from standfast.vrrp import timing
from standfast.vrrp.machine import Machine, Rival
from standfast.vrrp.packet import Advert


def lower_heard(machine: Machine, advert: Advert, heard: int, now: int) -> None:
    """We are MASTER and heard somebody who should have yielded to us.

    Not counted as a second master: the old one's last advert, on its way when we took over.
    """
    rival = machine.rival
    if rival is not None and rival.address == advert.source:
        machine.rival = rival._replace(priority=advert.priority, heard=heard)
        return
    if heard - machine.since < machine.config.advert_interval // 2:
        return
    machine.end_rivalry(now)
    machine.rival = Rival(advert.source, advert.priority, heard, heard)
    machine.counters.dual_master += 1
    machine.tell_rival(machine.rival, now, over=False)


def higher_heard(machine: Machine, now: int) -> None:
    """We are MASTER and yield to somebody: the transition tells of it."""
    machine.end_rivalry(now)
    machine.counters.contested += 1


def farewell_heard(machine: Machine, source: Address, now: int) -> None:
    """The other one leaves."""
    if machine.rival is not None and machine.rival.address == source:
        machine.end_rivalry(now)


def review(machine: Machine, now: int) -> None:
    """With each of our adverts: has the other one fallen silent?"""
    rival = machine.rival
    if rival is None:
        return
    interval = max(machine.config.advert_interval, machine.master_interval)
    if now - rival.heard > timing.peers_down_time(machine.config.version, interval):
        machine.end_rivalry(now)
