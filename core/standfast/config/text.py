"""Text on its way from a file to the tree: physical lines, logical lines made from them, and the places of both.

Columns survive what the preprocessor does to a line through *marks*: for every character the columns (start, end) in
the file that it stands for.  None means that nothing was inserted: character ``i`` stands in column ``i + 1``.
"""

from __future__ import annotations

import msgspec

from standfast.config.diagnostics import Frame, Span
from standfast.config.tree import Word

BLANKS = " \t\f\r\v"
"""White space between words. Not Python's idea of it: a no-break space is part of a word."""
MAX_LINE = 1023
"""Bytes in a line, before and after expansion."""

Marks = list[tuple[int, int]] | None

_COLUMNS = list(range(2049))
"""One object for each number: of ten million words every one would have two of its own, of 32 bytes each."""
_IDENTITY = [(_COLUMNS[column], _COLUMNS[column + 1]) for column in range(1, 2048)]


class Line(msgspec.Struct, frozen=True, gc=False):
    """A physical line."""

    file: str
    number: int
    text: str
    """As it stands in the file, without its line end."""


class Text(msgspec.Struct, frozen=True, gc=False):
    """A logical line in the making."""

    text: str
    line: Line
    """Where it comes from."""
    via: tuple[Frame, ...] = ()
    """How it came from there, innermost first."""
    marks: Marks = None

    def span(self, start: int, end: int) -> Span:
        """The place of characters ``start:end`` (at least one)."""
        line = self.line
        if self.marks is None:
            if end < len(_COLUMNS) - 1:
                return Span(line.file, line.number, _COLUMNS[start + 1], _COLUMNS[end + 1])
            return Span(line.file, line.number, start + 1, end + 1)
        return Span(line.file, line.number, self.marks[start][0], self.marks[end - 1][1])

    @property
    def head(self) -> str:
        """Without the blanks before it."""
        return self.text.lstrip(BLANKS)

    def explicit_marks(self) -> list[tuple[int, int]]:
        """The marks as a list, to be changed."""
        return identity(len(self.text)) if self.marks is None else self.marks

    def without_start(self, end: int) -> Text:
        """With everything before ``end`` made blank, so that columns stay."""
        return Text(" " * end + self.text[end:], self.line, self.via, self.marks)

    def cut(self, end: int) -> Text:
        """Without everything from ``end`` on."""
        return Text(self.text[:end], self.line, self.via, self.marks)

    def cut_out(self, start: int, end: int) -> Text:
        """Without what stands between ``start`` and ``end``, and behind the character at ``end``."""
        marks = self.explicit_marks()
        return Text(self.text[:start] + self.text[end], self.line, self.via, [*marks[:start], marks[end]])


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A statement's words, or one brace."""

    words: tuple[Word, ...]
    """Empty for a brace."""
    raw: str
    """The statement's text, or ``{`` or ``}``."""
    span: Span | None = None
    """Of a brace."""


def identity(length: int) -> list[tuple[int, int]]:
    """Marks that say what None says."""
    if length <= len(_IDENTITY):
        return _IDENTITY[:length]
    return [(column, column + 1) for column in range(1, length + 1)]


def too_long(text: str) -> bool:
    """Is it longer than a line may be? Blanks around it do not count."""
    if len(text) * 4 <= MAX_LINE:  # no character of UTF-8 takes more than four bytes
        return False
    return len(text.strip(BLANKS).encode("utf-8", "surrogateescape")) > MAX_LINE
