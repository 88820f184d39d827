"""From lines of routes and rules to records: names get their numbers, rules without a place get one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from standfast.config.findings import Findings
from standfast.config.iproute_names import FILES, Named, NameTables
from standfast.config.route_model import Metric, NextHop, Route, Rule
from standfast.config.routing_lines import RoutingLine
from standfast.config.settings import Value
from standfast.config.suggest import did_you_mean
from standfast.values import Family

FIRST_PREFERENCE = 16384
"""Rules without a place get this one and the ones below it, each family by itself, as in keepalived."""


@dataclass(slots=True)
class Routing:
    """Reads lines in the order of the text."""

    names: NameTables
    findings: Findings
    _next: dict[Family, int] = field(default_factory=lambda: {4: FIRST_PREFERENCE, 6: FIRST_PREFERENCE})

    def routes(self, values: Iterable[Value]) -> tuple[Route, ...]:
        """All routes of one block."""
        return tuple(route for value in values if (route := self._route(value)) is not None)

    def rules(self, values: Iterable[Value]) -> tuple[Rule, ...]:
        """All rules of one block."""
        return tuple(rule for value in values if (rule := self._rule(value)) is not None)

    def _route(self, value: Value) -> Route | None:
        line: RoutingLine = value.value
        fields = self._resolved(line.fields, value)
        legs = [self._resolved(leg, value) for leg in line.legs]
        if fields is None or None in legs:
            return None
        metrics = tuple(
            Metric(name=name, value=number, locked=lock) for name, number, lock in fields.pop("metrics", ())
        )
        hops = tuple(NextHop(**leg) for leg in legs if leg is not None)
        return Route(family=line.family or 4, metrics=metrics, nexthops=hops, **fields)

    def _rule(self, value: Value) -> Rule | None:
        line: RoutingLine = value.value
        fields = self._resolved(line.fields, value)
        if fields is None:
            return None
        family = line.family or 4
        if "preference" not in fields:
            fields["preference"] = self._place(family, value)
        return Rule(family=family, **fields)

    def _place(self, family: Family, value: Value) -> int:
        place = self._next[family]
        self._next[family] -= 1
        message = f"the rule has no `preference`; used: {place}, which is rarely meant"
        self.findings.error("SF3118", value.statement, message, hint="add `preference` and a number")
        return place

    def _resolved(self, fields: dict[str, Any], value: Value) -> dict[str, Any] | None:
        """The fields with numbers for names; None if a name is unknown."""
        unknown = list(self._unknown(fields))
        for named in unknown:
            known = self.names.names(named.kind)
            message = f"no {named.kind} is called `{named.word.text}`; the line is dropped"
            hint = (
                did_you_mean(named.word.text, known) or f"write its number, or add it to iproute2's {FILES[named.kind]}"
            )
            self.findings.error("SF3119", value.statement, message, word=named.word, hint=hint)
        if unknown:
            return None
        return {name: self._number(entry) for name, entry in fields.items()}

    def _unknown(self, fields: dict[str, Any]) -> Iterator[Named]:
        for entry in fields.values():
            if isinstance(entry, Named) and self.names.number(entry.kind, entry.word.text) is None:
                yield entry

    def _number(self, entry: Any) -> Any:
        return self.names.number(entry.kind, entry.word.text) if isinstance(entry, Named) else entry
