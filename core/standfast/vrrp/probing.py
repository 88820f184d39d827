"""Evidence before claiming (``probe_before_master``): does anybody still answer for the addresses of a silent master?

A master whose adverts get lost goes on answering for its addresses; taking them over makes two of them.  One that is
gone does not answer.  Only silence is doubted, not a farewell, a weaker master or the claim of an owner.  Pure.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from standfast.values import Address, seconds
from standfast.vrrp.actions import ProbeAddresses
from standfast.vrrp.machine import Machine

PROBED: Final = 8
"""Addresses that are asked for: one answer is enough."""


class Probe(NamedTuple):
    """A question that is under way."""

    answer: str = ""
    """Who answered, in words."""


def holds_back(machine: Machine, now: int) -> bool:
    """The down timer has ended. True: it is wound again, and nothing is claimed yet."""
    wait, addresses = machine.config.probe, machine.addresses[:PROBED]
    if not wait or not addresses or machine.config.owner or machine.last_heard not in ("obeyed", "nothing"):
        return False
    probe, machine.probe = machine.probe, None
    if probe is None:
        machine.probe = Probe()
        machine.do(ProbeAddresses(addresses, now + wait))
        machine.timer = now + wait
        return True
    if not probe.answer:
        return False
    words = f"no adverts are heard, but {probe.answer}: not taking over; asking again in {seconds(machine.down_time)}"
    machine.remark("warning", "vrrp.address_answers", words, now)
    machine.timer = now + machine.down_time
    return True


def answered(machine: Machine, address: Address, mac: bytes) -> None:
    """Somebody speaks for one of the addresses; counts while the question is under way only."""
    if machine.probe is not None and any(each.address == address for each in machine.addresses):
        machine.probe = Probe(f"{address} is answered by {mac.hex(':')}")
