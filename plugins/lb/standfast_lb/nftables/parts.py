"""What one service has in the kernel, and what leads from one state to another. Pure.

A service has chains and maps of its own, and elements in maps that all services share: by those, packets find it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from standfast.net.nft.commands import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    Command,
    DeleteChain,
    DeleteElements,
    DeleteSet,
    FlushChain,
    Hook,
    Rule,
    Table,
)
from standfast.net.nft.sets import DYNAMIC, Set
from standfast.net.nft.timeouts import Timeout
from standfast.net.nft.types import Data

Place: TypeAlias = tuple[Table, str]
"""A chain or set: its table and name."""
Elements: TypeAlias = Mapping[bytes, Data | None]
ElementEdit: TypeAlias = AddElements | DeleteElements


@dataclass(frozen=True, slots=True)
class Part:
    """One service in the kernel."""

    chains: Mapping[Place, tuple[Rule, ...]] = field(default_factory=dict)
    sets: Mapping[Place, tuple[Set, Elements]] = field(default_factory=dict)
    """Its own, with what is in them; dynamic ones are filled by packets."""
    shared: Mapping[Place, Elements] = field(default_factory=dict)
    """Its elements in maps of the frame."""
    timeouts: Mapping[Place, Timeout] = field(default_factory=dict)
    """Policies that its rules refer to; several services may share one."""
    needs: frozenset[tuple[str, str]] = frozenset()
    """What it needs of the frame: purpose and way."""
    servers: tuple[bytes, ...] = ()
    """As maps have them, in the pool's order."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What all services share: base chains and the maps by which packets find their service."""

    chains: Mapping[Place, tuple[Hook | None, tuple[Rule, ...]]] = field(default_factory=dict)
    sets: Mapping[Place, Set] = field(default_factory=dict)


_NOT_THERE: Final = object()
NOTHING = Part()
NO_FRAME = Frame()


def frame_edits(old: Frame, new: Frame) -> Iterator[Command]:
    """From one frame to another: sets are only added, chains are filled anew where their rules differ."""
    for (table, _name), each in new.sets.items():
        if (table, each.name) not in old.sets:
            yield AddSet(table, each)
    for (table, name), (hook, _rules) in new.chains.items():
        if (table, name) not in old.chains:
            yield AddChain(table, name, hook)
    for (table, name), (_hook, _rules) in old.chains.items():
        if (table, name) not in new.chains:
            yield FlushChain(table, name)
    for table, name in old.chains:
        if (table, name) not in new.chains:
            yield DeleteChain(table, name)
    for (table, name), (_hook, rules) in new.chains.items():
        before = old.chains.get((table, name))
        if before is None or before[1] != rules:
            yield from _filled(table, name, rules, flush=before is not None)


def own_edits(old: Part, new: Part) -> Iterator[Command]:
    """What is a service's own, if both are :func:`alike`: all that is new, before anything leads to it."""
    for (table, name), (each, _elements) in new.sets.items():
        if (table, name) not in old.sets:
            yield AddSet(table, each)
    for table, name in new.chains:
        if (table, name) not in old.chains:
            yield AddChain(table, name)
    for (table, name), (each, elements) in new.sets.items():
        if not each.flags & DYNAMIC:
            before = old.sets.get((table, name))
            yield from element_edits(table, each, before[1] if before else {}, elements)
    for (table, name), rules in new.chains.items():
        if rules != old.chains.get((table, name)):
            yield from _filled(table, name, rules, flush=(table, name) in old.chains)


def shared_edits(old: Part, new: Part, frame: Frame) -> Iterator[ElementEdit]:
    """A service's elements in the maps of the frame."""
    for place in {**old.shared, **new.shared}:
        before, after = old.shared.get(place, {}), new.shared.get(place, {})
        yield from element_edits(place[0], frame.sets[place], before, after)


def together(edits: Iterable[ElementEdit]) -> Iterator[ElementEdit]:
    """Edits of one kind, those of the same map in one. What comes twice stays twice: the kernel is to refuse it."""
    merged: dict[Place, tuple[ElementEdit, dict[bytes, Data | None]]] = {}
    for edit in edits:
        place = edit.table, edit.set.name
        _, elements = merged.get(place, (edit, {}))
        if not elements:
            elements.update(edit.elements)
            merged[place] = type(edit)(edit.table, edit.set, elements), elements
        elif elements.keys().isdisjoint(edit.elements):
            elements.update(edit.elements)
        else:
            yield edit
    yield from (edit for edit, _ in merged.values())


def element_edits(table: Table, each: Set, old: Elements, new: Elements) -> Iterator[ElementEdit]:
    """Minimal edits. Other data for a key takes a deletion and an addition: an addition alone is EEXIST."""
    if old is new or old == new:
        return
    differ = {key: data for key, data in old.items() if new.get(key, _NOT_THERE) != data}
    fresh = {key: new[key] for key in differ if key in new}
    fresh |= {key: data for key, data in new.items() if key not in old}
    if differ:
        yield DeleteElements(table, each, differ)
    if fresh:
        yield AddElements(table, each, fresh)


def alike(old: Part, new: Part) -> bool:
    """Sets of the same name are declared alike, so that they may stay."""
    return all(place not in new.sets or new.sets[place][0] == each for place, (each, _) in old.sets.items())


def left_over(old: Part, new: Part) -> Iterator[Command]:
    """A service's own that goes, when nothing leads to it: chains first empty, then gone, as their rules hold maps."""
    chains = [place for place in old.chains if place not in new.chains]
    sets = {place: each for place, (each, _) in old.sets.items() if place not in new.sets}
    for table, name in chains:
        yield FlushChain(table, name)
    for (table, _name), each in sets.items():
        yield DeleteSet(table, each)
    for table, name in chains:
        yield DeleteChain(table, name)


def _filled(table: Table, name: str, rules: Iterable[Rule], *, flush: bool) -> Iterator[Command]:
    if flush:
        yield FlushChain(table, name)
    for rule in rules:
        yield AddRule(table, name, rule)
