"""A daemon's picture as a table for people."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from standfast.cli.plain_table import PlainTable
from standfast.cli.running_scripts import long_running
from standfast.cli.services_table import checks_at_fault, services_table
from standfast.cli.targets_table import providers_table, targets_table
from standfast.cli.tracked_table import COLOURS, clock_time, groups_table, tracked_table

if TYPE_CHECKING:
    from rich.console import RenderableType

_RECENT_S = 60
"""The longest interval of version 3 is 41 s: whoever is still refused has spoken again by then."""

_HEADINGS = ("instance", "state", "since", "cause", "master", "priority", "addresses")


def table(document: dict[str, Any], problems: tuple[str, ...]) -> RenderableType:
    """Instances, then what is wrong, then how fresh all this is."""
    from rich.console import Group
    from rich.text import Text

    shown = PlainTable(*_HEADINGS)
    for instance in document["vrrp"]["instances"]:
        shown.add_row(*_row(instance))
    parts: list[RenderableType] = [shown] if document["vrrp"]["instances"] else []
    for more in (groups_table(document["vrrp"].get("groups", [])), tracked_table(document["vrrp"].get("trackers", []))):
        parts += [Text(""), more] if more is not None else []
    services = services_table(document.get("virtual_servers", []))
    if services is not None:
        parts += [*([Text("")] if parts else []), services]
    outside = (targets_table(document.get("targets", [])), providers_table(document.get("providers", [])))
    for each in outside:
        parts += [*([Text("")] if parts else []), each] if each is not None else []
    parts += [Text(words, style="yellow") for words in checks_at_fault(document.get("checks", {}))]
    parts += [Text(words, style="bold red") for words in problems]
    parts += [Text(words, style="yellow") for words in _troubles(document)]
    parts.append(Text(freshness(document), style="dim"))
    return Group(*parts)


def freshness(document: dict[str, Any]) -> str:
    """One line that proves that somebody is there, or says that nobody is."""
    age = document["vrrp"]["age_s"]
    if age is None and document["processes"].get("vrrp", {}).get("state") == "crash loop":
        return "the addresses are off until the next try"
    if age is None:
        return "no VRRP process answers; nothing above is known to be true now"
    processes = " ".join(f"{name} {process['pid']}" for name, process in document["processes"].items())
    generation = document["processes"].get("vrrp", {}).get("generation", "?")
    return f"loop turned {age * 1000:.0f} ms ago, generation {generation}, processes: {processes}"


def _row(instance: dict[str, Any]) -> list[Any]:
    from rich.text import Text

    state = instance["state"]
    master = instance.get("master") or ""
    if master and instance.get("master_priority") is not None:
        master += f" ({instance['master_priority']})"
    return [
        Text(instance["name"]),
        Text(state + _ordered(instance), style=COLOURS.get(state, "bold magenta")),
        Text(clock_time(instance["since"])),
        Text(instance["cause"]),
        Text(master),
        Text(_priority(instance)),
        Text("\n".join(_addresses(instance))),
    ]


def _ordered(instance: dict[str, Any]) -> str:
    """What people told it to do: maintenance is no fault."""
    order = instance.get("order")
    if not order:
        return ""
    until = f" until {clock_time(order['until'])}" if order["until"] else ""
    return f" ({'maintenance' if order['kind'] == 'yield' else 'held'}{until})"


def _addresses(instance: dict[str, Any]) -> list[str]:
    """Those it stands for, with a word where they are not where they should be."""
    present = set(instance.get("addresses_present", []))
    ours = f" dev {instance.get('interface')}"
    lines = []
    for address in instance.get("addresses_wanted", []):
        should_be_on = instance["state"] in ("MASTER", "LEAVING")
        missing, surplus = should_be_on and address not in present, not should_be_on and address in present
        lines.append(address.removesuffix(ours) + (" (missing)" if missing else " (still on)" if surplus else ""))
    return lines


def _priority(instance: dict[str, Any]) -> str:
    base, effective = instance.get("priority_base"), instance.get("priority")
    if base is None:
        return ""
    return str(base) if base == effective else f"{effective} (base {base})"


def _refusal(document: dict[str, Any], instance: dict[str, Any]) -> str:
    """Whose adverts are refused and why; empty if that is over."""
    refused = instance.get("refused")
    if not refused or _age_s(document, refused["at"]) > _RECENT_S:
        return ""
    last = clock_time(refused["at"])
    return (
        f"{instance['name']}: adverts from {refused['source']} are refused: {refused['words']} "
        f"({refused['count']} in all, the last at {last})"
    )


def _age_s(document: dict[str, Any], moment: str) -> float:
    """Seconds between a moment and the making of the document, both ISO 8601."""
    made = datetime.datetime.fromisoformat(document["generated_at"])
    return (made - datetime.datetime.fromisoformat(moment)).total_seconds()


def _about_ah(document: dict[str, Any]) -> list[str]:
    """It was taken out of the protocol for its reasons; who uses it should know them."""
    names = [instance["name"] for instance in document["vrrp"]["instances"] if instance.get("authentication") == "ah"]
    if not names:
        return []
    return [
        f"note: {', '.join(names)}: AH proves a shared password with HMAC-MD5, cut to 8 bytes, over IPv4 and version 2 "
        "alone; its number is one for all routers, so after a split the side that counted less is refused until it has "
        "heard the other. `auth_hmac` is free of all this"
    ]


def _troubles(document: dict[str, Any]) -> list[str]:
    faults = [
        f"{instance['name']}: {fault['words']} (since {clock_time(fault['since'])})"
        for instance in document["vrrp"]["instances"]
        for fault in instance.get("faults", [])
    ]
    faults += [
        f"{instance['name']}: hears no master, but does not take over: {held['words']} "
        f"(since {clock_time(held['since'])})"
        for instance in document["vrrp"]["instances"]
        if (held := instance.get("held_back")) is not None
    ]
    faults += [words for instance in document["vrrp"]["instances"] if (words := _refusal(document, instance))]
    faults += long_running(document)
    faults += _about_ah(document)
    errors = [found for found in document["diagnostics"] if found["severity"] == "error"]
    if errors:
        first = errors[0]
        faults.append(
            f"the configuration runs with {len(errors)} error{'s' if len(errors) > 1 else ''}, first: "
            f"{first['file']}:{first['line']}: {first['message']}"
        )
    return faults
