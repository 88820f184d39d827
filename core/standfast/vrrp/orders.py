"""What people order a router to do: give way to another one (maintenance), or not to preempt one. Pure.

*yield*: as MASTER say priority 0 and keep the addresses until another router is heard as master (LEAVING).  If none is,
everything is as before: nobody was there to take over.  Afterwards the router listens, but takes no part.
*hold*: it goes on taking part, but obeys whoever is master, whatever the priority.
Both end by ``resume``, or when their time is over.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from standfast.vrrp import timing
from standfast.vrrp.actions import CancelAnnouncing
from standfast.vrrp.machine import Machine, Peer
from standfast.vrrp.packet import Advert
from standfast.vrrp.rules import Input, State

OrderKind: TypeAlias = Literal["yield", "hold"]


class Order(NamedTuple):
    """An order that holds."""

    kind: OrderKind
    since: int
    until: int | None = None
    """Microseconds on CLOCK_BOOTTIME; None: until it is taken back."""


def give_way(machine: Machine, order: Order, now: int, *, force: bool, slowest: int = 0) -> None:
    """Let somebody else be MASTER. With ``force`` even if nobody is there.

    ``slowest``: how long the sync group's slowest successor takes.
    """
    machine.order = order
    if machine.state is State.BACKUP:
        machine.elect(State.BACKUP)
        machine.probe = machine.held_back = None  # whoever takes no part has nothing to ask
    if machine.state is not State.MASTER:
        return
    config = machine.config
    machine.forced, machine.giving_way = force, True
    machine.send_advert(now, 0)
    machine.announcer.stop()
    machine.do(CancelAnnouncing())
    machine.end_rivalry(now)
    machine.counters.release_master += 1
    machine.move(Input.LEAVE, "ordered to yield", now)
    machine.timer = now + max(timing.giving_way_time(config.version, config.advert_interval), slowest)


def heard_successor(machine: Machine, advert: Advert, now: int) -> None:
    """Somebody has taken over; what a BACKUP knows of its master is known now."""
    if machine.config.version == 3:
        machine.master_interval = advert.interval
    _step_back(machine, f"yielded to {advert.source} as ordered", now)
    machine.master = Peer(advert.source, advert.priority)
    machine.last_advert_heard, machine.last_heard = now, "obeyed"


def nobody_came(machine: Machine, now: int) -> None:
    """The time for a successor is over: carry on, unless it was ordered whatever happens."""
    if machine.forced or machine.faults:
        _step_back(machine, "yielded as ordered; nobody has taken over", now)
        return
    machine.giving_way, machine.order = False, None
    machine.become_master(Input.NOBODY_CAME, "was to yield, but nobody took over: carries on", now)


def _step_back(machine: Machine, cause: str, now: int) -> None:
    machine.giving_way = False
    machine.uninstall()
    if machine.faults:
        machine.timer = None
        machine.move(Input.FAULT_RAISED, next(iter(machine.faults.values())).words, now)
        return
    machine.last_heard = "nothing"
    machine.become_backup(Input.GAVE_WAY, cause, now, machine.down_time)


def stays_away(machine: Machine, now: int) -> bool:
    """The down timer ended, but this router is not to take over: then it goes on listening."""
    if machine.order is None or machine.order.kind != "yield":
        return False
    machine.timer = now + machine.down_time
    machine.master, machine.last_heard = None, "nothing"
    machine.elect(State.BACKUP)
    return True


def end(machine: Machine, now: int) -> None:
    """Take part again as any router that has just started to listen."""
    was, machine.order = machine.order, None
    if was is not None and was.kind == "yield" and machine.state is State.BACKUP:
        machine.vote, machine.news = None, True
        machine.timer = now + machine.down_time
