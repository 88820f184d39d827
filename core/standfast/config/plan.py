"""The whole of what a reload from one configuration to another would do: the document of ``config diff``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from standfast.config.diff import Step, differing, new_errors, of_config, settings_changes
from standfast.config.load import Loaded
from standfast.config.lvs_model import Balancing, Checker, RealServer, VirtualServer
from standfast.config.schema import Block, Keyword
from standfast.config.settings import Settings
from standfast.config.shown import is_time
from standfast.values import seconds

LVS_WORDS = {
    "scheduler": "lvs_sched",
    "flags": "flags of the scheduler",
    "forwarding": "lvs_method",
    "persistence": "persistence_timeout",
    "mark": "fwmark",
    "bind_to": "bindto",
    "address": "address",
    "options": "what is asked",
}
"""Field of a balancing record -> keyword, where that is another word."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a reload would do."""

    schema: Literal["standfast.diff/1"] = "standfast.diff/1"
    refusals: tuple[str, ...] = ()
    """Why it would be refused, so that nothing would change at all."""
    steps: tuple[Step, ...] = ()

    @property
    def nothing(self) -> bool:
        """Would nothing happen?"""
        return not self.steps and not self.refusals


def plan(old: Loaded, new: Loaded, schema: Block) -> Plan:
    """Compare two loaded configurations. Raises :class:`ValueError` if the old one could not even run."""
    if old.config is None:
        raise ValueError(f"{old.stops[0].span}: {old.stops[0].message}")
    if new.config is None:
        return Plan(refusals=tuple(f"{stop.span}: {stop.message}" for stop in new.stops))
    steps = [*_globals(old.settings, new.settings, schema), *of_config(old.config, new.config)]
    steps += _balancing(old.balancing, new.balancing)
    refusals = [f"{error.span}: {error.message}" for error in new_errors(old.diagnostics, new.diagnostics)]
    refusals += [str(step) for step in steps if step.what == "fixed"]
    return Plan(refusals=tuple(refusals), steps=tuple(steps))


def _globals(old: Settings, new: Settings, schema: Block) -> Iterator[Step]:
    block = schema.find("global_defs")
    declared = {d.name: d for d in block if isinstance(d, Keyword)} if isinstance(block, Block) else {}
    before, after = _said(old.block("global_defs"), declared), _said(new.block("global_defs"), declared)
    changes = tuple(settings_changes(before, after))
    if changes:
        yield Step(block="global_defs", what="changed", changes=changes)


def _said(settings: Settings, declared: Mapping[str, Keyword]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, value in settings.scalars.items():
        time = name in declared and is_time(declared[name]) and isinstance(value.value, int)
        said[name] = seconds(value.value) if time else value.value
    said.update((name, tuple(each.value for each in values)) for name, values in settings.lists.items())
    return said


# Balancing


def _balancing(old: Balancing, new: Balancing) -> Iterator[Step]:
    before, after = {_service(s): s for s in old.virtual_servers}, {_service(s): s for s in new.virtual_servers}
    for key, service in before.items():
        if key not in after:
            yield Step(block="virtual_server", name=service.name, what="removed")
    for key, service in after.items():
        if key not in before:
            yield Step(block="virtual_server", name=service.name, what="added")
        else:
            yield from _one_service(before[key], service)
    groups = {group.name: group for group in old.groups}, {group.name: group for group in new.groups}
    for name in dict.fromkeys((*groups[0], *groups[1])):
        lines = [[*group[name].ranges, *group[name].marks] if name in group else None for group in groups]
        if lines[0] != lines[1]:
            what: Literal["added", "removed", "changed"] = (
                "added" if lines[0] is None else "removed" if lines[1] is None else "changed"
            )
            yield Step(block="virtual_server_group", name=name, what=what)
    if old.tls != new.tls:
        yield Step(block="SSL", what="changed")


def _service(service: VirtualServer) -> tuple[object, ...]:
    """What the kernel knows it by."""
    return service.address, service.port, service.mark, service.group, service.protocol, service.family


def _one_service(old: VirtualServer, new: VirtualServer) -> Iterator[Step]:
    fields = [field for field in new.__struct_fields__ if field != "real_servers"]
    changes = tuple(differing(old, new, _word, fields))
    if changes:
        yield Step(block="virtual_server", name=new.name, what="changed", changes=changes)
    before, after = ({(s.address, s.port): s for s in each.real_servers} for each in (old, new))
    for place in dict.fromkeys((*before, *after)):
        name = f"{new.name} {place[0]}:{place[1]}" if place[0].family == 4 else f"{new.name} [{place[0]}]:{place[1]}"
        if place not in after:
            yield Step(block="real_server", name=name, what="removed")
        elif place not in before:
            yield Step(block="real_server", name=name, what="added")
        else:
            yield from _one_server(name, before[place], after[place])


def _one_server(name: str, old: RealServer, new: RealServer) -> Iterator[Step]:
    fields = [field for field in new.__struct_fields__ if field != "checkers"]
    changes = tuple(differing(old, new, _word, fields))
    if changes:
        yield Step(block="real_server", name=name, what="changed", changes=changes)
    before, after = _numbered(old), _numbered(new)
    for key in dict.fromkeys((*before, *after)):
        block = key.partition(" ")[0]
        if key not in after:
            yield Step(block=block, name=name, what="removed")
        elif key not in before:
            yield Step(block=block, name=name, what="added")
        elif before[key] != after[key]:
            said = tuple(differing(before[key], after[key], _word))
            yield Step(block=block, name=name, what="changed", changes=said)


def _numbered(server: RealServer) -> dict[str, Checker]:
    """Checkers by kind and their number among those of one kind."""
    found: dict[str, Checker] = {}
    for checker in server.checkers:
        number = sum(1 for key in found if key.partition(" ")[0] == checker.kind)
        found[f"{checker.kind} {number}"] = checker
    return found


def _word(field: str) -> str:
    return LVS_WORDS.get(field, field)
