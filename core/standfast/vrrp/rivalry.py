"""Two masters of one virtual router: noticed, told, counted, and told again when it is over.

Who has the higher rank knows for certain: a loser that goes on speaking after it must have heard us does not hear us.
Who has the lower rank yields to the first advert, which is the same from a router that preempts it and from one that
has been master beside it all the time; it counts that as *contested*. But keepalived and we number our adverts (IPv4
identification): if the master whose silence made us MASTER has sent meanwhile as many as a master sends, it was not
silent, only not heard. Then there were two, and we say so.

Over IPv6 there is no such number, and neighbour advertisements do not make up for it. Who has taken over announces
the addresses; but so does who was master all the while, because it answers the last word that we say before we yield
(``higher_prio_send_advert``). Their number is a setting of the other one's, and their order says nothing either: the
last word may reach a router that takes over before it has added and announced anything. So over IPv6 the loser counts
*contested* alone, and the winner, which hears that last word, tells of the two masters.
"""

from __future__ import annotations

from typing import Final

from standfast.values import Address
from standfast.vrrp import timing
from standfast.vrrp.machine import Machine, Obeyed, Rival
from standfast.vrrp.packet import Advert

_NUMBERS: Final = 65_535
"""An identification of 0 is left out."""

_LEAST: Final = 3
"""Adverts that were due: as many as a down timer waits for."""


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


def higher_heard(machine: Machine, advert: Advert, heard: int, now: int) -> None:
    """We are MASTER and yield to somebody: the transition tells of it."""
    machine.end_rivalry(now)
    machine.counters.contested += 1
    if spoke_meanwhile(machine.obeyed, advert, heard):
        machine.counters.dual_master += 1
        unheard = Rival(advert.source, advert.priority, machine.since, heard)
        machine.tell_rival(unheard, now, over=False, yielded=True)
        machine.tell_rival(unheard, now, over=True, yielded=True)


def spoke_meanwhile(known: Obeyed | None, advert: Advert, heard: int) -> bool:
    """Has the sender, whom we obeyed before, gone on at its pace although we heard nothing? False: that is not known.

    Some adverts more than its pace asks for are answers to others; a daemon that was started anew counts from 1.
    """
    if known is None or not known.number or not advert.number or known.address != advert.source:
        return False
    sent = (advert.number - known.number) % _NUMBERS
    due = (heard - known.heard) // advert.interval
    return due >= _LEAST and due * 3 // 4 <= sent <= due * 3 // 2 + _LEAST


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
