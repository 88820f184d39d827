"""What the configuration pipeline has to say, each with its place, a stable code and a hint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

Severity = Literal["error", "warning", "note"]

SECRETIVE = frozenset(("SF3009",))
"""Codes whose hints repeat something secret: they are shown by ``check``, but not logged."""


class Span(msgspec.Struct, frozen=True, gc=False):
    """Some characters of one line. Lines and columns count from 1; ``end`` is the column after the last one.

    A struct, not a dataclass: a loop over 65,024 instances makes millions of them.
    """

    file: str
    line: int
    column: int
    end: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One step of how a piece of text came to be: an include, a parameter's expansion, a turn of a loop."""

    what: str
    """In words: ``included here``, ``expanded from $VS``, ``turn 3 of ~SEQ(N, 1, 9)``."""
    span: Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault, doubt or remark."""

    severity: Severity
    code: str
    """Stable: ``SF1203``. Thousands tell the stage: 1 text and preprocessing, 2 structure, 3 values,
    4 meaning, 5 not acted on yet, 6 this machine."""
    span: Span
    message: str
    """One sentence, value last, what was typed in backticks."""
    hint: str = ""
    """What to do, if that can be known."""
    source_line: str = ""
    """The text of the line, for the caret."""
    via: tuple[Frame, ...] = field(default=())
    """Innermost first."""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it the same fault in another version of the file: code, sentence, text; not the line's number."""
        return (self.code, self.message, self.source_line.strip())
