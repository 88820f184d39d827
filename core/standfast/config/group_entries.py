"""Lines that list names: members of groups, interfaces."""

from __future__ import annotations

from dataclasses import dataclass

from standfast.config.kinds import DROPPED, Dropped, Reader, interface
from standfast.config.tree import Word


@dataclass(frozen=True, slots=True)
class NamesEntry:
    """``NAME ...``: one or many on a line."""

    what: str
    interfaces: bool = False
    options: tuple[tuple[str, str], ...] = ()

    @property
    def syntax(self) -> str:
        """For people."""
        return f"{self.what} ..."

    def read(self, reader: Reader) -> tuple[Word, ...] | Dropped:
        """The words, so that complaints can point at one of them."""
        words = reader.statement.words
        if self.interfaces:
            words = tuple(word for word in words if not isinstance(interface().read((word,), reader), Dropped))
        return words or DROPPED
