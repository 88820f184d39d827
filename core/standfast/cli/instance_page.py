"""``standfast explain INSTANCE``: why it is what it is, and what would change that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from standfast.cli.tracked_page import members_of, waits_for
from standfast.cli.tracked_table import clock_time


def instance_page(document: dict[str, Any], name: str) -> str:
    """Everything that decides about an instance, by the document of ``status``; empty if there is none of that name."""
    found = next((one for one in document["vrrp"]["instances"] if one["name"] == name), None)
    return "" if found is None else "\n".join(lines(found, document))


def lines(instance: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    """The page, line by line."""
    yield f"{instance['name']} is {instance['state']} since {clock_time(instance['since'])}: {instance['cause']}"
    if "priority" not in instance:
        return
    yield ""
    yield from _order(instance)
    yield from _group(instance, document)
    yield _priority(instance)
    if instance["master"]:
        yield f"  master:    {instance['master']}, priority {instance['master_priority']}"
    yield from _held_back(instance)
    yield from _faults(instance)
    yield from _evidence(instance)
    yield from _tracked(instance, document)


def _order(instance: dict[str, Any]) -> Iterator[str]:
    order = instance["order"]
    if order is not None:
        until = f"until {clock_time(order['until'])}" if order["until"] else "until `standfast resume`"
        what = {"yield": "maintenance: it takes no part", "hold": "it preempts nobody"}[order["kind"]]
        yield f"  ordered:   {order['kind']} since {clock_time(order['since'])}, {until}: {what}"


def _group(instance: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    for group in document["vrrp"]["groups"]:
        if group["name"] == instance["group"]:
            others = " ".join(name for name in group["members"] if name != instance["name"])
            yield f"  group:     {group['name']} is {group['state']} ({group['cause']}), with {others or 'nobody'}"
            for reason in waits_for(instance, members_of(group, document)):
                yield f"  waits for: {reason}"


def _priority(instance: dict[str, Any]) -> str:
    parts = [f"{tracker['points']:+d} {tracker['kind']} {tracker['name']}"
             for tracker in instance["trackers"] if tracker["points"]]  # fmt: skip
    return f"  priority:  {instance['priority']} = " + " ".join([f"{instance['priority_base']} (base)", *parts])


def _faults(instance: dict[str, Any]) -> Iterator[str]:
    for fault in instance["faults"]:
        kind = "waits" if fault["pending"] else "fault"
        yield f"  {kind + ':':10} {fault['words']} (since {clock_time(fault['since'])})"
        if fault["clears"]:
            yield f"             cleared by {fault['clears']}"


def _held_back(instance: dict[str, Any]) -> Iterator[str]:
    held = instance["held_back"]
    if held is not None:
        yield f"  held back: no master is heard, but {held['words']} (since {clock_time(held['since'])})"
        yield "             it asks again after each down timer (see `standfast explain check_before_master`)"


def _evidence(instance: dict[str, Any]) -> Iterator[str]:
    for asked in instance["evidence"]:
        wanted = "good" if asked["good"] else "bad"
        silence = "no answer holds it back" if asked["silence_holds"] else "no answer does not count"
        within = f"within {asked['within_ms'] / 1000:g} s"
        yield f"  asks:      check {asked['name']} has to be {wanted} before it takes over ({within}; {silence})"


def _tracked(instance: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    seen = {(thing["kind"], thing["name"]): thing for thing in document["vrrp"]["trackers"]}
    for tracker in instance["trackers"]:
        thing = seen[tracker["kind"], tracker["name"]]
        weight = f"weight {tracker['weight']}" + (" reverse" if tracker["reverse"] else "")
        yield f"  tracks:    {tracker['kind']} {tracker['name']} ({weight}): {thing['words']}"
