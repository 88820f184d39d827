"""Evidence before claiming: before an instance takes over from a master that fell silent, others are asked.

The network (``probe_before_master``): a master whose adverts get lost goes on answering for its addresses; taking them
over makes two of them.  Checks (``check_before_master``): a witness that has to be well, a service that has to be gone.
Only silence is doubted, not a farewell, a weaker master or the claim of an owner.  What does not answer in time counts
for nothing, unless the configuration says otherwise: no process but this one is needed to take over.  Pure.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from standfast.config.tracking_model import Evidence
from standfast.values import Address, seconds
from standfast.vrrp.actions import AskChecks, ProbeAddresses
from standfast.vrrp.machine import HeldBack, Machine
from standfast.vrrp.rules import State

PROBED: Final = 8
"""Addresses that are asked for: one answer is enough."""


class Look(NamedTuple):
    """What a check saw once."""

    name: str
    saw: bool | None
    """Good, bad, or nothing can be said."""
    words: str
    began: int


class Probe(NamedTuple):
    """Questions that are under way."""

    asked: int
    """When."""
    listens_until: int
    """To answers from the network, which say by their absence that nobody is there."""
    awaited: frozenset[str] = frozenset()
    """Checks that have not answered."""
    objection: str = ""
    """Why nothing must be claimed, in words."""
    answered: bool = False
    """It is an answer from the network, no check."""


def holds_back(machine: Machine, now: int) -> bool:
    """The down timer has ended. True: it is wound again, and nothing is claimed yet."""
    config = machine.config
    if config.owner or machine.last_heard not in ("obeyed", "nothing"):
        return False
    probe, machine.probe = machine.probe, None
    if probe is None:
        return _ask(machine, now)
    objection = probe.objection
    silent = [each for each in config.evidence if each.name in probe.awaited]
    required = next((each for each in silent if each.silence_holds), None)
    if not objection and required is not None:
        objection = f"{_silence(required)} (`on_silence fail`)"
    if not objection:
        for each in silent:
            machine.remark("warning", "vrrp.check_silent", f"{_silence(each)}: taking over without it", now, each.name)
        return False
    since = machine.held_back.since if machine.held_back is not None else now
    machine.held_back = HeldBack(objection, since)
    words = f"no adverts are heard, but {objection}: not taking over; asking again in {seconds(machine.down_time)}"
    event = "vrrp.address_answers" if probe.answered else "vrrp.check_objects"
    machine.remark("warning", event, words, now)
    machine.timer = now + machine.down_time
    if machine.vote is State.MASTER:  # nothing was against it a down timer ago; its sync group must not go by that
        machine.vote = None
    return True


def answered(machine: Machine, address: Address, mac: bytes) -> None:
    """Somebody speaks for one of the addresses; counts while the question is under way only."""
    probe = machine.probe
    if probe is not None and machine.config.probe and any(each.address == address for each in machine.addresses):
        words = f"{address} is answered by {mac.hex(':')}"
        machine.probe = probe._replace(objection=words, answered=True)


def check_looked(machine: Machine, look: Look, now: int) -> None:
    """A check has looked. What it saw before it was asked is no evidence; what says nothing is silence."""
    probe = machine.probe
    wanted = next((each for each in machine.config.evidence if each.name == look.name), None)
    if probe is None or wanted is None or look.saw is None:
        return
    if look.name not in probe.awaited or look.began < probe.asked:
        return
    probe = probe._replace(awaited=probe.awaited - {look.name})
    if look.saw is wanted.reverse:
        words = f"check {look.name} is {'good' if look.saw else 'bad'}" + (f" ({look.words})" if look.words else "")
        machine.probe = probe._replace(objection=words, answered=False)
        machine.timer = now
        return
    machine.probe = probe
    if not probe.awaited:  # nothing more to wait for, but the network's silence
        machine.timer = max(now, probe.listens_until)


def _ask(machine: Machine, now: int) -> bool:
    config = machine.config
    addresses = machine.addresses[:PROBED] if config.probe else ()
    names = tuple(each.name for each in config.evidence)
    if not addresses and not names:
        return False
    listens_until = now + config.probe if addresses else now
    machine.probe = Probe(now, listens_until, frozenset(names))
    machine.timer = max(listens_until, *(now + each.within for each in config.evidence)) if names else listens_until
    if addresses:
        machine.do(ProbeAddresses(addresses, listens_until))
    if names:
        machine.do(AskChecks(names))
    return True


def _silence(evidence: Evidence) -> str:
    return f"check {evidence.name} has not answered within {seconds(evidence.within)}"
