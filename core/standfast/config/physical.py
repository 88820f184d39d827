"""Physical lines by what they are, without acting on them: for those who keep or rearrange text.

The preprocessor acts on lines; the lossless tree (:mod:`standfast.config.syntax`) and the formatter
(:mod:`standfast.config.layout`) only need to know which lines may be taken apart.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from standfast.config.lexer import brace_positions, code_end, comment_start
from standfast.config.text import BLANKS, too_long
from standfast.config.textfaults import BOM

_DEFINITION = re.compile(r"[ \t\f\r\v]*\$([A-Za-z_]\w*)=[ \t\f\r\v]*(.*)\Z", re.DOTALL | re.ASCII)
CONDITION = re.compile(r"@\^?[^ \t\f\r\v]*[ \t\f\r\v]*")
"""``@ID`` or ``@^ID`` before a statement, with the blanks behind it."""


class Kind(enum.Enum):
    """What may be done with a line."""

    BLANK = "blank"
    COMMENT = "comment"
    CODE = "code"
    """Statements and braces; they may be put on lines of their own."""
    CONDITION = "condition"
    """``@ID`` and what it decides about: everything up to the end of the line. A parameter at the start may be one."""
    WHOLE = "whole"
    """A definition, a loop, a line of a template, or one that is ignored: it means what it means as one line."""


@dataclass(frozen=True, slots=True)
class Physical:
    """One line. ``before + code + after + ending`` is the line as it stands."""

    kind: Kind
    before: str
    """Blanks (and a byte order mark) before the code or the comment."""
    code: str
    """Without blanks around it; empty on blank and comment lines."""
    after: str
    """Blanks and the comment behind the code."""
    ending: str
    """Line feed, perhaps with a carriage return; empty at the end of a text that does not end in one."""

    @property
    def comment(self) -> str:
        """The comment, without the blanks around it."""
        return self.after.strip(BLANKS)

    def cuts(self) -> Iterator[tuple[int, int]]:
        """Pieces of ``code``, as (start, end): statements without blanks around them, and single braces."""
        if self.kind is Kind.WHOLE:
            yield 0, len(self.code)
            return
        start = 0
        for at in (*brace_positions(self.code), len(self.code)):
            piece = self.code[start:at]
            inner = piece.strip(BLANKS)
            if inner:
                first = start + piece.index(inner)
                yield first, first + len(inner)
            if at < len(self.code):
                yield at, at + 1
            start = at + 1


def lines(text: str) -> Iterator[Physical]:
    """Every line of ``text``; joined again they are the text."""
    collecting = False
    start = 0
    while start < len(text):
        found = text.find("\n", start)
        end = len(text) if found < 0 else found + 1
        line = _line(text[start:end], collecting, first=start == 0)
        collecting = _goes_on(line, collecting)
        yield line
        start = end


def _line(line: str, collecting: bool, *, first: bool) -> Physical:
    body = line[:-1] if line.endswith("\n") else line
    body = body[:-1] if body.endswith("\r") else body
    ending = line[len(body) :]
    lead = BOM if first and body.startswith(BOM) else ""
    ignored = "\0" in body or too_long(body)
    at = -1 if ignored else comment_start(body[len(lead) :])
    bare = body if at < 0 else body[: len(lead) + at]
    code = bare[len(lead) :].strip(BLANKS)
    before = bare[: bare.index(code, len(lead))] if code else bare
    after = body[len(before) + len(code) :]
    return Physical(_kind(code, after, collecting or ignored), before, code, after, ending)


def _kind(code: str, after: str, whole: bool) -> Kind:
    if not code:
        return Kind.COMMENT if after.strip(BLANKS) else Kind.BLANK
    if whole or code[0] == "~" or _DEFINITION.match(code):
        return Kind.WHOLE
    return Kind.CONDITION if code[0] in "@$" else Kind.CODE


def _goes_on(line: Physical, collecting: bool) -> bool:
    """Is the next line one more line of a multi-line parameter?"""
    whole = line.before + line.code + line.after
    end, backslash = code_end(whole)
    if backslash < 0 or collecting:
        return backslash >= 0
    found = _DEFINITION.match(whole[:end]) if line.kind is Kind.WHOLE else None
    return found is not None and not found[2]
