"""Formats the text of a configuration: indentation by blocks, one statement a line, no two blank lines in a row.

Words within a line stay as they are written, since blanks in scripts and patterns count. Definitions, loops and
conditional lines stay lines. :func:`same_meaning` makes sure that nothing else has changed either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from standfast.config.diagnostics import Diagnostic
from standfast.config.parser import parse_text
from standfast.config.physical import Kind, Physical, lines
from standfast.config.text import BLANKS
from standfast.config.textfaults import BOM
from standfast.config.tree import Statement

INDENT = "    "
_ID = re.compile(r"^[ \t\f\r\v]*@\^?([^ \t\f\r\v\n]+)", re.M)


class NotFormattableError(ValueError):
    """The text is left as it is. ``diagnostics`` are the faults of structure, if that is why."""

    def __init__(self, words: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(words)
        self.diagnostics: list[Diagnostic] = list(diagnostics)


def formatted(text: str, *, name: str = "<text>") -> str:
    """The text, well laid out. Raises :class:`NotFormattableError` if its blocks are unsound."""
    faults = structure_faults(text, name)
    if faults:
        raise NotFormattableError("its braces do not fit together", faults)
    page = _Page()
    for line in lines(text):
        page.add(line)
    result = page.finish()
    if not same_meaning(text, result):
        raise NotFormattableError("its lines cannot be rearranged without changing what they mean")
    return result


def structure_faults(text: str, name: str) -> list[Diagnostic]:
    """Braces that do not fit, for any of the machines that the file is for."""
    found: dict[tuple[str, str], Diagnostic] = {}
    for node in _nodes(text):
        for fault in parse_text(text, name=name, config_id=node).diagnostics:
            if fault.code.startswith("SF20"):
                found.setdefault((fault.code, str(fault.span)), fault)
    return list(found.values())


def same_meaning(old: str, new: str) -> bool:
    """Do both texts give the same statements on every machine that they name, and on all others?"""
    return all(_outline(old, node) == _outline(new, node) for node in _nodes(old))


def _nodes(text: str) -> list[str]:
    """The ids that conditions of the text ask for, and one that none of them asks for."""
    ids = list(dict.fromkeys(_ID.findall(text)))
    return [*ids, "-".join(["none", *ids])]


def _outline(text: str, node: str) -> list[object]:
    return _shape(parse_text(text, config_id=node).tree.statements)


def _shape(statements: Sequence[Statement]) -> list[object]:
    """Words and raw text without places."""
    return [
        (s.raw, [(word.text, word.quoted) for word in s.words], None if s.block is None else _shape(s.block))
        for s in statements
    ]


@dataclass(slots=True)
class _Page:
    """The new text in the making."""

    rows: list[str] = field(default_factory=list)
    depth: int = 0
    blank: bool = False
    """Is a blank line due before the next one?"""
    joins: bool = False
    """May a ``{`` stand behind the last row?"""
    fresh: bool = False
    """Has a block just begun?"""

    def add(self, line: Physical) -> None:
        if line.kind is Kind.BLANK:
            self.blank = True
        elif line.kind is Kind.COMMENT:
            self._row(line.comment)
        elif line.kind is Kind.CODE:
            self._code(line)
        else:
            self._whole(line)

    def finish(self) -> str:
        return "".join(f"{row}\n" for row in self.rows)

    def _code(self, line: Physical) -> None:
        for start, end in line.cuts():
            piece = line.code[start:end]
            if piece == "{":
                self._open()
            elif piece == "}":
                self._close()
            else:
                self._row(piece)
                self.joins = True
        if line.comment and self.rows:
            self.rows[-1] += f" {line.comment}"
            self.joins = False

    def _open(self) -> None:
        if self.joins:
            self.rows[-1] += " {"
        else:
            self._row("{")
        self.depth += 1
        self.joins = self.blank = False
        self.fresh = True

    def _close(self) -> None:
        self.depth = max(0, self.depth - 1)
        self.blank = self.blank and self.rows[-1].endswith("\\")  # such a blank line ends a parameter
        self._row("}")

    def _whole(self, line: Physical) -> None:
        """A line that stays one; braces in it move what follows."""
        opened = [line.code[start:end] for start, end in line.cuts() if end - start == 1]
        depth = self.depth + opened.count("{") - opened.count("}")
        self.depth = min(self.depth, depth) if line.kind is Kind.CONDITION else self.depth
        self._row(f"{line.code} {line.comment}".rstrip(BLANKS))
        if line.kind is Kind.CONDITION:
            self.depth = max(0, depth)
            self.fresh = line.code.endswith("{")

    def _row(self, text: str) -> None:
        if self.blank and self.rows and not self.fresh:
            self.rows.append("")
        if not self.rows and text.startswith(BOM):
            self.rows.append("")  # at the very start it would be taken for the mark of the file
        self.blank = self.joins = self.fresh = False
        self.rows.append(f"{INDENT * self.depth}{text}")
