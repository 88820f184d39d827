"""Everything that may be good or bad on the machines of a virtual router, and the combinations of it. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import comb, prod
from typing import NamedTuple

from standfast.config.matching import Group, Node
from standfast.config.model import VrrpInstance
from standfast.config.tracking_model import TrackedKind, Tracker
from standfast.vrrp.tracking import BAD, GOOD, LARGEST, Tracking, merged

LIMIT = 4096
"""Combinations that are looked at for one virtual router."""

OWN_LINK = "its own link"


class Thing(NamedTuple):
    """Something that is tracked on one machine."""

    node: str
    kind: TrackedKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name} on {self.node}"


Situation = frozenset[Thing]
"""What is bad; everything else is good."""


class Condition(NamedTuple):
    """What that makes of one machine."""

    points: int
    fault: str
    """Why it takes no part; empty: it does."""


@dataclass(frozen=True, slots=True)
class Space:
    """All situations of a virtual router, or those with few bad things at a time if they are too many."""

    things: tuple[Thing, ...]
    at_once: int
    """So many things are bad at most; all of them if nothing is cut."""

    @property
    def cut(self) -> bool:
        """Is something left out?"""
        return self.at_once < len(self.things)

    def __iter__(self) -> Iterator[Situation]:
        """Those with the fewest bad things first."""
        for number in range(self.at_once + 1):
            yield from map(frozenset, itertools.combinations(self.things, number))

    def __len__(self) -> int:
        return sum(comb(len(self.things), number) for number in range(self.at_once + 1))


def space(things: Sequence[Thing], limit: int = LIMIT) -> Space:
    """Every combination, as long as there are no more than ``limit``."""
    whole = Space(tuple(things), len(things))
    if prod([2] * len(things)) <= limit:
        return whole
    number = 1
    while len(Space(whole.things, number + 1)) <= limit:
        number += 1
    return Space(whole.things, number)


@dataclass(slots=True)
class Machine:
    """One machine of a virtual router: what it tracks, and what follows from it."""

    node: Node
    instance: VrrpInstance
    _faulty_with: tuple[VrrpInstance, ...] = field(init=False)
    """Instances whose faults are this one's too: the members of its sync group."""

    def __post_init__(self) -> None:
        group = self.node.group_of(self.instance)
        names = group.members if group is not None else (self.instance.name,)
        self._faulty_with = tuple(each for each in self.node.instances if each.name in names)

    def things(self) -> list[Thing]:
        """Everything that can make a difference here, in the order of the file."""
        found = dict.fromkeys(Thing(self.node.name, "interface", each.interface) for each in self._linked())
        for each in self._faulty_with:
            found.update(
                (Thing(self.node.name, t.kind, t.name), None) for t in self._trackers(each) if self._matters(each, t)
            )
        return list(found)

    def weighted(self) -> list[Tracker]:
        """Trackers that change its priority."""
        return [tracker for tracker in self._trackers(self.instance) if tracker.weight]

    def condition(self, bad: Situation) -> Condition:
        """What the situation makes of this machine."""
        assert self.node.loaded.config is not None  # noqa: S101 - only runnable ones are played
        tracking = Tracking()
        tracking.configure(self.node.loaded.config)
        for each in self._faulty_with:
            for tracker in self._trackers(each):
                value = number(tracker, bad=Thing(self.node.name, tracker.kind, tracker.name) in bad)
                tracking.report(tracker.kind, tracker.name, value, "bad" if value != GOOD else "good", 0)
        faults = [f"{each.interface} is down" for each in self._linked()
                  if Thing(self.node.name, "interface", each.interface) in bad]  # fmt: skip
        for each in self._faulty_with:
            faults += [f"{key.removeprefix('track ')} is bad" for key in tracking.standing(each.name).faults]
            faults += [each.permanent_fault] if each.permanent_fault else []
        return Condition(tracking.standing(self.instance.name).points, faults[0] if faults else "")

    def _trackers(self, instance: VrrpInstance) -> tuple[Tracker, ...]:
        return merged(instance.trackers, self.node.group_of(instance))

    def _matters(self, instance: VrrpInstance, tracker: Tracker) -> bool:
        """Another member's weight changes its priority alone; services are awaited, and never bad."""
        return tracker.kind != "services" and (tracker.weight == 0 or instance is self.instance)

    def _linked(self) -> list[VrrpInstance]:
        return [each for each in self._faulty_with if each.track_primary and each.interface]


def number(tracker: Tracker, *, bad: bool) -> int:
    """What is seen of a thing. A bad file has the number that takes off as much as can be without a fault."""
    if tracker.kind != "file":
        return BAD if bad else GOOD
    if not bad:
        return 0
    weight = -tracker.weight if tracker.reverse else tracker.weight
    return -(LARGEST // weight) if weight > 0 else LARGEST // -weight if weight else 1


def machines(group: Group) -> list[Machine]:
    """The machines of one virtual router."""
    return [Machine(member.node, member.instance) for member in group]
