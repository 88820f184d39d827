"""``standfast explain NAME`` for sync groups and tracked things: who uses it, how it is, and what would change that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from standfast.cli.tracked_table import clock_time

_CHANGES: Final = {
    "interface": "the interface going up or down",
    "script": "runs of the script that end otherwise, as many in a row as its `rise` or `fall` says",
    "file": "another number in the file; it is read whenever it is written",
    "process": "processes that start or end, until there are as many as its `quorum` says",
    "check": "results of the check, as many in a row as `retry` or `rise` and `fall` say",
    "bfd": "the session coming up or going down",
}


def tracked_pages(document: dict[str, Any], name: str) -> Iterator[str]:
    """A page for each group and each tracked thing of this name (or ``script NAME``); ``document``: of ``status``."""
    for group in document["vrrp"].get("groups", []):
        if group["name"] == name:
            yield "\n".join(group_lines(group, document))
    for thing in document["vrrp"].get("trackers", []):
        if name in (thing["name"], f"{thing['kind']} {thing['name']}"):
            yield "\n".join(thing_lines(thing, document))


def known_names(document: dict[str, Any]) -> str:
    """What a page can be asked for, in one sentence; empty where no daemon has answered."""
    vrrp = document["vrrp"]
    kinds = {
        "instances": [instance["name"] for instance in vrrp["instances"]],
        "groups": [group["name"] for group in vrrp.get("groups", [])],
        "tracked": [f"{thing['name']} ({thing['kind']})" for thing in vrrp.get("trackers", [])],
    }
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items() if names)


def group_lines(group: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    """A sync group and what each of its members would be by itself."""
    yield f"sync group {group['name']} is {group['state']} since {clock_time(group['since'])}: {group['cause']}"
    yield ""
    members = members_of(group, document)
    for member in members:
        yield f"  {member['name'] + ':':10} {member['state']}; {stand_of(member)}"
    yield f"  {'changed by' + ':':10} {_what_is_missing(group['state'], members)}"


def members_of(group: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    """Its members as far as the daemon tells of them."""
    return [one for one in document["vrrp"]["instances"] if one["name"] in group["members"] and "vote" in one]


def stand_of(member: dict[str, Any]) -> str:
    """What a member has to say by itself, without what it hears of the others: so no two refer to each other."""
    own = [fault for fault in member["faults"] if fault["key"] != "group"]
    if own:
        return "; ".join(fault["words"] for fault in own)
    if member["held_back"] is not None:
        return f"held back: {member['held_back']['words']}"
    if member["order"] is not None and member["order"]["kind"] == "yield":
        return "ordered to yield"
    if member["vote"] == "MASTER":
        return "would be MASTER"
    if member["vote"] == "BACKUP" and member["master"]:
        return f"obeys {member['master']} (priority {member['master_priority']})"
    return "has not heard long enough that nobody is master"


def waits_for(member: dict[str, Any], members: list[dict[str, Any]]) -> list[str]:
    """Those whose turn it is, if a member would be MASTER and is not: each with its own reason, told once."""
    if member["state"] != "BACKUP" or member["vote"] != "MASTER":
        return []
    return [f"{other['name']}: {stand_of(other)}" for other in members if other is not member and _holds_up(other)]


def _holds_up(member: dict[str, Any]) -> bool:
    return member["vote"] != "MASTER" or any(fault["key"] != "group" for fault in member["faults"])


def _what_is_missing(state: str, members: list[dict[str, Any]]) -> str:
    if state == "MASTER":
        return "a fault of one member, or a better router for one of them: then all leave"
    names = [member["name"] for member in members if _holds_up(member)]
    if state == "FAULT":
        return f"the end of the faults of {' and '.join(names) or 'its members'}"
    if not names:
        return "nothing more: all members would be MASTER, and become it together"
    return f"{' and '.join(names)}: when every member would be MASTER by itself, all become it together"


def thing_lines(thing: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    """A tracked thing: what was seen, since when, who makes what of it, what would change it."""
    state = {True: "good", False: "bad", None: "not known"}[thing["good"]]
    if thing["kind"] == "file" and thing["value"] is not None:
        state = str(thing["value"])
    since = f" since {clock_time(thing['since'])}" if thing["since"] else ""
    yield f"{thing['kind']} {thing['name']} is {state}{since}: {thing['words']}"
    yield ""
    if thing["running"]:
        yield "  at work:   it runs at this moment"
    for instance in document["vrrp"]["instances"]:
        for tracker in instance.get("trackers", []):
            if (tracker["kind"], tracker["name"]) == (thing["kind"], thing["name"]):
                yield f"  used by:   {instance['name']} ({instance['state']}): {_effect(tracker)}"
        needed = any(fault["key"] == f"interface {thing['name']}" for fault in instance.get("faults", []))
        if thing["kind"] == "interface" and needed:
            yield f"  needed by: {instance['name']} ({instance['state']}): it speaks on it, or has an address there"
    yield f"  changed by {_CHANGES.get(thing['kind'], 'whoever reports it')}"


def _effect(tracker: dict[str, Any]) -> str:
    weight = f"weight {tracker['weight']}" + (" reverse" if tracker["reverse"] else "")
    if tracker["fault"]:
        return f"{weight}: keeps it in FAULT"
    if tracker["waits"]:
        return f"{weight}: its first result is waited for"
    if tracker["weight"] == 0:
        return f"{weight}: FAULT while it is {'good' if tracker['reverse'] else 'bad'}, which it is not"
    return f"{weight}: {tracker['points']:+d} to the priority now"
