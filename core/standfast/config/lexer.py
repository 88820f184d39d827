"""Cuts lines into pieces: comments off, statements apart at braces, statements into words, each with its place.

Columns survive what the preprocessor does to a line through *marks*: for every character the columns (start, end) in
the file that it stands for.  None means that nothing was inserted: character ``i`` stands in column ``i + 1``.
"""

from __future__ import annotations

import re

import msgspec

from standfast.config.diagnostics import Frame, Span
from standfast.config.notices import Notices
from standfast.config.tree import Word

BLANKS = " \t\f\r\v"
"""White space between words. Not Python's idea of it: a no-break space is part of a word."""

Marks = list[tuple[int, int]] | None

_IDENTITY = [(column, column + 1) for column in range(1, 2048)]
_COMMENT = re.compile(r'"[^"]*(?:"|\Z)|\\[#!]|[#!]')
_ESCAPED = re.compile(r'"[^"]*(?:"|\Z)|\\([#!])')
_WORD = re.compile(r'"([^"]*)"|[^ \t\f\r\v"]+|"')
_CUT = re.compile(r'"[^"]*(?:"|\Z)|\$\{[^{}"]*\}|\{\{[^{}"]*\}\}|\{%[^"]*?%\}|[{}]')
_NAME_REFERENCE = re.compile(r"\$\{[A-Za-z_]\w*(?:[ \t]+\w+)*\}", re.ASCII)
_PLACEHOLDER = re.compile(r'"[^"]*(?:"|\Z)|<[A-Za-z_][\w .:-]*>')
_TRAILING_BRACE = re.compile(r"[{}][ \t\f\r\v]*\Z")


class Line(msgspec.Struct, frozen=True, gc=False):
    """A physical line, as the place of what was made of it."""

    file: str
    number: int
    text: str
    """As it stands in the file, without its line end."""

    def span(self, marks: Marks, start: int, end: int) -> Span:
        """The place of characters ``start:end`` (at least one) of a text made from this line."""
        if marks is None:
            return Span(self.file, self.number, start + 1, end + 1)
        return Span(self.file, self.number, marks[start][0], marks[end - 1][1])


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A statement's words, or one brace."""

    words: tuple[Word, ...]
    """Empty for a brace."""
    raw: str
    """The statement's text, or ``{`` or ``}``."""
    span: Span | None
    """Of a brace."""


def identity(length: int) -> list[tuple[int, int]]:
    """Marks that say what None says, to be changed."""
    if length <= len(_IDENTITY):
        return _IDENTITY[:length]
    return [(column, column + 1) for column in range(1, length + 1)]


def blank_out(text: str, end: int) -> str:
    """The text with everything before ``end`` made blank, so that columns stay."""
    return " " * end + text[end:]


def comment_start(text: str) -> int:
    """Where the comment begins, or -1. Double quotes protect, also one that is not closed; so does a backslash."""
    if "#" not in text and "!" not in text:
        return -1
    return next((found.start() for found in _COMMENT.finditer(text) if found[0] in ("#", "!")), -1)


def unescape(text: str, marks: Marks) -> tuple[str, Marks]:
    r"""Turn ``\#`` and ``\!`` outside double quotes into the character alone."""
    if "\\#" not in text and "\\!" not in text:
        return text, marks
    kept = identity(len(text)) if marks is None else marks
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    start = 0
    for found in _ESCAPED.finditer(text):
        if found[1] is not None:
            at = found.start()
            parts += text[start:at], found[1]
            places += [*kept[start:at], (kept[at][0], kept[at + 1][1])]
            start = found.end()
    return "".join(parts) + text[start:], places + kept[start : len(text)]


def split_words(text: str, marks: Marks, line: Line, start: int, end: int) -> tuple[Word, ...]:
    """The words of ``text[start:end]``. A quoted run is always a word of its own; after an unmatched quote all is lost."""
    words: list[Word] = []
    for found in _WORD.finditer(text, start, end):
        if found.lastindex:
            words.append(Word(found[1], line.span(marks, *found.span()), True))
        elif found[0] != '"':
            words.append(Word(found[0], line.span(marks, *found.span())))
        elif words:
            break
    return tuple(words)


def lex(text: str, marks: Marks, line: Line, via: tuple[Frame, ...], notices: Notices) -> tuple[Piece, ...]:
    """Statements and braces of one logical line, comments stripped and parameters expanded."""
    text, marks = unescape(text, marks)
    _Suspicions(text, marks, line, via, notices).look()
    if "{" not in text and "}" not in text:
        return _statement(text, marks, line, 0, len(text))
    pieces: list[Piece] = []
    start = 0
    for at in _braces(text):
        pieces += _statement(text, marks, line, start, at)
        pieces.append(Piece((), text[at], line.span(marks, at, at + 1)))
        start = at + 1
    pieces += _statement(text, marks, line, start, len(text))
    return tuple(pieces)


def _statement(text: str, marks: Marks, line: Line, start: int, end: int) -> tuple[Piece, ...]:
    words = split_words(text, marks, line, start, end)
    return (Piece(words, text[start:end].strip(BLANKS), None),) if words else ()


def _braces(text: str) -> list[int]:
    """Where braces cut: not in quotes, and not those of a placeholder that nobody filled in.

    An unclosed quote would hide the brace at the line's end and wreck all that follows; that brace is taken as meant.
    """
    found = [match.start() for match in _CUT.finditer(text) if match[0] in ("{", "}")]
    if text.count('"') % 2 and (trailing := _TRAILING_BRACE.search(text)) and trailing.start() not in found:
        found.append(trailing.start())
    return found


class _Suspicions:
    """What is wrong with a line as text, whatever it means."""

    def __init__(self, text: str, marks: Marks, line: Line, via: tuple[Frame, ...], notices: Notices) -> None:
        self.text, self.marks, self.line, self.via, self.notices = text, marks, line, via, notices

    def look(self) -> None:
        """Report them."""
        text = self.text
        if '"' in text and text.count('"') % 2:
            message = "a double quote opens here and is not closed: what follows is lost"
            self._add("SF1202", text.rindex('"'), len(text), message, "close it on the same line")
        if "<" in text and ">" in text:
            self._placeholders()
        if "{{" in text or "{%" in text or "${" in text:
            self._templates()

    def _placeholders(self) -> None:
        for found in _PLACEHOLDER.finditer(self.text):
            if found[0][0] == "<":
                message = f"placeholder was not filled in: `{found[0]}`"
                self._add("SF1309", *found.span(), message, "write the value, without the angle brackets")

    def _templates(self) -> None:
        for found in _CUT.finditer(self.text):
            token = found[0]
            if token.startswith("{") and len(token) > 1:
                message = f"a template engine's placeholder was not filled in: `{token}`"
                self._add("SF1310", *found.span(), message, "use the file that the template engine writes")
            elif token.startswith("${") and not _NAME_REFERENCE.fullmatch(token):
                message = f"this is no parameter: `{token}`"
                hint = "a parameter's name has letters, digits and `_`; was a template not filled in?"
                self._add("SF1301", *found.span(), message, hint)

    def _add(self, code: str, start: int, end: int, message: str, hint: str) -> None:
        span = self.line.span(self.marks, start, end)
        self.notices.add(code, span, message, hint=hint, source=self.line.text, via=self.via)
