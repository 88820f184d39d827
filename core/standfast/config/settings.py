"""What binding gives: the declared values of one block, each with the statement it came from, in text order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from standfast.config.tree import Statement


class Value(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One value, where it came from, and for which setting."""

    setting: str
    value: Any
    statement: Statement

    @property
    def keyword(self) -> str:
        """The word that was used (an alias, perhaps)."""
        return self.statement.keyword.text


@dataclass(slots=True)
class Settings:
    """One block as bound. Scalars hold the winning value; entries and ``each`` keywords keep all."""

    statement: Statement | None = None
    """The block's opening statement; None for the whole configuration."""
    name: Any = ""
    """The value of the block's header."""
    sequence: list[Value] = field(default_factory=list)
    """Everything that was accepted, in text order; of a block its settings, each time it is opened."""
    scalars: dict[str, Value] = field(default_factory=dict)
    lists: dict[str, list[Value]] = field(default_factory=dict)
    blocks: dict[str, list[Settings]] = field(default_factory=dict)
    seen: dict[str, Statement] = field(default_factory=dict)
    """Keyword as written -> its last statement, also when its value was refused."""

    def get(self, setting: str, default: Any = None) -> Any:
        """The value of a scalar."""
        value = self.scalars.get(setting)
        return default if value is None else value.value

    def all(self, setting: str) -> list[Value]:
        """All values of a value block or an ``each`` keyword, in text order."""
        return self.lists.get(setting, [])

    def block(self, name: str) -> Settings:
        """The (merged) block of that name; an empty one if it is not there."""
        found = self.blocks.get(name)
        return found[0] if found else Settings()
