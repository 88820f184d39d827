"""What trackers make of the things they look at. Facts in; points, faults and waiting out. Pure.

A *fact* is what is known of one thing: a number, and words for people.  Whoever looks at things (interfaces, files,
processes, scripts, checks) calls :meth:`standfast.vrrp.trackers.Trackers.report`, and needs to know nothing of
instances.  What an instance makes of it, its :class:`Standing`, is always derived anew from all facts, never from a
difference (KD-9).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from standfast.config.model import Config
from standfast.config.tracking_model import SyncGroup, TrackedKind, Tracker
from standfast.events import TrackerChange

GOOD: Final = 1
BAD: Final = 0
"""Values of everything but files, whose value is the number in them."""

LARGEST: Final = 253
"""No file adds more than this to a priority."""

TOO_LOW: Final = -254
"""A file that takes off so much is a fault: no priority is as low as that."""

WAITED_FOR: Final = frozenset(("script", "process", "check", "services"))
"""Kinds of which an instance without a weight awaits the first result."""

DOWN_AT_FIRST: Final = frozenset(("bfd",))
"""Kinds that are bad until something good is heard of them, once somebody speaks for them at all."""

Thing: TypeAlias = tuple[TrackedKind, str]


class Fact(NamedTuple):
    """What is known of one thing."""

    value: int | None
    """None: nothing (yet, or any more)."""
    words: str
    since: int
    """When it became this value."""


NOT_UP_YET: Final = Fact(BAD, "is not up yet", 0)


class Standing(NamedTuple):
    """What all trackers of one instance come to."""

    points: int
    """To be added to the priority, before it is limited."""
    faults: dict[str, str]
    """Key -> words."""
    waits: dict[str, str]
    """The same for what is not known yet."""


class Tracking:
    """All facts, and who is concerned by which."""

    def __init__(self) -> None:
        self._facts: dict[Thing, Fact] = {}
        self._trackers: dict[str, tuple[Tracker, ...]] = {}
        self._concerned: dict[Thing, list[str]] = {}
        self.looked_at: set[TrackedKind] = set()
        """Kinds of things that somebody looks at: only of these a first result is worth waiting for."""

    def configure(self, config: Config) -> None:
        """Run by this configuration from now on; what is known of things that it still tracks stays."""
        group_of = {member: group for group in config.sync_groups for member in group.members}
        self._trackers, self._concerned = {}, {}
        for instance in config.instances:
            trackers = merged(instance.trackers, group_of.get(instance.name))
            self._trackers[instance.name] = trackers
            for tracker in trackers:
                self._concerned.setdefault((tracker.kind, tracker.name), []).append(instance.name)
        self._facts = {thing: fact for thing, fact in self._facts.items() if thing in self._concerned}

    def report(
        self, kind: TrackedKind, name: str, value: int | None, words: str, now: int
    ) -> tuple[TrackerChange | None, tuple[str, ...]]:
        """Something was looked at, and this is what was seen.

        ``value`` is the number in a file; for everything else 1 is good and 0 is bad. None: it is not known (any more).
        ``words`` say it to people: ``exit status 1``, ``is down``.  Gives the event to tell (None if nothing changed)
        and the names of the instances whose :meth:`standing` has to be looked at again.  A thing that nothing tracks
        is forgotten at once.
        """
        thing = (kind, name)
        if thing not in self._concerned:
            return None, ()
        known = self._facts.get(thing)
        if known is not None and known.value == value:
            self._facts[thing] = known._replace(words=words)
            return None, tuple(self._concerned[thing]) if known.words != words else ()
        self._facts[thing] = Fact(value, words, now)
        event = TrackerChange(at=now, kind=kind, name=name, good=good(kind, value), value=value, words=words)
        return event, tuple(self._concerned[thing])

    def fact(self, kind: TrackedKind, name: str) -> Fact | None:
        """What is known of a thing; None: nobody has reported it yet."""
        return self._facts.get((kind, name))

    def concerned(self) -> Mapping[Thing, list[str]]:
        """Everything that is tracked, with the instances that it concerns."""
        return self._concerned

    def trackers(self, instance: str) -> tuple[Tracker, ...]:
        """What acts on an instance, its group's trackers included."""
        return self._trackers.get(instance, ())

    def standing(self, instance: str) -> Standing:
        """What all of them come to now."""
        result = Standing(0, {}, {})
        for tracker in self.trackers(instance):
            fact = self.fact(tracker.kind, tracker.name)
            if fact is None and tracker.kind in DOWN_AT_FIRST and tracker.kind in self.looked_at:
                fact = NOT_UP_YET
            words = describe(tracker, fact)
            if fact is None or fact.value is None:
                awaited = tracker.kind in WAITED_FOR and tracker.kind in self.looked_at
                if awaited and tracker.weight == 0 and fact is None:
                    result.waits[key(tracker)] = words
                continue
            result = result._replace(points=result.points + points(tracker, fact.value))
            if is_fault(tracker, fact.value):
                result.faults[key(tracker)] = words
        return result


def key(tracker: Tracker) -> str:
    """Of the fault: one for each object (KD-6)."""
    return f"track {tracker.kind} {tracker.name}"


def describe(tracker: Tracker, fact: Fact | None) -> str:
    """A tracked thing in one line: ``script check_http: exit status 1``."""
    what = f"{tracker.kind} {tracker.name}"
    if fact is None:
        return f"{what}: waiting for its first result"
    return f"{what}: {fact.words}" + (" (reverse)" if tracker.reverse else "")


def good(kind: TrackedKind, value: int | None) -> bool | None:
    """A file is good while its number is 0, everything else while its value is not."""
    if value is None:
        return None
    return value == 0 if kind == "file" else value != 0


def points(tracker: Tracker, value: int) -> int:
    """What a tracker adds to the priority (or takes off) while its thing has this value."""
    weight = -tracker.weight if tracker.reverse else tracker.weight
    if tracker.kind == "file":
        return min(max(value * weight, -LARGEST), LARGEST)
    counts = value != 0 if tracker.weight > 0 else value == 0
    return weight if counts else 0


def is_fault(tracker: Tracker, value: int) -> bool:
    """Must the instance not take part while the thing has this value?"""
    if tracker.weight == 0:
        return bool(good(tracker.kind, value)) is tracker.reverse
    weight = -tracker.weight if tracker.reverse else tracker.weight
    return tracker.kind == "file" and value * weight <= TOO_LOW


def merged(own: tuple[Tracker, ...], group: SyncGroup | None) -> tuple[Tracker, ...]:
    """An instance's trackers and its group's; of the same thing the group's, unless the own one has no weight."""
    if group is None:
        return own
    theirs: Mapping[Thing, Tracker] = {(tracker.kind, tracker.name): tracker for tracker in group.trackers}
    kept = [tracker for tracker in own if tracker.weight == 0 or (tracker.kind, tracker.name) not in theirs]
    taken = {(tracker.kind, tracker.name) for tracker in kept}
    return (*kept, *(tracker for thing, tracker in theirs.items() if thing not in taken))
