"""BACKUP: listen, and take over when the master falls silent (RFC 9568, 6.4.2)."""

from __future__ import annotations

from standfast.values import seconds
from standfast.vrrp import orders, probing
from standfast.vrrp.machine import DEMOTED_OWNER, OWNER, Machine, Obeyed, Peer
from standfast.vrrp.packet import Advert
from standfast.vrrp.rules import Input, State


def hear(machine: Machine, advert: Advert, heard: int) -> None:
    """An accepted advert that arrived at ``heard``."""
    machine.probe = machine.held_back = None  # whoever speaks is not silent
    _restore_owner(machine, advert)
    if advert.priority == 0:
        # The master is leaving: whoever waits the least is next, so wait the skew only.
        machine.timer = heard + machine.skew
        machine.last_heard = "farewell"
    elif _obeys(machine, advert, heard):
        _obey(machine, advert, heard)
    else:
        # Not ours to follow: the down timer runs on, and we preempt when it ends.
        machine.last_heard = "outranked"
    machine.master = Peer(advert.source, advert.priority or _last_priority(machine, advert))


def expire(machine: Machine, now: int) -> None:
    """The down timer has ended, and every advert that waited has been read."""
    if _deserves_grace(machine, now):
        machine.grace_given = True
        machine.timer = now + min(machine.master_interval, machine.lateness(now))
        return
    if orders.stays_away(machine, now) or probing.holds_back(machine, now):
        return
    cause = _takeover_cause(machine, now)
    if machine.grouped:
        # All members or none: the group looks at the votes, and meanwhile this one goes on listening.
        machine.claim = cause
        machine.vote, machine.news = State.MASTER, True
        machine.timer = now + machine.down_time
        return
    machine.become_master(Input.MASTER_DOWN, cause, now)


def _restore_owner(machine: Machine, advert: Advert) -> None:
    """An owner that had stepped back takes its rank again once the other owner is not the master any more."""
    if machine.priority != DEMOTED_OWNER or not machine.config.owner:
        return
    changed = machine.master is None or machine.master.address != advert.source
    if changed or advert.priority != OWNER:
        machine.priority = OWNER


def _obeys(machine: Machine, advert: Advert, heard: int) -> bool:
    """No tie-break here: an equal priority is obeyed, whatever the addresses (RFC 9568, 6.4.2)."""
    config = machine.config
    if machine.order is not None:
        return True  # told to hold: as if by nopreempt; told to yield: it takes part in nothing
    if not config.preempt or advert.priority >= machine.priority:
        return True
    return config.preempt_delay > 0 and (machine.preempt_at is None or machine.preempt_at > heard)


def _obey(machine: Machine, advert: Advert, heard: int) -> None:
    config = machine.config
    if config.version == 3:
        # RFC 9568, 6.4.2: a backup takes the interval from the advert it hears, so a master
        # configured with another interval does not lead to two masters.
        machine.master_interval = advert.interval
    machine.timer = heard + machine.down_time
    machine.last_advert_heard = heard
    machine.obeyed = Obeyed(advert.source, advert.number, heard)
    machine.last_heard = "obeyed"
    machine.elect(State.BACKUP)
    machine.grace_given = False
    machine.follow_form(advert)
    if advert.priority >= machine.priority:
        machine.preempt_at = None
    elif config.preempt_delay and machine.preempt_at is None:
        machine.preempt_at = heard + config.preempt_delay


def _last_priority(machine: Machine, advert: Advert) -> int:
    """Priority 0 is a message, not a rank: keep what the same master had before."""
    known = machine.master
    return known.priority if known is not None and known.address == advert.source else 0


def _deserves_grace(machine: Machine, now: int) -> bool:
    """A frozen machine missed adverts that its socket could not hold: hear at least one interval before judging.

    Once for each freeze, and not if something that arrived just now was read: then the network has
    been heard since waking, and the master's silence is real.
    """
    interval = machine.master_interval
    if not machine.config.late_grace or machine.grace_given or machine.lateness(now) <= interval:
        return False
    return machine.last_arrival <= now - interval


def _takeover_cause(machine: Machine, now: int) -> str:
    master = machine.master
    if master is not None and machine.last_heard == "farewell":
        return f"{master.address} is leaving (priority 0)"
    if master is not None and machine.last_heard == "outranked":
        return f"preempted {master.address}: its priority is {master.priority}, ours {machine.priority}"
    if master is not None and machine.last_advert_heard is not None and machine.last_heard == "obeyed":
        return _silence(machine, f"from {master.address}", machine.last_advert_heard, now)
    if machine.vote is State.MASTER and machine.last_heard == "nothing" and not machine.claim:
        return "owner of the addresses"
    return _silence(machine, "heard", machine.since, now)


def _silence(machine: Machine, which: str, beginning: int, now: int) -> str:
    """A peer whose adverts are refused is not silent: who reads this has to know what to mend."""
    refused = machine.refused
    if not refused.since(beginning):
        return f"no advert {which} for {seconds(now - beginning)}"
    silence = f"no acceptable advert {which} for {seconds(now - beginning)}"
    return f"{silence}; last refused from {refused.source}: {refused.words}"
