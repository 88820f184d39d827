"""The parsed shape of a configuration: statements with words, blocks with children, every word with its place.

This is what the parser makes and the binder reads.  Comments and order survive in the document's lines
(:mod:`standfast.config.source`), so a tree can be written back without loss.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from standfast.config.diagnostics import Frame, Span


class Word(msgspec.Struct, frozen=True, gc=False):
    """One word after preprocessing."""

    text: str
    span: Span
    """Where it stands in the file it came from (the use, if a parameter was expanded)."""
    quoted: bool = False
    """Stood in double quotes: never a keyword of an option, always a value."""


class Statement(msgspec.Struct, gc=False, eq=False):
    """One line: a keyword and its arguments, perhaps with a block behind it."""

    words: tuple[Word, ...]
    """At least one. In value blocks the first word is data, not a keyword."""
    raw: str
    """The line after comment stripping and expansion, for keywords that split it their own way (scripts, regex)."""
    source_line: str
    """The line as it stands in the file, for carets."""
    via: tuple[Frame, ...] = ()
    block: list[Statement] | None = None
    """None: no ``{`` followed. Empty list: ``{ }``."""
    opened: Span | None = None
    """Where the block's ``{`` stands."""
    closed: Span | None = None
    """Where its ``}`` stands; None if the file ended before."""

    @property
    def keyword(self) -> Word:
        """The first word."""
        return self.words[0]

    @property
    def arguments(self) -> tuple[Word, ...]:
        """All words but the first."""
        return self.words[1:]


@dataclass(slots=True)
class Tree:
    """A whole configuration: everything at the top level, in order, includes spliced in."""

    statements: list[Statement] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Every file that was read, the main one first."""
