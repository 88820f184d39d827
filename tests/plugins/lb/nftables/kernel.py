"""A pretended nf_tables: does commands as the kernel would, and refuses what it would refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

from standfast.net.nft.commands import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    DeleteChain,
    DeleteElements,
    DeleteSet,
    DeleteTable,
    FlushChain,
    show_rule,
)
from standfast.net.nft.sets import DYNAMIC
from standfast.net.nft.timeouts import AddTimeout, DeleteTimeout, SetTimeout
from standfast.net.nft.types import Verdict


@dataclass
class Kernel:
    tables: set = field(default_factory=set)
    chains: dict = field(default_factory=dict)
    sets: dict = field(default_factory=dict)
    timeouts: dict = field(default_factory=dict)

    def do(self, commands) -> None:
        for command in commands:
            getattr(self, f"_{type(command).__name__}")(command)

    def _AddTable(self, command: AddTable) -> None:  # noqa: N802
        self.tables.add(command.table)

    def _DeleteTable(self, command: DeleteTable) -> None:  # noqa: N802
        self.tables.remove(command.table)
        for objects in (self.chains, self.sets, self.timeouts):
            for place in [place for place in objects if place[0] == command.table]:
                del objects[place]

    def _AddChain(self, command: AddChain) -> None:  # noqa: N802
        assert command.table in self.tables
        self.chains.setdefault((command.table, command.name), [])

    def _FlushChain(self, command: FlushChain) -> None:  # noqa: N802
        self.chains[command.table, command.name].clear()

    def _DeleteChain(self, command: DeleteChain) -> None:  # noqa: N802
        place = command.table, command.name
        assert not self.chains[place], "a chain with rules"
        for (table, name), (_each, elements) in self.sets.items():
            if table == command.table:
                leading = [
                    data for data in elements.values() if isinstance(data, Verdict) and data.chain == command.name
                ]
                assert not leading, f"{name} leads to {command.name}"
        for (table, name), rules in self.chains.items():
            assert table != command.table or all(f"jump {command.name}" not in rule for rule in rules), name
        del self.chains[place]

    def _AddRule(self, command: AddRule) -> None:  # noqa: N802
        words = show_rule(command.rule)
        for word in words.split():
            if word.startswith("@"):
                assert (command.table, word[1:]) in self.sets, words
        for statement in command.rule:
            if isinstance(statement, SetTimeout):
                assert (command.table, statement.name) in self.timeouts, words
        self.chains[command.table, command.chain].append(words)

    def _AddTimeout(self, command: AddTimeout) -> None:  # noqa: N802
        assert command.table in self.tables
        place = command.table, command.timeout.name
        assert place not in self.timeouts, "the kernel cannot change one"
        self.timeouts[place] = command.timeout

    def _DeleteTimeout(self, command: DeleteTimeout) -> None:  # noqa: N802
        for (table, _name), rules in self.chains.items():
            users = [rule for rule in rules if f'"{command.timeout.name}"' in rule.split()]
            assert table != command.table or not users, users
        del self.timeouts[command.table, command.timeout.name]

    def _AddSet(self, command: AddSet) -> None:  # noqa: N802
        assert command.table in self.tables
        known = self.sets.setdefault((command.table, command.set.name), (command.set, {}))
        assert known[0] == command.set

    def _DeleteSet(self, command: DeleteSet) -> None:  # noqa: N802
        for (table, _name), rules in self.chains.items():
            users = [rule for rule in rules if f"@{command.set.name}" in rule.split()]
            assert table != command.table or not users, users
        del self.sets[command.table, command.set.name]

    def _AddElements(self, command: AddElements) -> None:  # noqa: N802
        there = self.sets[command.table, command.set.name][1]
        for key, data in command.elements.items():
            if isinstance(data, Verdict):
                assert (command.table, data.chain) in self.chains, data
            assert there.setdefault(key, data) == data, "EEXIST"

    def _DeleteElements(self, command: DeleteElements) -> None:  # noqa: N802
        there = self.sets[command.table, command.set.name][1]
        for key in command.elements:
            del there[key]

    def seen(self) -> dict:
        """What packets meet: rules, and elements that they could find."""
        chains = {place: tuple(rules) for place, rules in self.chains.items() if rules}
        sets = {place: dict(elements) for place, (each, elements) in self.sets.items() if elements}
        assert all(not each.flags & DYNAMIC or not elements for each, elements in self.sets.values())
        return {"chains": chains, "sets": sets, "timeouts": dict(self.timeouts)}
