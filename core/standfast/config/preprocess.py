"""From files to logical lines: comments, conditions, parameters, templates, loops and includes.

The order of work on a line is the language's own: comment off, ``@`` condition, definition, loop, expansion, comment
off again, include, and what is left is cut at braces and handed to the tree builder.
"""

from __future__ import annotations

import posixpath
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from standfast.config import includes, textfaults
from standfast.config.builder import Builder
from standfast.config.diagnostics import Frame, Span
from standfast.config.lexer import code_end, comment_start, fresh_starts, lex, look_for_quotes, unescape
from standfast.config.loops import HEAD, BadLoopError, Loop, loop
from standfast.config.notices import Notices
from standfast.config.parameters import Expansion, Parameter, Parameters
from standfast.config.source import Document, Reader
from standfast.config.templates import TemplateLine
from standfast.config.text import BLANKS, MAX_LINE, Line, Piece, Text, too_long
from standfast.config.tree import Statement

_CONDITION = re.compile(r"[ \t\f\r\v]*@(\^?)([^ \t\f\r\v]*)")
_DEFINITION = re.compile(r"[ \t\f\r\v]*\$([^ \t\f\r\v={}$\"]*)([ \t\f\r\v]*)=[ \t\f\r\v]*(.*)\Z", re.DOTALL)
_NODES_NAMED = 5
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limits:
    """What no real configuration reaches, so that none runs for ever."""

    lines: int = 1_500_000
    """Logical lines in all. Eight interfaces with 32 networks of 254 virtual routers, ten lines each, take 650,000."""
    depth: int = 40
    """Of loops, templates and includes within each other."""
    files: int = 20_000


@dataclass(frozen=True, slots=True)
class Setting:
    """What text can ask about the world around it."""

    config_id: str
    """What ``@ID`` lines compare with."""
    environ: Mapping[str, str]
    rng: random.Random
    checks: frozenset[str]
    """Include check level at the start."""
    limits: Limits


class EndlessError(Exception):
    """A limit was reached; the diagnostic is written."""


@dataclass(slots=True)
class _Collecting:
    """A multi-line parameter whose lines are being read."""

    name: str
    frame: Frame
    lines: list[TemplateLine] = field(default_factory=list)


class Preprocessor:
    """Reads files and feeds the builder."""

    def __init__(self, reader: Reader, builder: Builder, notices: Notices, setting: Setting) -> None:
        self._reader = reader
        self._builder = builder
        self._notices = notices
        self._config_id = setting.config_id
        self._parameters = Parameters(setting.config_id, setting.environ, setting.rng, notices)
        self._checks = setting.checks
        self._limits = setting.limits
        self._lines = 0
        self._depth = 0
        self._turns = 1
        """Of all loops around the line that is processed, multiplied: a promise of how much is to come."""
        self._open: list[str] = []
        """Absolute names of the files being read, the main one first."""
        self._directory = ""
        self._replaying: list[str] = []
        self._circular: set[str] = set()
        """Templates of which it was said that they contain themselves."""
        self._collecting: _Collecting | None = None
        self._nodes: dict[str, Text] = {}
        """Ids of `@ID` lines, each with the first of its lines."""
        self.documents: list[Document] = []

    def read(self, document: Document, via: tuple[Frame, ...] = ()) -> None:
        """Process one file with everything it includes. Raises EndlessError at a limit."""
        outer = self._directory, self._parameters.directory, self._checks
        absolute = self._reader.absolute(document.name)
        self.documents.append(document)
        self._open.append(absolute)
        self._directory = posixpath.dirname(document.name)
        self._parameters.directory = posixpath.dirname(absolute)
        readable = not textfaults.is_no_configuration(document, self._notices)
        if readable:
            textfaults.check_document(document, self._notices)
        for number, line in enumerate(document.lines if readable else (), 1):
            self._physical(Line(document.name, number, line[:-1] if line.endswith("\r") else line), via)
        self._finish_template()
        self._open.pop()
        self._directory, self._parameters.directory, self._checks = outer

    def _physical(self, line: Line, via: tuple[Frame, ...]) -> None:
        """One line as it stands in a file."""
        if too_long(line.text):
            shown = Text(line.text[:100], Line(line.file, line.number, line.text[:100]), via)
            size = len(line.text.encode("utf-8", "surrogateescape"))
            message = f"line of {size} bytes is ignored: longer than {MAX_LINE}"
            self._notices.say("SF1105", shown, 0, len(shown.text), message)
            return
        text = Text(line.text, line, via)
        if "\0" in line.text:
            at = line.text.index("\0")
            self._notices.say("SF1104", text, at, at + 1, f"NUL byte in column {at + 1}: the line is ignored")
            return
        if line.number == 1 and line.text.startswith(textfaults.BOM):
            text = text.without_start(1)
        bare = self._strip_comment(text)
        if not bare.text.isascii():
            textfaults.check_line(bare, self._notices)
        if self._collecting is not None:
            self._collect(self._collecting, bare)
            return
        if bare.text.count('"') % 2:
            look_for_quotes(bare, self._notices)
        if bare.head == "\\" and text.head != "\\":
            textfaults.check_lone_backslash(bare, self._notices)
        elif bare.head:
            self._process(bare)

    def _strip_comment(self, text: Text) -> Text:
        at = comment_start(text.text)
        if at >= 0:
            textfaults.check_comment(text, at, self._notices)
        end, backslash = code_end(text.text)
        if backslash > end:
            return text.cut_out(end, backslash)
        return text if at < 0 else text.cut(end)

    # One logical line

    def _process(self, text: Text) -> None:
        """A line from a file, a template or a loop, its comment stripped."""
        self._count(text)
        if text.head[:1] == "@":
            kept = self._condition(text)
            if kept is None:
                return
            text = kept
        start = text.head[:1]
        if (start == "$" and self._define(text)) or (start == "~" and self._loop(text)):
            return
        if starts := fresh_starts(text.text):
            self._piecewise(text, starts)
            return
        if "$" in text.text:
            expansion = self._parameters.expand(text)
            if expansion.again or expansion.template is not None:
                self._deeper(expansion)
                return
            text = self._strip_comment(expansion.text)
        if "include" in text.text and (found := includes.STATEMENT.match(text.text)):
            self._include(found, text)
            return
        self._emit(lex(text, self._notices), text.line, text.via)

    def _piecewise(self, text: Text, starts: list[int]) -> None:
        """A line of which parts behind braces have to be looked at as if they were lines of their own."""
        begin = 0
        for end in (*starts, len(text.text)):
            self._process(text.cut(end).without_start(begin))
            begin = end

    def _count(self, text: Text) -> None:
        self._lines += 1
        if self._lines > self._limits.lines:
            raise self._endless(text, f"more than {self._limits.lines} lines come from loops, templates or includes")

    def _endless(self, text: Text, message: str) -> EndlessError:
        span = text.span(0, max(1, len(text.text)))
        message = f"{message}: reading stops"
        self._notices.add("SF1601", span, message, source=text.line.text, via=text.via, fatal=True)
        return EndlessError(message)

    def _condition(self, text: Text) -> Text | None:
        """The rest of a conditional line in its place, or None if the line is for other nodes."""
        found = _CONDITION.match(text.text)
        if found is None or not found[2]:
            at = text.text.index("@")
            message = "`@` wants the id of a configuration right behind it: the line is dropped"
            self._notices.say("SF1403", text, at, at + 1, message, hint="write `@ID` or `@^ID`, without a blank")
            return None
        if not found[1]:
            self._nodes.setdefault(found[2], text)
        if (found[2] == self._config_id) == bool(found[1]):
            return None
        return text.without_start(found.end())

    def _define(self, text: Text) -> bool:
        """Take a definition; False if the line is none."""
        found = _DEFINITION.match(text.text)
        if found is None:
            return False
        name, blanks, value = found[1], found[2], found[3].rstrip(BLANKS)
        place = found.start(1) - 1, found.end(1)
        if not _NAME.match(name):
            self._notices.say("SF1311", text, *place, f"this is not the name of a parameter: `${name}`")
        elif blanks:
            message = f"no blank may stand between `${name}` and `=`"
            self._notices.say("SF1307", text, *place, message, hint=f"write `${name}={value}`")
        elif value == "\\":
            self._collecting = _Collecting(name, Frame(f"${name} defined here", text.span(*place)))
        else:
            frame = Frame(f"${name} defined here", text.span(*place))
            self._parameters.define(Parameter(name, unescape(Text(value, text.line)).text, frame))
        return True

    def _deeper(self, expansion: Expansion) -> None:
        """A line whose expansion is processed in its turn: a template's lines, or a condition from a value."""
        text = expansion.text
        if self._depth >= self._limits.depth:
            self._notices.say("SF1304", text, 0, len(text.text), "parameters lead into each other without end")
            return
        self._depth += 1
        if expansion.template is None:
            self._process(text)
        else:
            self._replay(expansion.template, text, *expansion.reference)
        self._depth -= 1

    # Templates

    def _collect(self, collecting: _Collecting, bare: Text) -> None:
        """One more line of a multi-line parameter; a line without a backslash is its last, also one with a comment."""
        stripped = bare.text.rstrip(BLANKS)
        last = not stripped.endswith("\\")
        content = stripped if last else stripped[:-1]
        if content.strip(BLANKS):
            collecting.lines.append(TemplateLine(content, bare.line))
        if last:
            self._finish_template()

    def _finish_template(self) -> None:
        if self._collecting is not None:
            done, self._collecting = self._collecting, None
            self._parameters.define(Parameter(done.name, "", done.frame, tuple(done.lines)))

    def _replay(self, template: Parameter, text: Text, start: int, end: int) -> None:
        """The lines of a template in the place of its reference; what stands before that goes before the first."""
        if template.name in self._replaying:
            if template.name not in self._circular:
                self._notices.say("SF1304", text, start, end, f"template `${template.name}` contains itself")
            self._circular.add(template.name)
            return
        self._replaying.append(template.name)
        lines: Iterable[TemplateLine] = template.template or ()
        place = text.span(start, end)
        if text.text[:start].strip(BLANKS):
            first, *lines = lines or (TemplateLine("", text.line),)
            marks = text.explicit_marks()[:start] + [(place.column, place.end)] * len(first.text.text)
            self._process(Text(text.text[:start] + first.text.text, text.line, text.via, marks))
        via = (Frame(f"${template.name} used here", place), *text.via)
        for item in lines:
            pieces = item.pieces(self._parameters.plain)
            if pieces is None:
                self._process(Text(item.text.text, item.text.line, via))
            else:
                self._count(item.text)
                self._emit(pieces, item.text.line, self._parameters.frames(item.names, via))
        self._replaying.pop()

    # Loops

    def _loop(self, text: Text) -> bool:
        """Process a loop's turns; False if the line is none."""
        found = HEAD.match(text.text)
        if found is None:
            return False
        start, end = found.start(1) - 1, found.end(2) + 1
        marks = text.explicit_marks()[found.start(2) : found.end(2)]
        arguments = self._parameters.expand(Text(found[2], text.line, text.via, marks)).text.text
        shown = f"~{found[1]}({arguments})"
        try:
            turns = loop(found[1], arguments)
        except BadLoopError as error:
            self._notices.say(error.code, text, start, end, f"{error}: the line is dropped")
            return True
        planned = self._turns * max(1, turns.length)
        if planned > self._limits.lines:
            within = f", {planned} with the loops around it" if self._turns > 1 else ""
            raise self._endless(text, f"`{shown}` has {turns.length} turns{within}")
        if self._depth >= self._limits.depth:
            self._notices.say("SF1401", text, start, end, "loops stand too deep within each other")
            return True
        self._depth += 1
        around, self._turns = self._turns, planned
        self._turn(turns, shown, text.without_start(found.end()), text.span(start, end))
        self._turns = around
        self._depth -= 1
        return True

    def _turn(self, turns: Loop, shown: str, rest: Text, span: Span) -> None:
        for number, values in enumerate(turns.turns, 1):
            for name, value in zip(turns.names, values, strict=True):
                self._parameters.define(Parameter(name, value, None))
            frame = Frame(f"turn {number} of {shown}", span)
            self._process(Text(rest.text, rest.line, (frame, *rest.via), rest.marks))

    def end(self) -> None:
        """Everything is read."""
        if not self._config_id or not self._nodes or self._config_id in self._nodes:
            return
        text = next(iter(self._nodes.values()))
        at = text.text.index("@")
        others = ", ".join(list(self._nodes)[:_NODES_NAMED]) + (", ..." if len(self._nodes) > _NODES_NAMED else "")
        message = f"no `@` line is for this node, `{self._config_id}`: they are for {others}"
        self._notices.say("SF1404", text, at, at + 1, message, hint="give the id of this node with `-i`")

    # Includes

    def _include(self, found: re.Match[str], text: Text) -> None:
        keyword, pattern = found[1], (found[2] or "").rstrip(BLANKS)
        start, end = found.start(1), len(text.text.rstrip(BLANKS))
        if not pattern:
            self._notices.say("SF1505", text, start, end, f"`{keyword}` wants a file name")
            return
        statement = _Include(text, text.span(start, end), includes.CHECKS[keyword] | self._checks)
        what = includes.find(self._reader, includes.join(self._directory, pattern))
        for problem in what.problems:
            self._include_problem(statement, *problem)
        for name in what.files:
            self._include_file(statement, name)

    def _include_problem(self, statement: _Include, check: str, words: str) -> None:
        text, place = statement.text, statement.place
        hint = "a file's name stands without quotes" if '"' in text.text else ""
        strict = check in statement.checks
        code = "SF1506" if strict else {includes.READ: "SF1503", includes.MATCH: "SF1501"}.get(check, "SF1502")
        skipped = ": skipped" if check == includes.READ else ""
        tail = ", and that is demanded here: nothing starts" if strict else skipped
        self._notices.add(code, place, words + tail, hint=hint, source=text.line.text, via=text.via, fatal=strict)

    def _include_file(self, statement: _Include, name: str) -> None:
        text, place = statement.text, statement.place
        if self._reader.absolute(name) in self._open:
            message = f"`{name}` is already being read: it includes itself"
            self._notices.add("SF1504", place, message, source=text.line.text, via=text.via)
            return
        if len(self._open) >= self._limits.depth or len(self.documents) >= self._limits.files:
            raise self._endless(text, "files include each other without end")
        try:
            data = self._reader.read(name)
        except OSError as error:
            self._include_problem(statement, includes.READ, f"`{name}` cannot be read: {error.strerror or error}")
            return
        self.read(Document.of(name, data), (Frame("included here", place), *text.via))

    # What comes out

    def _emit(self, pieces: Iterable[Piece], line: Line, via: tuple[Frame, ...]) -> None:
        for piece in pieces:
            if piece.words:
                self._builder.statement(Statement(piece.words, piece.raw, line.text, via))
                if self._builder.inside("global_defs"):
                    self._obey(piece, line, via)
            elif piece.raw == "{":
                self._builder.open(piece, line, via)
            else:
                self._builder.close(piece, line, via)

    def _obey(self, piece: Piece, line: Line, via: tuple[Frame, ...]) -> None:
        """The settings that say how to read what follows."""
        if piece.words[0].text == "include_check":
            self._include_check(piece, line, via)
        elif piece.words[0].text == "random_seed" and (seed := "".join(word.text for word in piece.words[1:2])):
            self._parameters.seed(seed)

    def _include_check(self, piece: Piece, line: Line, via: tuple[Frame, ...]) -> None:
        self._checks, wrong = includes.level([word.text for word in piece.words[1:]], self._checks)
        for word in piece.words[1:]:
            if word.text in wrong:
                message = f"`include_check` does not take this here: `{word.text}`"
                hint = "the words are read, match, wildcard_match and brace_match, all but the first with + or -"
                self._notices.add("SF1507", word.span, message, hint=hint, source=line.text, via=via)


@dataclass(frozen=True, slots=True)
class _Include:
    """An include statement being acted on."""

    text: Text
    place: Span
    checks: frozenset[str]
    """What it demands, the current level included."""
