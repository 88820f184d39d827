"""Multi-line parameters: their lines, prepared once and replayed often.

A loop over a template may replay one line a hundred thousand times with other numbers in it.  Where the values are
plain (nothing in them means anything to the language) the line is cut into words once, before its parameters are
known, and only the words are filled in: the same result, several times faster.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from standfast.config.lexer import lex
from standfast.config.notices import Notices
from standfast.config.text import MAX_LINE, Line, Piece, Text
from standfast.config.tree import Word

REFERENCE = re.compile(
    r"\$(?:\{([A-Za-z_]\w*)((?:[ \t]+\w+)*)\}|([A-Za-z_]\w*)(?=[ \t,)]|\Z)|([A-Za-z_]\w*))", re.ASCII
)
"""``${NAME}`` (1) with arguments (2), ``$NAME`` before what may follow it (3), or before anything else (4)."""

_PLAIN = re.compile(r"[A-Za-z0-9_.:/-]{1,40}")
_MAX_PLAIN_REFERENCES = 8


def is_plain(value: str) -> bool:
    """Can it stand in any word without meaning more than its characters?"""
    return _PLAIN.fullmatch(value) is not None


class TemplateLine:
    """One line of a multi-line parameter, comment stripped."""

    def __init__(self, text: str, line: Line) -> None:
        self.text = Text(text, line)
        self.names = [found[1] or found[3] for found in REFERENCE.finditer(text)]
        """Parameters it mentions."""
        self._forms: tuple[_Form, ...] | None = None
        self._prepared = not _can_be_prepared(self.text)
        """Was it looked at whether it can be cut before expansion?"""

    def pieces(self, plain: Mapping[str, str]) -> tuple[Piece, ...] | None:
        """The line cut into pieces, or None if it must be processed like any other line."""
        if not self._prepared:
            self._forms, self._prepared = _prepare(self.text), True
        if self._forms is None:
            return None
        try:
            pieces = tuple([form.piece if form.raw is None else form.fill(plain) for form in self._forms])
        except KeyError:
            return None
        included = pieces and pieces[0].words and pieces[0].words[0].text.startswith("include")
        return None if included else pieces


class _Form:
    """A piece with places for values, or one that is always the same."""

    __slots__ = ("piece", "raw", "words")

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.raw = _format(piece.raw) if "$" in piece.raw else None
        self.words = [(word, _format(word.text) if "$" in word.text else None) for word in piece.words]

    def fill(self, plain: Mapping[str, str]) -> Piece:
        """The piece with values. Raises KeyError if one is not plain."""
        assert self.raw is not None  # noqa: S101 - the caller looked
        words = [
            word if form is None else Word(form.format_map(plain), word.span, word.quoted) for word, form in self.words
        ]
        return Piece(tuple(words), self.raw.format_map(plain))


def _can_be_prepared(text: Text) -> bool:
    """Is it a statement or brace, whatever the values are, and short enough to stay within the limit of a line?"""
    head = text.head
    if not head or head[0] in "@~" or head.startswith("include") or "\\" in head or (head[0] == "$" and "=" in head):
        return False
    if "{{" in head and "}}" in head:  # with a value in it this may look like another program's placeholder
        return False
    references = list(REFERENCE.finditer(head))
    if len(references) != head.count("$") or any(found[2] or found[4] for found in references):
        return False
    return len(references) <= _MAX_PLAIN_REFERENCES and len(head) * 4 + 40 * len(references) <= MAX_LINE


def _prepare(text: Text) -> tuple[_Form, ...] | None:
    """Cut the line with its references in it; None if that draws a remark, which must then be made at each use."""
    notices = Notices()
    pieces = lex(text, notices)
    return None if notices else tuple(_Form(piece) for piece in pieces)


def _format(text: str) -> str:
    """A format string with a field for each reference."""
    parts: list[str] = []
    start = 0
    for found in REFERENCE.finditer(text):
        parts += _literal(text[start : found.start()]), "{", found[1] or found[3], "}"
        start = found.end()
    return "".join(parts) + _literal(text[start:])


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
