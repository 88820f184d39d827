"""MASTER: advertise on time, and settle with others who think they are (RFC 9568, 6.4.3)."""

from __future__ import annotations

from standfast.values import SECOND, Address, seconds
from standfast.vrrp import rivalry, timing
from standfast.vrrp.election import Rank, rank
from standfast.vrrp.machine import DEMOTED_OWNER, OWNER, Conflict, Machine, Obeyed, Peer
from standfast.vrrp.packet import Advert
from standfast.vrrp.rules import Input

_LONG_SLEEP = SECOND
"""``timer_expired_backup`` never judges a shorter sleep (keepalived's min_auto_priority_delay)."""


def expire(machine: Machine, now: int) -> None:
    """The advert timer has ended."""
    if machine.overslept:
        _reassert(machine, now)
    elif overtaken(machine, now):
        retire(machine, now)
    elif _overslept(machine, now):
        # Somebody may have taken over meanwhile; whatever it says now decides before we add to the confusion.
        machine.overslept = True
        machine.timer = now + machine.config.advert_interval // 8
    else:
        rivalry.review(machine, now)
        _advertise_on_the_beat(machine, now)


def hear(machine: Machine, advert: Advert, heard: int, now: int) -> None:
    """An accepted advert that arrived at ``heard``, while we hold the addresses."""
    if machine.source is None:
        return
    machine.overslept = machine.overslept or _overslept(machine, now)
    machine.follow_form(advert)
    if advert.priority == 0:
        _answer(machine, now)
        rivalry.farewell_heard(machine, advert.source, now)
        return
    standing = rank(advert.priority, advert.source, machine.priority, machine.source)
    if standing is Rank.HIGHER and machine.config.higher_prio_send_advert:
        machine.send_advert(now)  # so that the winner repeats its announcements
    if advert.priority == machine.priority == OWNER and standing is Rank.LOWER:
        _dispute(machine, advert, now)
        standing = rank(advert.priority, advert.source, machine.priority, machine.source)
    if standing is Rank.LOWER:
        _correct(machine, advert, now)
        rivalry.lower_heard(machine, advert, heard, now)
    elif standing is Rank.HIGHER:
        rivalry.higher_heard(machine, advert, heard, now)
        _yield_to(machine, advert, heard, now)
    else:
        # Answering ourselves through a bridge that reflects frames would never end.
        words = f"heard our own advert from {advert.source}: something on the network reflects frames"
        machine.remark("warning", "vrrp.own_advert", words, now, advert.source)


def overtaken(machine: Machine, now: int) -> bool:
    """Did this process sleep so long that others rule, and may we not preempt them?"""
    config = machine.config
    if config.preempt:
        return False
    interval = config.advert_interval
    others = config.timer_expired_backup
    if others is not None:
        skew = timing.skew_time(config.version, others, interval)
        silence = now - machine.last_advert_sent
        if machine.lateness(now) > max(_LONG_SLEEP, 2 * interval + skew) and silence >= 3 * interval + skew:
            return True
    return _overslept(machine, now)


def retire(machine: Machine, now: int) -> None:
    """Become BACKUP without a word: a priority 0 advert would only start another election."""
    cause = f"did not run for {seconds(machine.lateness(now))}: another router has probably taken over"
    machine.release(farewell=False, now=now)
    machine.last_heard = "nothing"
    machine.become_backup(Input.OVERSLEPT, cause, now, machine.down_time)


def _overslept(machine: Machine, now: int) -> bool:
    """Has an attentive peer had the time to take over?"""
    late, interval = machine.lateness(now), machine.config.advert_interval
    return late > interval and late > timing.peers_down_time(machine.config.version, interval)


def _reassert(machine: Machine, now: int) -> None:
    """Carry on after a doubt: advert first, then tell the hosts again where the addresses live."""
    machine.advertise(now)
    machine.do(*machine.announcer.restate(machine.addresses))


def _advertise_on_the_beat(machine: Machine, now: int) -> None:
    """The next advert is due one interval after this one *was due*, so that cadence does not drift."""
    due = now if machine.timer is None else machine.timer
    machine.advertise(now)
    on_the_beat = due + machine.config.advert_interval
    if on_the_beat > now:
        machine.timer = on_the_beat


def _answer(machine: Machine, now: int) -> None:
    """Speak at once, and re-announce if we have just been asleep."""
    if machine.overslept:
        _reassert(machine, now)
    else:
        machine.advertise(now)


def _correct(machine: Machine, advert: Advert, now: int) -> None:
    """RFC 9568, 6.4.3: answer a losing master at once. Hosts may have believed it: announce again."""
    words = (
        f"heard {advert.source} as master with priority {advert.priority}, ours is {machine.priority}: it must yield"
    )
    machine.remark("warning", "vrrp.lower_priority_heard", words, now, advert.source)
    machine.tell_lower_priority(advert, now)
    if not machine.config.lower_prio_no_advert:
        _answer(machine, now)
    machine.do(*machine.announcer.lower_priority_heard(now))
    machine.corrected = machine.news = True


def _yield_to(machine: Machine, advert: Advert, heard: int, now: int) -> None:
    if machine.config.version == 3:
        machine.master_interval = advert.interval
    machine.release(farewell=False, now=now)
    cause = f"heard {advert.source} with priority {advert.priority}, ours is {machine.priority}"
    machine.become_backup(Input.OUTRANKED, cause, now, heard - now + machine.down_time)
    machine.master = Peer(advert.source, advert.priority)
    machine.obeyed = Obeyed(advert.source, advert.number, heard)
    machine.last_advert_heard = heard
    machine.last_heard = "obeyed"


def _dispute(machine: Machine, advert: Advert, now: int) -> None:
    """Two owners: the one with the lower address has to yield. If it does not, somebody must: we do.

    It gets two of our adverts to notice, and then the time for one more advert of its own as proof.
    """
    words = (
        f"{advert.source} claims to own the addresses too (priority 255): "
        "only the router that has them on its interfaces may; lower the priority of the other"
    )
    machine.remark("error", "vrrp.two_owners", words, now, advert.source)
    conflict = _ongoing(machine, advert.source, now)
    if conflict.proof_until is not None:
        machine.priority = DEMOTED_OWNER
    elif conflict.own_adverts_left <= 0:
        longest = max(machine.config.advert_interval, advert.interval)
        conflict.proof_until = now + longest * 12 // 10


def _ongoing(machine: Machine, other: Address, now: int) -> Conflict:
    """The conflict with this one; a new one if it had stopped meanwhile."""
    conflict = machine.conflict
    over = conflict is not None and conflict.proof_until is not None and conflict.proof_until < now
    if conflict is None or over or conflict.address != other:
        conflict = machine.conflict = Conflict(other)
    return conflict
