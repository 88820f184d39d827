"""What a notice says, in words and names for templates. Pure."""

from __future__ import annotations

import datetime
import json
from typing import Any

import msgspec

from standfast.api import (
    CheckChange,
    DaemonChange,
    DualMaster,
    Event,
    GroupTransition,
    LowerPriorityMaster,
    Notice,
    PriorityChange,
    QuorumChange,
    ServerChange,
    TrackerChange,
    Transition,
    is_trouble,
)

ALERTS = {
    Transition: "StandfastInstanceFault",
    GroupTransition: "StandfastGroupFault",
    ServerChange: "StandfastServerDown",
    CheckChange: "StandfastCheckFailed",
    QuorumChange: "StandfastQuorumLost",
    TrackerChange: "StandfastTrackerBad",
    DualMaster: "StandfastTwoMasters",
}
"""Kinds of events that tell of a state which may be bad: what such a state is called."""

_CRITICAL = (Transition, GroupTransition, QuorumChange, DualMaster)


def kind_of(event: Event) -> str:
    """``vrrp.transition``."""
    return str(type(event).__struct_config__.tag)


def subject_of(event: Event) -> str:
    """What it is about; the same before and after a change."""
    if isinstance(event, ServerChange | CheckChange):
        which = f"{event.checker} {event.number} of" if isinstance(event, CheckChange) else "server"
        return f"{which} {event.server} of {event.service}"
    if isinstance(event, QuorumChange):
        return f"service {event.service}"
    if isinstance(event, TrackerChange):
        return f"{event.kind} {event.name}"
    if isinstance(event, GroupTransition):
        return f"group {event.group}"
    return f"instance {event.instance}" if event.instance else "standfast"


def state_of(event: Event) -> str:
    """``MASTER``, ``up``, ``stopping``; empty: it tells of none."""
    if isinstance(event, Transition | GroupTransition):
        return event.new
    if isinstance(event, ServerChange | CheckChange | QuorumChange):
        return "up" if event.up else "down"
    if isinstance(event, TrackerChange):
        return {True: "good", False: "bad", None: "unknown"}[event.good]
    if isinstance(event, PriorityChange):
        return str(event.new)
    return event.what if isinstance(event, DaemonChange) else ""


def summary_of(event: Event, host: str) -> str:
    """One sentence for people."""
    if isinstance(event, DaemonChange):
        return f"{host}: standfast: {event.words or event.what}"
    if isinstance(event, DualMaster):
        words = "there is one master again" if event.over else f"{event.other} is master too"
        return f"{host}: instance {event.instance}: {words}"
    if isinstance(event, LowerPriorityMaster):
        words = f"{event.other} spoke as master with the lower priority {event.other_priority}"
        return f"{host}: instance {event.instance}: {words}"
    state, cause = state_of(event), cause_of(event)
    said = f"{host}: {subject_of(event)}" + (f" is {state}" if state else "")
    return f"{said}: {cause}" if cause else said


def cause_of(event: Event) -> str:
    """Why."""
    return str(getattr(event, "cause", "") or getattr(event, "words", ""))


def document_of(event: Event) -> dict[str, Any]:
    """Its fields, for programs; ``at`` means nothing on another machine."""
    fields: dict[str, Any] = msgspec.to_builtins(event)
    fields.pop("at", None)
    return {"kind": fields.pop("type", kind_of(event)), **fields}


def moment(wall: float) -> str:
    """RFC 3339, in UTC, with milliseconds."""
    there = datetime.datetime.fromtimestamp(wall, datetime.UTC)
    return there.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def values_of(notice: Notice, *, now: float, holds_s: float, routing_key: str) -> dict[str, str]:
    """What stands for each name in a template, as text; ``event`` is JSON.

    ``now``: Unix seconds; ``holds_s``: how long a bad state holds when nobody says it again.
    """
    event, bad = notice.event, is_trouble(notice.event)
    return {
        "host": notice.host,
        "id": id_of(notice),
        "sequence": str(notice.sequence),
        "dropped": str(notice.dropped),
        "replayed": "true" if notice.replayed else "false",
        "time": moment(notice.wall),
        "ends": moment(now + holds_s if bad else max(now, notice.wall)),
        "kind": kind_of(event),
        "subject": subject_of(event),
        "state": state_of(event),
        "cause": cause_of(event),
        "summary": summary_of(event, notice.host),
        "severity": _severity(event) if bad else "info",
        "alert_severity": _severity(event),
        "action": "trigger" if bad else "resolve",
        "alert": ALERTS.get(type(event), "StandfastEvent"),
        "instance": event.instance,
        "routing_key": routing_key,
        "event": json.dumps(document_of(event), ensure_ascii=False),
    }


def _severity(event: Event) -> str:
    return "critical" if isinstance(event, _CRITICAL) else "warning" if type(event) in ALERTS else "info"


def id_of(notice: Notice) -> str:
    """The same whenever the same notice is sent again, and no other's."""
    return f"{round(notice.wall * 1e6):x}-{notice.sequence}"
