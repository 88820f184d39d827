"""Builds the tree from statements and braces, and recovers where braces are missing or too many.

Structure comes from braces alone.  Indentation is only asked where a fault is already certain: it tells which of
several blocks lost its brace.  One fault is reported once and does not spoil what follows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from standfast.config.diagnostics import Frame, Span
from standfast.config.notices import Notices
from standfast.config.text import BLANKS, Line, Piece
from standfast.config.tree import Statement, Tree, Word

MAX_DEPTH = 40
"""Blocks of the language nest four deep."""

ROOT_ONLY = frozenset((
    "bfd_instance",
    "garp_group",
    "global_defs",
    "static_ipaddress",
    "static_routes",
    "static_rules",
    "virtual_server",
    "virtual_server_group",
    "vrrp_instance",
    "vrrp_script",
    "vrrp_sync_group",
    "vrrp_track_process",
))  # fmt: skip
"""Blocks that stand nowhere but at the top: one of these inside another block shows that a ``}`` is missing."""


@dataclass(slots=True)
class _Open:
    """A block that is not closed yet."""

    statement: Statement
    outer: list[Statement]
    """Where statements go after it."""


@dataclass(slots=True)
class Builder:
    """Takes pieces in order; :meth:`finish` at the end of the text."""

    notices: Notices
    tree: Tree = field(default_factory=Tree)
    _stack: list[_Open] = field(default_factory=list)
    _current: list[Statement] = field(default_factory=list)
    _suspects: list[Statement] = field(default_factory=list)
    """Blocks that, by indentation, were closed by a brace meant for the block around them."""
    _early: tuple[Span, Statement] | None = None
    """A brace that closed a top-level block although it is indented deeper than that block's keyword."""
    _forced: int = 0
    """Blocks that were taken as closed; as many ``}`` too many later on are the same fault."""

    def __post_init__(self) -> None:
        """Begin at the top level."""
        self._current = self.tree.statements

    def inside(self, keyword: str) -> bool:
        """Is the innermost open block one of this keyword?"""
        return bool(self._stack) and self._stack[-1].statement.keyword.text == keyword

    def statement(self, statement: Statement) -> None:
        """Add to the block that is open."""
        self._current.append(statement)

    def open(self, brace: Piece, line: Line, via: tuple[Frame, ...]) -> None:
        """A ``{``: the block of the statement before it."""
        span = _span(brace)
        statement = self._current[-1] if self._current and self._current[-1].block is None else None
        if statement is None:
            self._stray(span, line, via)
            return
        if self._stack and statement.keyword.text in ROOT_ONLY and not statement.keyword.quoted:
            self._current.pop()
            self._close_all(statement)
            self._current.append(statement)
        self._push(statement, span)
        if len(self._stack) == MAX_DEPTH:
            message = f"blocks nest deeper than {MAX_DEPTH}: what is deeper is skipped"
            self.notices.add("SF2004", span, message, source=line.text, via=via)
        if len(self._stack) >= MAX_DEPTH:
            self._current = []

    def _push(self, statement: Statement, span: Span) -> None:
        self._stack.append(_Open(statement, self._current))
        statement.block = []
        statement.opened = span
        self._current = statement.block

    def _stray(self, span: Span, line: Line, via: tuple[Frame, ...]) -> None:
        """No statement before the brace: what it encloses is kept apart from the tree."""
        message = "`{` without a keyword before it: what it encloses is skipped"
        self.notices.add(
            "SF2003", span, message, hint="delete it, or write the block's name", source=line.text, via=via
        )
        self._push(Statement((Word("{", span),), "{", line.text, via), span)

    def close(self, brace: Piece, line: Line, via: tuple[Frame, ...]) -> None:
        """A ``}``: end of the innermost open block."""
        span = _span(brace)
        if not self._stack:
            self._surplus(span, line, via)
            return
        done = self._stack.pop()
        done.statement.closed = span
        self._current = done.outer
        if line.text.lstrip(BLANKS).startswith("}"):
            self._compare_indentation(done.statement, span)

    def _compare_indentation(self, statement: Statement, brace: Span) -> None:
        """Note a brace that stands under another block's keyword than the one it closes."""
        own = statement.keyword.span
        if own.file != brace.file:
            return
        around = [block.statement.keyword.span for block in self._stack]
        if brace.column < own.column and any(s.column == brace.column and s.file == brace.file for s in around):
            self._suspects.append(statement)
        elif brace.column > own.column and not self._stack and own.line != brace.line and self._early is None:
            self._early = (brace, statement)

    def _surplus(self, span: Span, line: Line, via: tuple[Frame, ...]) -> None:
        if self._forced:
            self._forced -= 1
            return
        hint = "delete it"
        if self._early is not None:
            brace, statement = self._early
            hint = f"line {brace.line} already closes {_name(statement)} of line {statement.keyword.span.line}"
            self._early = None
        self.notices.add("SF2002", span, "`}` closes nothing: one too many", hint=hint, source=line.text, via=via)

    def _close_all(self, before: Statement) -> None:
        """A top-level block begins inside open ones: those lost their braces."""
        place = before.keyword.span
        where = f"line {place.line}" if place.file == self._stack[0].statement.keyword.span.file else f"{place}"
        self._report_unclosed(f"{_name(before)} begins inside it in {where}")
        self._forced += len(self._stack)
        self._current = self._stack[0].outer
        self._stack.clear()

    def abandon(self) -> None:
        """Reading stopped in the middle: blocks that are open then are no fault."""
        self._stack.clear()

    def finish(self) -> Tree:
        """The end of the text."""
        if self._stack:
            self._report_unclosed("the file ends inside it")
            self._stack.clear()
        return self.tree

    def _report_unclosed(self, how: str) -> None:
        """Name the block that most likely lost its brace: by indentation, else the innermost that is open."""
        block = self._suspects[0] if self._suspects else self._stack[-1].statement
        self._suspects.clear()
        others = [open_.statement for open_ in self._stack if open_.statement is not block]
        hint = "add the `}` at the end of the block"
        if len(self._stack) > 1:
            begun = ", ".join(f"{_name(other)} of line {other.keyword.span.line}" for other in others[:5])
            hint = f"{len(self._stack)} closing braces are missing; also open: {begun}"
        word = block.keyword
        message = f"block {_name(block)} that begins in line {word.span.line} has no `}}`: {how}"
        self.notices.add("SF2001", word.span, message, hint=hint, source=block.source_line, via=block.via)


def _name(statement: Statement) -> str:
    """The block's keyword and name, as a user would say it."""
    return f"`{' '.join(word.text for word in statement.words[:2])}`"


def _span(brace: Piece) -> Span:
    assert brace.span is not None  # noqa: S101 - braces have one, statements have words
    return brace.span
