"""LEAVING: priority 0 is out; the addresses stay until the successor speaks.

A host whose packets reach the old master for another half second is served; one whose packets reach
nobody is not.  Seen on the wire: an old master that still holds an IPv4 address does not answer the
new one's gratuitous ARP, clients move at once.
"""

from __future__ import annotations

from standfast.vrrp import orders, timing
from standfast.vrrp.actions import CancelAnnouncing, Left
from standfast.vrrp.machine import Machine
from standfast.vrrp.packet import Advert
from standfast.vrrp.rules import Input, State


def begin(machine: Machine, cause: str, now: int, *, hold: bool, removed: bool, slowest: int = 0) -> None:
    """Leave for good: with ``hold`` by way of LEAVING, else at once. ``removed``: by a reload.

    ``slowest``: how long the sync group's slowest successor takes.
    """
    config = machine.config
    machine.leaving_as = "DELETED" if removed else "STOP"
    wait = timing.leaving_time(config.version, config.advert_interval, config.stop_hold, slowest)
    if machine.state is State.MASTER and hold and wait > 0 and machine.addresses:
        machine.send_advert(now, 0)
        machine.announcer.stop()
        machine.do(CancelAnnouncing())
        machine.counters.release_master += 1
        machine.move(Input.LEAVE, cause, now)
        machine.timer = now + wait
        return
    if machine.state is State.MASTER:
        machine.release(farewell=True, now=now)
    elif machine.state is State.LEAVING:
        machine.uninstall()
    _finish(machine, cause, now)


def hear(machine: Machine, advert: Advert, now: int) -> None:
    """Any router with a rank means that the addresses are in good hands."""
    if advert.priority > 0 and machine.giving_way:
        orders.heard_successor(machine, advert, now)
    elif advert.priority > 0:
        machine.uninstall()
        _finish(machine, f"{advert.source} has taken over", now)


def expire(machine: Machine, now: int) -> None:
    """Nobody came. That there is nobody cannot be known, so this is how a lone router leaves too."""
    if machine.giving_way:
        orders.nobody_came(machine, now)
        return
    machine.uninstall()
    _finish(machine, f"{machine.cause}; nobody has taken over", now)


def _finish(machine: Machine, cause: str, now: int) -> None:
    machine.timer = None
    machine.giving_way = False
    machine.move(Input.SHUTDOWN, cause, now, machine.leaving_as)
    machine.do(Left())
