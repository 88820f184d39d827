"""Lines of ``check_before_master``: which check is asked, what it has to say, and how long it has for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from standfast.config.kinds import DROPPED, Dropped, Reader, Seconds
from standfast.config.lines import OptionLine, RefusedError
from standfast.config.tree import Word
from standfast.values import MILLISECOND, SECOND

USUAL: Final = SECOND
"""What a check may take unless the line says otherwise."""

WITHIN: Final = Seconds(10 * MILLISECOND, 5 * SECOND, places=3)
"""A takeover waits no longer than this."""


class EvidenceLine(NamedTuple):
    """A line as written. Times in microseconds."""

    name: str
    reverse: bool = False
    within: int = USUAL


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """``NAME [reverse] [within SECONDS]``."""

    @property
    def syntax(self) -> str:
        """For people."""
        return "NAME [OPTION]..."

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The option words."""
        return (
            ("reverse", "It has to be bad: a service that still answers elsewhere has a master."),
            (f"within {WITHIN.syntax}", "How long its answer is waited for. 1 unless said otherwise."),
        )

    def read(self, reader: Reader) -> EvidenceLine | Dropped:
        """A word that means nothing drops the line, with an error."""
        try:
            return self._read(OptionLine(reader))
        except RefusedError:
            return DROPPED

    def _read(self, line: OptionLine) -> EvidenceLine:
        found = EvidenceLine(line.reader.statement.keyword.text)
        line.next()
        while (word := line.next()) is not None:
            if word.text == "reverse":
                found = found._replace(reverse=True)
            elif word.text == "within":
                found = found._replace(within=self._within(line, word))
            else:
                line.unknown(word, "`check_before_master`", ("reverse", "within"))
        return found

    def _within(self, line: OptionLine, option: Word) -> int:
        value = WITHIN.read((line.value(option),), line.reader)
        if isinstance(value, Dropped):
            raise RefusedError
        return value
