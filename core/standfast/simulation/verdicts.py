"""All situations of all virtual routers, what comes of them, and which of it is surely not meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from standfast.config.matching import Group, Node, groups
from standfast.simulation.arena import Outcome, play
from standfast.simulation.situations import LIMIT, Condition, Machine, Situation, Space, Thing, machines, space


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Situations in which every machine is in the same condition."""

    bad: tuple[tuple[str, ...], ...]
    """What is bad, in each of these situations."""
    conditions: tuple[str, ...]
    """For each machine its priority, or FAULT and why."""
    masters: tuple[str, ...]
    afterwards: tuple[str, ...]
    """Who is MASTER when all is well again."""
    problem: str = ""
    unavoidable: bool = False
    """Every machine is in FAULT: nobody can be MASTER."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One virtual router."""

    name: str
    vrid: int
    machines: tuple[str, ...]
    situations: int
    cut: str = ""
    """What was not looked at, in words."""
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def bad(self) -> bool:
        """Is there a situation that ends badly, though it need not?"""
        return any(row.problem and not row.unavoidable for row in self.rows)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``simulate --json``."""

    schema: Literal["standfast.simulate/1"] = "standfast.simulate/1"
    routers: tuple[Verdict, ...]


@dataclass(slots=True)
class _Play:
    """Everything about one virtual router while it is looked at."""

    machines: list[Machine]
    space: Space
    found: dict[Situation, tuple[Condition, ...]] = field(default_factory=dict)
    outcomes: dict[tuple[Condition, ...], Outcome] = field(default_factory=dict)

    def run(self) -> None:
        instances = [machine.instance for machine in self.machines]
        for situation in self.space:
            conditions = tuple(machine.condition(situation) for machine in self.machines)
            self.found[situation] = conditions
            key = tuple(Condition(c.points, "x" if c.fault else "") for c in conditions)
            if key not in self.outcomes:
                self.outcomes[key] = play(instances, key)

    def outcome(self, situation: Situation) -> Outcome:
        key = tuple(Condition(c.points, "x" if c.fault else "") for c in self.found[situation])
        return self.outcomes[key]


def simulate(nodes: Sequence[Node], limit: int = LIMIT) -> Report:
    """Play everything through. Nodes without a configuration that can be run take no part."""
    plays = [_played(group, limit) for group in groups(nodes)]
    disagreements = list(_disagreements(plays))
    routers = [_verdict(each, [words for which, words in disagreements if which is each]) for each in plays]
    return Report(routers=tuple(routers))


def _played(group: Group, limit: int) -> _Play:
    members = machines(group)
    things = dict.fromkeys(thing for machine in members for thing in machine.things())
    result = _Play(members, space(list(things), limit))
    result.run()
    return result


def _verdict(play_: _Play, notes: list[str]) -> Verdict:
    names = tuple(machine.node.name for machine in play_.machines)
    by_conditions: dict[tuple[Condition, ...], list[Situation]] = {}
    for situation, conditions in play_.found.items():
        by_conditions.setdefault(conditions, []).append(situation)
    rows = [_row(play_, names, situations) for situations in by_conditions.values()]
    cut = ""
    if play_.space.cut:
        number, all_ = play_.space.at_once, len(play_.space.things)
        cut = f"{all_} things can be bad: only situations with at most {number} of them bad at a time were looked at"
    first = play_.machines[0].instance
    return Verdict(
        name=first.name,
        vrid=first.vrid,
        machines=names,
        situations=len(play_.found),
        cut=cut,
        rows=tuple(rows),
        notes=(*_without_effect(play_), *_ties(play_), *_for_good(play_, names), *notes),
    )


def _row(play_: _Play, names: tuple[str, ...], situations: list[Situation]) -> Row:
    situation = situations[0]
    outcome, conditions = play_.outcome(situation), play_.found[situation]
    return Row(
        bad=tuple(tuple(map(str, sorted(each))) for each in situations),
        conditions=tuple(_said(m, c) for m, c in zip(play_.machines, conditions, strict=True)),
        masters=tuple(names[number] for number in outcome.masters),
        afterwards=tuple(names[number] for number in outcome.afterwards),
        problem=_problem(play_, names, situations),
        unavoidable=all(condition.fault for condition in conditions),
    )


def _said(machine: Machine, condition: Condition) -> str:
    if condition.fault:
        return f"FAULT ({condition.fault})"
    base = machine.instance.priority
    return str(base if base == 255 else min(max(base + condition.points, 1), 254))


def _problem(play_: _Play, names: tuple[str, ...], situations: list[Situation]) -> str:
    outcome, conditions = play_.outcome(situations[0]), play_.found[situations[0]]
    if len(outcome.masters) > 1:
        return f"{' and '.join(names[n] for n in outcome.masters)} are MASTER at once"
    if not outcome.masters:
        everybody = all(condition.fault for condition in conditions)
        return "nobody is MASTER: all are in FAULT" if everybody else "nobody is MASTER"
    (master,) = outcome.masters
    for situation in situations:
        sick = {thing.node for thing in situation}
        healthy = [name for name, condition in zip(names, conditions, strict=True)
                   if name not in sick and not condition.fault]  # fmt: skip
        if names[master] in sick and healthy:
            things = ", ".join(str(thing) for thing in sorted(situation) if thing.node == names[master])
            return f"{names[master]} is MASTER with {things} bad, though all is well on {healthy[0]}"
    return ""


def _without_effect(play_: _Play) -> Iterator[str]:
    """Weighted trackers that change nobody's turn, whatever else is bad."""
    for machine in play_.machines:
        for tracker in machine.weighted() if len(play_.machines) > 1 else ():
            thing = Thing(machine.node.name, tracker.kind, tracker.name)
            pairs = [(s, s | {thing}) for s in play_.found if thing not in s and s | {thing} in play_.found]
            if all(play_.outcome(one).masters == play_.outcome(two).masters for one, two in pairs):
                yield f"{thing} (weight {tracker.weight}) never changes who is MASTER"


def _ties(play_: _Play) -> Iterator[str]:
    tied = next((s for s in play_.found if play_.outcome(s).tied), None)
    if tied is not None:
        when = " and ".join(map(str, sorted(tied))) + " bad" if tied else "all well"
        yield f"with {when} the highest priority is that of several machines: who came first stays MASTER"


def _for_good(play_: _Play, names: tuple[str, ...]) -> Iterator[str]:
    """Take-overs that are not undone."""
    for situation in play_.found:
        outcome = play_.outcome(situation)
        if outcome.at_first and outcome.afterwards and outcome.afterwards != outcome.at_first:
            now, before = names[outcome.afterwards[0]], names[outcome.at_first[0]]
            yield f"after a take-over {now} stays MASTER when all is well again (before: {before})"
            return


def _disagreements(plays: Sequence[_Play]) -> Iterator[tuple[_Play, str]]:
    """Virtual routers of one sync group whose members would have different masters."""
    for number, one in enumerate(plays):
        for two in plays[number + 1 :]:
            shared = [(a, b) for a in one.machines for b in two.machines if a.node is b.node and _together(a, b)]
            if not shared:
                continue
            for situation in one.found:
                here, there = _winners(one, situation), _winners(two, situation)
                if there is not None and here != there:
                    bad = ", ".join(map(str, sorted(situation))) or "nothing"
                    names = f"{shared[0][0].instance.name} and {shared[0][1].instance.name}"
                    words = f"{names} are in one sync group, but with {bad} bad their priorities want different masters"
                    yield one, words
                    break


def _winners(play_: _Play, situation: Situation) -> list[str] | None:
    if situation not in play_.found:
        return None
    return [play_.machines[number].node.name for number in play_.outcome(situation).masters]


def _together(one: Machine, two: Machine) -> bool:
    group = one.node.group_of(one.instance)
    return group is not None and two.instance.name in group.members
