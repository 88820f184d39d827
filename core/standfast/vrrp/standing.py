"""Trackers and sync groups as ``status --json`` shows them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from standfast.clock import iso
from standfast.vrrp.groups import Groups
from standfast.vrrp.trackers import Trackers
from standfast.vrrp.tracking import good, is_fault, key, points


class ThingStatus(msgspec.Struct, kw_only=True):
    """Something that is tracked."""

    kind: str
    name: str
    good: bool | None
    """None: not known. A file is good while its number is 0."""
    value: int | None
    words: str
    since: str | None
    running: bool
    """A script that runs at the moment."""
    instances: list[str]
    """Whom it concerns."""


class TrackerStatus(msgspec.Struct, kw_only=True):
    """What an instance makes of a tracked thing."""

    kind: str
    name: str
    weight: int
    reverse: bool
    points: int
    """What it adds to the priority now, or takes off."""
    fault: bool
    waits: bool
    """Its first result holds the start of the instance up."""


class GroupStatus(msgspec.Struct, kw_only=True):
    """One sync group."""

    name: str
    state: str
    since: str
    cause: str
    members: list[str]


def things(trackers: Trackers, running: Callable[[str], bool]) -> list[ThingStatus]:
    """Everything that is tracked, in the configuration's order."""
    found = []
    for (kind, name), names in trackers.tracking.concerned().items():
        fact = trackers.tracking.fact(kind, name)
        value = None if fact is None else fact.value
        found.append(
            ThingStatus(
                kind=kind,
                name=name,
                good=good(kind, value),
                value=value,
                words="waiting for its first result" if fact is None else fact.words,
                since=None if fact is None else iso(fact.since),
                running=kind == "script" and running(name),
                instances=list(names),
            )
        )
    return found


def of_instance(trackers: Trackers, name: str) -> list[TrackerStatus]:
    """What one instance makes of them."""
    tracking, found = trackers.tracking, []
    waits = tracking.standing(name).waits
    for tracker in tracking.trackers(name):
        fact = tracking.fact(tracker.kind, tracker.name)
        value = None if fact is None else fact.value
        found.append(
            TrackerStatus(
                kind=tracker.kind,
                name=tracker.name,
                weight=tracker.weight,
                reverse=tracker.reverse,
                points=0 if value is None else points(tracker, value),
                fault=value is not None and is_fault(tracker, value),
                waits=key(tracker) in waits,
            )
        )
    return found


def of_groups(groups: Groups) -> list[GroupStatus]:
    """All sync groups."""
    return [
        GroupStatus(
            name=group.name,
            state=group.state,
            since=iso(group.since),
            cause=group.cause,
            members=[member.config.name for member in group.members],
        )
        for group in groups.all.values()
    ]
