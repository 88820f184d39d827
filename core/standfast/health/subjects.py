"""Which state an event is the latest word on: what queues may drop when it is overtaken, and replay. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from standfast.control.protocol import InstanceNow
from standfast.events import (
    CheckChange,
    DualMaster,
    Event,
    GroupTransition,
    QuorumChange,
    ServerChange,
    TrackerChange,
    Transition,
)

Subject: TypeAlias = str
"""``instance VI_1``, ``server [10.0.0.1]:80 of web``."""

_LAST = frozenset(("STOP", "DELETED"))


def subject_of(event: Event) -> tuple[Subject, str] | None:
    """What it is about, and the state that it tells; None: it tells of no lasting state."""
    if isinstance(event, Transition):
        return f"instance {event.instance}", event.new
    if isinstance(event, GroupTransition):
        return f"group {event.group}", event.new
    if isinstance(event, TrackerChange):
        return f"{event.kind} {event.name}", f"{event.good} {event.value}"
    if isinstance(event, DualMaster):
        return f"two masters in {event.instance}", "over" if event.over else "there"
    return _of_services(event)


def _of_services(event: Event) -> tuple[Subject, str] | None:
    if isinstance(event, ServerChange):
        return f"server {event.server} of {event.service}", _word(event.up)
    if isinstance(event, CheckChange):
        return f"check {event.number} of {event.server} of {event.service}", _word(event.up)
    if isinstance(event, QuorumChange):
        return f"service {event.service}", _word(event.up)
    return None


def _word(up: bool) -> str:
    return "up" if up else "down"


def is_last(event: Event) -> bool:
    """After it there is nothing left whose state could be told again."""
    if isinstance(event, ServerChange | QuorumChange):
        return event.gone
    return isinstance(event, Transition | GroupTransition) and event.new in _LAST


def ended_by(event: Event, others: Iterable[Subject]) -> list[Subject]:
    """Which of these subjects there is nothing more to say of, now that this is over for good."""
    if isinstance(event, ServerChange):
        return [each for each in others if each.endswith(f" of {event.server} of {event.service}")]
    if isinstance(event, Transition):
        return [each for each in others if each == f"two masters in {event.instance}"]
    return []


def is_trouble(event: Event) -> bool:
    """Does it tell of something that is wrong while it lasts?"""
    if isinstance(event, Transition | GroupTransition):
        return event.new == "FAULT"
    if isinstance(event, ServerChange | QuorumChange):
        return not event.up and not event.gone
    if isinstance(event, CheckChange):
        return not event.up
    if isinstance(event, TrackerChange):
        return event.good is False
    return isinstance(event, DualMaster) and not event.over


def as_event(instance: InstanceNow, at: int) -> Transition:
    """How a virtual router stands, as if it had just come to that."""
    return Transition(
        at=at,
        instance=instance.name,
        old=instance.state,
        new=instance.state,
        priority=instance.priority,
        cause="told again: this is how it stands",
    )
