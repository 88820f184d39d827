"""What the log says of each kind of event: level, stable name, words and fields. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from standfast.events import (
    DaemonChange,
    DualMaster,
    Event,
    GroupTransition,
    Level,
    LowerPriorityMaster,
    PriorityChange,
    QuorumChange,
    Remark,
    ServerChange,
    TrackerChange,
    Transition,
)
from standfast.values import seconds

Fields: TypeAlias = dict[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Told:
    """One log line before it has a time and a process."""

    level: Level
    event: str
    words: str
    fields: Fields = field(default_factory=dict)


def told(event: Event) -> Told | None:
    """None: this kind has nothing to say to people."""
    say = _SAYS.get(type(event))
    return None if say is None else say(event)


def _transition(event: Transition) -> Told:
    fields: Fields = {"old": event.old, "new": event.new, "priority": event.priority}
    level: Level = "warning" if event.new == "FAULT" else "info"
    return Told(level, "vrrp.transition", f"{event.old} -> {event.new}: {event.cause}", fields)


def _group(event: GroupTransition) -> Told:
    fields: Fields = {"group": event.group, "old": event.old, "new": event.new}
    level: Level = "warning" if event.new == "FAULT" else "info"
    words = f"group {event.group}: {event.old} -> {event.new}: {event.cause}"
    return Told(level, "vrrp.group_transition", words, fields)


def _priority(event: PriorityChange) -> Told:
    fields: Fields = {"old": event.old, "new": event.new, "state": event.state}
    return Told("info", "vrrp.priority", f"priority {event.old} -> {event.new}: {event.cause}", fields)


def _tracker(event: TrackerChange) -> Told:
    fields: Fields = {"kind": event.kind, "name": event.name}
    if event.good is not None:
        fields["good"] = event.good
    if event.value is not None:
        fields["value"] = event.value
    # A number in a file is neither good nor bad by itself.
    level: Level = "warning" if event.good is False and event.kind != "file" else "info"
    return Told(level, "vrrp.tracker", f"{event.kind} {event.name}: {event.words}", fields)


def _dual_master(event: DualMaster) -> Told:
    who = f"{event.other} (priority {event.other_priority})"
    fields: Fields = {"other": event.other, "other_priority": event.other_priority, "over": event.over}
    if event.over:
        how_long = "" if event.yielded else f" was heard for {seconds(event.lasted)}"
        words = f"one master again: {who}{how_long}"
        return Told("info", "vrrp.dual_master", words, fields)
    if event.yielded:
        words = f"two masters until now: {who} was not silent while we were MASTER, we could not hear it; we give way"
        return Told("error", "vrrp.dual_master", words, fields)
    words = f"two masters: {who} does not yield to us; is there a one-way link between us?"
    return Told("error", "vrrp.dual_master", words, fields)


def _lower(event: LowerPriorityMaster) -> Told:
    fields: Fields = {"other": event.other, "other_priority": event.other_priority, "priority": event.priority}
    words = f"{event.other} speaks as master with priority {event.other_priority}, below ours ({event.priority})"
    return Told("warning", "vrrp.lower_priority_master", words, fields)


def _server(event: ServerChange) -> Told:
    state = f"up with weight {event.weight}" if event.up else "down"
    fields: Fields = {"service": event.service, "server": event.server, "up": event.up, "weight": event.weight}
    words = f"{event.server} of {event.service} is {state}: {event.cause}"
    return Told("info" if event.up else "warning", "lvs.server", words, fields)


def _quorum(event: QuorumChange) -> Told:
    fields: Fields = {"service": event.service, "up": event.up, "weight": event.weight, "quorum": event.quorum}
    words = f"{event.service} is {'up' if event.up else 'down'}: {event.cause}"
    words += "; the sorry server serves" if event.sorry else ""
    return Told("info" if event.up else "warning", "lvs.quorum", words, fields)


def _daemon(event: DaemonChange) -> Told:
    return Told("info", "daemon.change", f"{event.what}{': ' if event.words else ''}{event.words}")


def _remark(event: Remark) -> Told:
    return Told(event.level, event.event, event.words, event.fields)


_SAYS: dict[type[Event], Callable[[Any], Told]] = {
    Transition: _transition,
    GroupTransition: _group,
    PriorityChange: _priority,
    TrackerChange: _tracker,
    DualMaster: _dual_master,
    LowerPriorityMaster: _lower,
    ServerChange: _server,
    QuorumChange: _quorum,
    DaemonChange: _daemon,
    Remark: _remark,
}
