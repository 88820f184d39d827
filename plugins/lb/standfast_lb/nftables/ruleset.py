"""All services together: what is in the kernel, and the transaction that leads to what is wanted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from standfast.api import Pool
from standfast.net.nft.commands import AddElements, AddTable, Command, DeleteElements, DeleteTable, Table
from standfast.net.nft.timeouts import AddTimeout, DeleteTimeout, Timeout
from standfast_lb.nftables.frame import frame_of
from standfast_lb.nftables.parts import (
    NO_FRAME,
    NOTHING,
    ElementEdit,
    Frame,
    Part,
    Place,
    alike,
    frame_edits,
    left_over,
    own_edits,
    shared_edits,
    together,
)
from standfast_lb.nftables.schedule import Memory
from standfast_lb.nftables.services import Ground, part_of


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from some changes: commands for the kernel, and the state behind them."""

    commands: tuple[Command, ...]
    parts: Mapping[str, Part | None]
    """By pool; None: it goes."""
    frame: Frame
    memories: Mapping[str, Memory]
    needs: Counter[tuple[str, str]]
    devices: tuple[str, ...]
    shared: Mapping[Place, Counter[bytes]]
    """By how much the number of an element's holders changes."""


@dataclass(slots=True)
class Ruleset:
    """What of ours is in the kernel."""

    nat: Table
    direct: Table
    parts: dict[str, Part] = field(default_factory=dict)
    frame: Frame = NO_FRAME
    memories: dict[str, Memory] = field(default_factory=dict)
    holders: dict[Place, Counter[bytes]] = field(default_factory=dict)
    """Elements that several services may have in common (their servers): how many do."""
    needs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What parts need of the frame, and how many do."""
    devices: tuple[str, ...] = ()
    """For which the frame was made."""

    def step(self, wanted: Mapping[str, Pool | None], ground: Ground, devices: Iterable[str]) -> Step:
        """Lead these pools (None: gone) to what is wanted. Raises :class:`ValueError` for what cannot be."""
        memories = {name: self._memory(name) for name, pool in wanted.items() if pool is not None}
        parts = {name: part_of(pool, ground, memories[name]) if pool else None for name, pool in wanted.items()}
        needs = Counter(self.needs)
        for name, part in parts.items():
            needs.subtract(self.parts.get(name, NOTHING).needs)
            needs.update((part or NOTHING).needs)
        frame = self._frame_for(+needs, tuple(devices))
        moves: dict[Place, Counter[bytes]] = {}
        edits = [command for command in self._edits(parts, frame, moves) if not _empty(command)]
        return Step(tuple(edits), parts, frame, memories, +needs, tuple(devices), moves)

    def _frame_for(self, needs: Counter[tuple[str, str]], devices: tuple[str, ...]) -> Frame:
        """The one that is there, unless somebody needs something else: most changes are of a service's own."""
        if needs.keys() == self.needs.keys() and devices == self.devices:
            return self.frame
        return frame_of(needs, self.nat, self.direct, devices)

    def _edits(
        self, parts: Mapping[str, Part | None], frame: Frame, moves: dict[Place, Counter[bytes]]
    ) -> Iterable[Command]:
        kept = _both(self.frame, frame)
        for table in _tables(frame):
            if table not in _tables(self.frame):
                yield AddTable(table)
        yield from frame_edits(self.frame, kept)
        yield from self._part_edits(parts, kept, moves)
        yield from frame_edits(kept, Frame(frame.chains, kept.sets))
        for table in _tables(self.frame):
            if table not in _tables(frame):
                yield DeleteTable(table)

    def _part_edits(
        self, parts: Mapping[str, Part | None], frame: Frame, moves: dict[Place, Counter[bytes]]
    ) -> Iterable[Command]:
        """All services together: what they have in shared maps changes in one command for each map.

        Chains come before what leads to them, and go after it.
        """
        pairs = []
        for name, part in parts.items():
            old, new = self.parts.get(name, NOTHING), part or NOTHING
            if not alike(old, new):
                yield from self._counted(shared_edits(old, NOTHING, frame), moves)
                yield from left_over(old, NOTHING)
                old = NOTHING
            pairs.append((old, new))
        yield from self._timeouts(parts, AddTimeout)
        for old, new in pairs:
            yield from own_edits(old, new)
        edits = [edit for old, new in pairs for edit in shared_edits(old, new, frame)]
        gone = [edit for edit in edits if isinstance(edit, DeleteElements)]
        fresh = [edit for edit in edits if isinstance(edit, AddElements)]
        yield from together(self._counted(gone, moves))
        yield from together(self._counted(fresh, moves))
        for old, new in pairs:
            yield from left_over(old, new)
        yield from self._timeouts(parts, DeleteTimeout)

    def _timeouts(
        self, parts: Mapping[str, Part | None], edit: type[AddTimeout | DeleteTimeout]
    ) -> Iterable[AddTimeout | DeleteTimeout]:
        """Policies that nobody had yet, or that nobody has any more."""
        old = _timeouts_of(self.parts.get(name) for name in parts)
        if old == _timeouts_of(parts.values()):  # nearly always, and then there is no need to ask all services
            return []
        before, after = _timeouts_of(self.parts.values()), _timeouts_of({**self.parts, **parts}.values())
        these, others = (after, before) if edit is AddTimeout else (before, after)
        return [edit(place[0], each) for place, each in these.items() if place not in others]

    def _counted(self, edits: Iterable[ElementEdit], moves: dict[Place, Counter[bytes]]) -> Iterable[ElementEdit]:
        """A server is in the set of servers once, whoever has it."""
        for command in edits:
            if not command.set.name.startswith(("rs", "ob")):
                yield command
                continue
            place = command.table, command.set.name
            known, moved = self.holders.get(place, _NOBODY), moves.setdefault(place, Counter())
            if isinstance(command, AddElements):
                fresh = {key: data for key, data in command.elements.items() if not known[key] + moved[key]}
                moved.update(command.elements.keys())
                yield AddElements(command.table, command.set, fresh)
            else:
                moved.subtract(command.elements.keys())
                gone = {key: data for key, data in command.elements.items() if known[key] + moved[key] <= 0}
                yield DeleteElements(command.table, command.set, gone)

    def take(self, step: Step) -> None:
        """The kernel has done it."""
        for name, part in step.parts.items():
            if part is None:
                self.parts.pop(name, None)
                self.memories.pop(name, None)
            else:
                self.parts[name] = part
        self.memories.update(step.memories)
        tables = _tables(step.frame)
        sets = {place: each for place, each in {**self.frame.sets, **step.frame.sets}.items() if place[0] in tables}
        self.frame = Frame(step.frame.chains, sets)
        self.needs, self.devices = step.needs, step.devices
        for place, moved in step.shared.items():
            _move(self.holders.setdefault(place, Counter()), moved)
        self.holders = {place: count for place, count in self.holders.items() if place[0] in tables}

    def afresh(self) -> Ruleset:
        """Nothing in the kernel, but the memories."""
        return Ruleset(self.nat, self.direct, memories=self.memories)

    def _memory(self, name: str) -> Memory:
        old = self.memories.get(name, Memory())
        return replace(old, slots=list(old.slots), seen=dict(old.seen), keys=dict(old.keys))


def _timeouts_of(parts: Iterable[Part | None]) -> dict[Place, Timeout]:
    return {place: each for part in parts if part for place, each in part.timeouts.items()}


_NOBODY: Final[Counter[bytes]] = Counter()


def _tables(frame: Frame) -> set[Table]:
    return {table for table, _name in (*frame.chains, *frame.sets)}


def _both(old: Frame, new: Frame) -> Frame:
    """While services come and go both kinds of maps must be there; they stay until the table goes."""
    return Frame({**old.chains, **new.chains}, {**old.sets, **new.sets})


def _empty(command: Command) -> bool:
    return isinstance(command, AddElements | DeleteElements) and not command.elements


def _move(holders: Counter[bytes], moved: Counter[bytes]) -> None:
    holders.update(moved)
    for key in moved:
        if holders[key] <= 0:
            del holders[key]
