"""Static addresses, routes and rules, with the groups of instances that depend on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from standfast.config.addressing import resolve
from standfast.config.entries import AddressLine
from standfast.config.findings import Findings
from standfast.config.model import VirtualAddress
from standfast.config.route_model import Route, Rule
from standfast.config.routing import Routing
from standfast.config.routing_lines import RoutingLine
from standfast.config.settings import Settings, Value
from standfast.config.suggest import did_you_mean

NEEDS = {"static_routes": "dev", "static_rules": "iif"}
"""By this interface a static object is watched; without it a group cannot depend on it."""


class Statics(NamedTuple):
    """All static objects."""

    addresses: tuple[VirtualAddress, ...]
    routes: tuple[Route, ...]
    rules: tuple[Rule, ...]


def static_objects(settings: Settings, defaults: Settings, routing: Routing, findings: Findings) -> Statics:
    """Read in the order of the text: a group must stand above what names it."""
    groups: set[str] = set()
    later = {block.name for block in settings.blocks.get("track_group", ())}
    for value in settings.sequence:
        if value.setting == "track_group":
            groups.add(value.value.name)
        elif value.setting in ("static_ipaddress", *NEEDS):
            _check_group(value, groups, later, findings)
    usual = defaults.get("default_interface", "eth0")
    addresses = (value.value for value in settings.all("static_ipaddress"))
    return Statics(
        addresses=tuple(resolve(line, line.dev or usual) for line in addresses),
        routes=routing.routes(settings.all("static_routes")),
        rules=routing.rules(settings.all("static_rules")),
    )


def _check_group(value: Value, known: set[str], later: set[str], findings: Findings) -> None:
    """Take a group away that cannot be used."""
    name, forget = _group_of(value.value)
    if not name:
        return
    needed = NEEDS.get(value.setting, "")
    if name not in known:
        hint = did_you_mean(name, known)
        if name in later:
            hint = f"move `track_group {name}` above this block"
        message = f"no `track_group {name}` stands above this line; the group is ignored"
        findings.error("SF4141", value.statement, message, hint=hint)
        forget()
    elif needed and not value.value.fields.get(needed):
        message = f"`track_group` works here only with `{needed}`; it is ignored"
        findings.error("SF4142", value.statement, message, hint=f"add `{needed}` and the interface")
        forget()


def _group_of(line: AddressLine | RoutingLine) -> tuple[str, Callable[[], Any]]:
    """The group that a line names, and how to forget it."""
    if isinstance(line, AddressLine):
        return line.track_group, lambda: setattr(line, "track_group", "")
    return line.fields.get("track_group", ""), lambda: line.fields.pop("track_group")
