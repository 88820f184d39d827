"""Builds the tree from statements and braces, and recovers where braces are missing or too many.

Structure comes from braces alone.  Indentation is only asked where a fault is already certain: it tells which of
several blocks lost its brace, and what belongs where.  One fault is reported once and does not spoil what follows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from standfast.config.diagnostics import Frame, Span
from standfast.config.notices import Notices
from standfast.config.schema import Block, Declaration, Entries, head_with_brace
from standfast.config.text import BLANKS, Line, Piece
from standfast.config.tree import Statement, Tree, Word

MAX_DEPTH = 40
"""Blocks of the language nest four deep."""

ROOT_ONLY = frozenset(
    (
        "bfd_instance",
        "garp_group",
        "global_defs",
        "static_ipaddress",
        "static_routes",
        "static_rules",
        "virtual_server",
        "virtual_server_group",
        "vrrp_check",
        "vrrp_instance",
        "vrrp_script",
        "vrrp_sync_group",
        "vrrp_track_process",
    )
)
"""Blocks that stand nowhere but at the top: one of these inside another block shows that a ``}`` is missing."""


@dataclass(slots=True)
class _Open:
    """A block that is not closed yet."""

    statement: Statement
    outer: list[Statement]
    """Where statements go after it."""
    schema: Declaration | None
    """What may stand in it, if that is known."""


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A block that, by indentation, was closed by the brace of the block around it."""

    statement: Statement
    outer: list[Statement]
    around: Statement
    """The block that the brace was meant for."""
    chain: tuple[_Open, ...]
    """The blocks that were open around it, outermost first."""


@dataclass(slots=True)
class Builder:
    """Takes pieces in order; :meth:`finish` at the end of the text."""

    notices: Notices
    schema: Block | None = None
    """What may stand at the top level: tells a block that lost its ``{``. Structure comes from braces otherwise."""
    tree: Tree = field(default_factory=Tree)
    _stack: list[_Open] = field(default_factory=list)
    _current: list[Statement] = field(default_factory=list)
    _suspect: _Suspect | None = None
    """The first one in the top-level block that is open."""
    _early: tuple[Statement, str] | None = None
    """A top-level block whose closing brace is indented deeper than its keyword, and that brace's line."""
    _last: Statement | None = None
    """The top-level block that was closed last."""
    _waiting: Statement | None = None
    """The head of a block whose ``{`` has not come yet."""
    _forced: int = 0
    """Blocks that were taken as closed; as many ``}`` too many later on are the same fault."""
    _told: tuple[str, str, int] | None = None
    """The last brace without a keyword or a block: code, file, line."""
    _too_deep: bool = False
    """It was said that blocks nest too deep: that they do not end is the same fault."""
    _strays: int = 0
    """Braces without a keyword in the top-level block that is open; as many ``}`` too few are the same fault."""

    def __post_init__(self) -> None:
        """Begin at the top level."""
        self._current = self.tree.statements

    def inside(self, keyword: str) -> bool:
        """Is the innermost open block one of this keyword?"""
        return bool(self._stack) and self._stack[-1].statement.keyword.text == keyword

    def statement(self, statement: Statement) -> None:
        """Add to the block that is open."""
        head, self._waiting = self._waiting, None
        here = self._here()
        if isinstance(here, Block):
            declared = here.find(statement.keyword.text)
            if head is not None:
                inner = here.find(head.keyword.text)
                inside = inner.find(statement.keyword.text) if isinstance(inner, Block) else None
                if (isinstance(inner, Block) and inside is not None) or (
                    isinstance(inner, Entries) and declared is None
                ):
                    self._imply_brace(head, inner)
                    declared = inside
            if isinstance(declared, Block | Entries):
                self._waiting = statement
        self._current.append(statement)

    def _here(self) -> Declaration | None:
        return self._stack[-1].schema if self._stack else self.schema

    def _imply_brace(self, head: Statement, block: Block | Entries) -> None:
        """Go on as if the ``{`` were there, as keepalived does."""
        span = head.keyword.span
        message = f"`{head.keyword.text}` needs a `{{`"
        hint = head_with_brace(head, block)
        self.notices.add("SF2103", span, message, hint=hint, source=head.source_line, via=head.via)
        self._push(head, span)

    def open(self, brace: Piece, line: Line, via: tuple[Frame, ...]) -> None:
        """A ``{``: the block of the statement before it."""
        span = _span(brace)
        self._waiting = None
        if _is_engines_comment(span, line):
            message = "a template engine's comment was left in"
            hint = "use the file that the template engine writes"
            self.notices.add("SF1310", span, message, hint=hint, source=line.text, via=via)
            return
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
            self._too_deep = True
        if len(self._stack) >= MAX_DEPTH:
            self._current = []

    def _push(self, statement: Statement, span: Span) -> None:
        here = self._here()
        inside = here.find(statement.keyword.text) if isinstance(here, Block) else None
        self._stack.append(_Open(statement, self._current, inside))
        statement.block = []
        statement.opened = span
        self._current = statement.block

    def _stray(self, span: Span, line: Line, via: tuple[Frame, ...]) -> None:
        """No statement before the brace: what it encloses is kept apart from the tree."""
        message = "`{` without a keyword before it: what it encloses is skipped"
        hint = "delete it, or write the block's name"
        if self._first_of_line("SF2003", span):
            self.notices.add("SF2003", span, message, hint=hint, source=line.text, via=via)
        self._strays += 1
        self._push(Statement((Word("{", span),), "{", line.text, via), span)

    def close(self, brace: Piece, line: Line, via: tuple[Frame, ...]) -> None:
        """A ``}``: end of the innermost open block."""
        span = _span(brace)
        self._waiting = None
        if not self._stack:
            self._surplus(span, line, via)
            return
        done = self._stack.pop()
        done.statement.closed = span
        self._current = done.outer
        if not self._stack:
            self._strays = 0
        if _is_stray(done.statement):
            return
        if not self._stack:
            self._suspect = None
            self._last = done.statement
            self._remember_early(done.statement, span, line)
        elif self._suspect is None and line.text.lstrip(BLANKS).startswith("}"):
            self._compare_indentation(done, span)

    def _compare_indentation(self, done: _Open, brace: Span) -> None:
        """Note a brace that stands under the keyword of a block around the one it closes."""
        if _same_file(done.statement, brace) and brace.column < done.statement.keyword.span.column:
            for block in self._stack:
                if _same_file(block.statement, brace) and block.statement.keyword.span.column == brace.column:
                    self._suspect = _Suspect(done.statement, done.outer, block.statement, tuple(self._stack))
                    return

    def _remember_early(self, statement: Statement, brace: Span, line: Line) -> None:
        """Note a brace at the end of a top-level block that stands deeper than it should."""
        own = statement.keyword.span
        if self._early is not None and own.column > self._early[0].keyword.span.column:
            return  # by its indentation still inside the block that was closed early
        deeper = _same_file(statement, brace) and brace.line != own.line and brace.column > own.column
        self._early = (statement, line.text) if deeper else None

    def _surplus(self, span: Span, line: Line, via: tuple[Frame, ...]) -> None:
        if self._forced:
            self._forced -= 1
            return
        if self._early is None or span.column > self._early[0].keyword.span.column:
            last = self._last
            hint = "delete it"
            if last is not None and last.closed is not None:
                hint += f"; {_name(last)} of line {last.keyword.span.line} already ends in line {last.closed.line}"
            if self._first_of_line("SF2002", span):
                message = "`}` closes nothing: one too many"
                self.notices.add("SF2002", span, message, hint=hint, source=line.text, via=via)
            return
        (early, text), self._early = self._early, None
        message = f"`}}` closes {_name(early)} of line {early.keyword.span.line} too early"
        hint = f"delete it, or open a block before it: the `}}` in line {span.line} then ends {_name(early)}"
        self.notices.add("SF2002", early.closed or span, message, hint=hint, source=text, via=via)
        self._take_back(early, span)

    def _first_of_line(self, code: str, brace: Span) -> bool:
        """Is it? Of several braces in a row one is told."""
        place = code, brace.file, brace.line
        first, self._told = place != self._told, place
        return first

    def _take_back(self, early: Statement, brace: Span) -> None:
        """Put what followed a block that was closed too early back into it."""
        column = early.keyword.span.column
        after = _place(early, self.tree.statements) + 1
        behind = self.tree.statements[after:]
        self.tree.statements[after:] = [s for s in behind if s.keyword.span.column <= column]
        early.block = [*(early.block or ()), *(s for s in behind if s.keyword.span.column > column)]
        early.closed = brace

    def _close_all(self, before: Statement) -> None:
        """A top-level block begins inside open ones: those lost their braces."""
        place = before.keyword.span
        where = f"line {place.line}" if _same_file(self._stack[0].statement, place) else f"{place}"
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
        strays, self._strays = self._strays, 0
        open_ones = [entry.statement for entry in self._stack if not _is_stray(entry.statement)]
        too_deep, self._too_deep = self._too_deep, False
        if not open_ones or len(self._stack) <= strays or too_deep:
            return
        if self._suspect is not None and _spoils(self._suspect, self.schema):
            self._suspect = None
        block = open_ones[-1]
        if self._suspect is not None and self._suspect.statement.closed is not None:
            suspect, self._suspect = self._suspect, None
            block = suspect.statement
            line = suspect.statement.closed.line if suspect.statement.closed else 0
            how = f"the `}}` in line {line} stands under {_name(suspect.around)}"
            open_ones = [statement for statement in open_ones if statement is not suspect.around]
            _give_up(suspect)
        others = [statement for statement in open_ones if statement is not block]
        hint = "add the `}` at the end of the block"
        if others:
            hint += ", and of " + ", ".join(f"{_name(o)} of line {o.keyword.span.line}" for o in others[:5])
        span = block.keyword.span
        message = f"block {_name(block)} that begins in line {span.line} has no `}}`: {how}"
        self.notices.add("SF2001", span, message, hint=hint, source=block.source_line, via=block.via)


def _spoils(suspect: _Suspect, root: Declaration | None) -> bool:
    """Does indentation mislead? So it does if :func:`_give_up` would move what fits to where it cannot be meant."""
    around = root
    for entry in suspect.chain:
        if _misplaced(_outside(entry.statement), entry.schema, around):
            return True
        around = entry.schema
    inner = around.find(suspect.statement.keyword.text) if isinstance(around, Block) else None
    return _misplaced(_outside(suspect.statement), inner, around)


def _misplaced(statements: list[Statement], inner: Declaration | None, outer: Declaration | None) -> bool:
    if not isinstance(outer, Block):
        return False
    for statement in statements:
        word = statement.keyword.text
        fits = isinstance(inner, Entries) or (isinstance(inner, Block) and inner.find(word) is not None)
        if fits and outer.find(word) is None:
            return True
    return False


def _outside(statement: Statement) -> list[Statement]:
    """What stands in the block, but by its indentation outside of it."""
    column = statement.keyword.span.column
    inside = statement.block or []
    return inside[next((i for i, child in enumerate(inside) if child.keyword.span.column <= column), len(inside)) :]


def _give_up(suspect: _Suspect) -> None:
    """Each closing brace belongs one block further out, and what stands under a block's own keyword outside of it."""
    _expel(suspect.statement, suspect.outer)
    brace, suspect.statement.closed = suspect.statement.closed, None
    for block in reversed(suspect.chain):
        _expel(block.statement, block.outer)
        block.statement.closed, brace = brace, block.statement.closed


def _expel(statement: Statement, outer: list[Statement]) -> None:
    if _is_stray(statement):
        return
    leaving = _outside(statement)
    at = _place(statement, outer) + 1
    outer[at:at] = leaving
    if leaving and statement.block is not None:
        del statement.block[-len(leaving) :]


def _place(statement: Statement, among: list[Statement]) -> int:
    """Its index, looked for from the end, where it usually is."""
    return next(i for i in reversed(range(len(among))) if among[i] is statement)


def _is_engines_comment(brace: Span, line: Line) -> bool:
    """``{# ... #}`` alone on its line; for us the comment begins at the ``#`` and leaves the brace."""
    text = line.text.strip(BLANKS)
    return text.startswith("{#") and text.endswith("#}") and not line.text[: brace.column - 1].strip(BLANKS)


def _is_stray(statement: Statement) -> bool:
    """Does it only stand for a brace without a keyword? No other word is an unquoted brace."""
    return statement.keyword.text == "{" and not statement.keyword.quoted


def _same_file(statement: Statement, place: Span) -> bool:
    return statement.keyword.span.file == place.file


def _name(statement: Statement) -> str:
    """The block's keyword and name, as a user would say it."""
    return f"`{' '.join(word.text for word in statement.words[:2])}`"


def _span(brace: Piece) -> Span:
    assert brace.span is not None  # noqa: S101 - braces have one, statements have words
    return brace.span
