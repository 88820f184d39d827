"""From files to logical lines: comments, conditions, parameters, templates, loops and includes.

The order of work on a line is the language's own: comment off, ``@`` condition, definition, loop, expansion, comment
off again, include, and what is left is cut at braces and handed to the tree builder.
"""

from __future__ import annotations

import posixpath
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from standfast.config import includes, textfaults
from standfast.config.builder import Builder
from standfast.config.diagnostics import Frame, Span
from standfast.config.lexer import BLANKS, Line, Marks, Piece, blank_out, comment_start, identity, lex, unescape
from standfast.config.loops import HEAD, Loop, LoopFault, loop
from standfast.config.notices import Notices
from standfast.config.parameters import Expansion, Parameter, Parameters, TemplateLine, too_long
from standfast.config.source import Document, Reader
from standfast.config.tree import Statement

_CONDITION = re.compile(r"[ \t\f\r\v]*@(\^?)([^ \t\f\r\v]*)")
_DEFINITION = re.compile(r"[ \t\f\r\v]*\$([^ \t\f\r\v={}$\"]*)([ \t\f\r\v]*)=[ \t\f\r\v]*(.*)\Z", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_PASSWORD = re.compile(r"[ \t\f\r\v]*(?:\S*(?:auth_pass|password|auth_hmac)\S*)[ \t]+\S*\Z")


@dataclass(frozen=True, slots=True)
class Limits:
    """What no real configuration reaches, so that none runs for ever."""

    lines: int = 6_000_000
    """Logical lines in all. Eight interfaces with 32 networks of 254 virtual routers, ten lines each, take 650,000."""
    depth: int = 40
    """Of loops, templates and includes within each other."""
    files: int = 20_000


class Endless(Exception):  # noqa: N818 - it is no fault of ours
    """A limit was reached; the diagnostic is written."""


@dataclass(slots=True)
class _Collecting:
    """A multi-line parameter whose lines are being read."""

    name: str
    frame: Frame
    lines: list[TemplateLine] = field(default_factory=list)


class Preprocessor:
    """Reads files and feeds the builder."""

    def __init__(
        self,
        reader: Reader,
        builder: Builder,
        notices: Notices,
        *,
        config_id: str,
        environ: Mapping[str, str],
        rng: random.Random,
        checks: frozenset[str],
        limits: Limits,
    ) -> None:
        self._reader = reader
        self._builder = builder
        self._notices = notices
        self._config_id = config_id
        self._parameters = Parameters(config_id, environ, rng, notices)
        self._checks = checks
        self._limits = limits
        self._lines = 0
        self._depth = 0
        self._open: list[str] = []
        """Absolute names of the files being read, the main one first."""
        self._directory = ""
        self._replaying: list[str] = []
        self._collecting: _Collecting | None = None
        self.documents: list[Document] = []

    def read(self, document: Document, via: tuple[Frame, ...] = ()) -> None:
        """Process one file with everything it includes. Raises Endless at a limit."""
        outer = self._directory, self._parameters.directory, self._checks
        absolute = self._reader.absolute(document.name)
        self.documents.append(document)
        self._open.append(absolute)
        self._directory = posixpath.dirname(document.name)
        self._parameters.directory = posixpath.dirname(absolute)
        textfaults.check_document(document, self._notices)
        for number, text in enumerate(document.lines, 1):
            self._physical(Line(document.name, number, text[:-1] if text.endswith("\r") else text), via)
        self._finish_template()
        self._open.pop()
        self._directory, self._parameters.directory, self._checks = outer

    def _physical(self, line: Line, via: tuple[Frame, ...]) -> None:
        """One line as it stands in a file."""
        text = line.text
        if too_long(text):
            message = f"line of {len(text.encode('utf-8', 'surrogateescape'))} bytes is ignored: longer than 1023"
            shown = Line(line.file, line.number, text[:200])
            self._notices.add("SF1105", shown.span(None, 0, 200), message, source=shown.text, via=via)
            return
        if "\0" in text:
            at = text.index("\0")
            self._say("SF1104", line, None, at, at + 1, f"NUL byte in column {at + 1}: the line is ignored", via)
            return
        if line.number == 1 and text.startswith(textfaults.BOM):
            text = blank_out(text, 1)
        bare = self._strip_comment(text, None, line, via)
        if not bare.isascii():
            textfaults.check_line(bare, line, via, self._notices)
        if self._collecting is not None:
            self._collect(text, bare.strip(BLANKS), bare, line)
        elif bare.strip(BLANKS):
            self._process(bare, None, line, via)

    def _strip_comment(self, text: str, marks: Marks, line: Line, via: tuple[Frame, ...]) -> str:
        """The text without its comment; says so if that cut a word in two."""
        at = comment_start(text)
        if at < 0:
            return text
        bare, behind = text[:at], text[at + 1 : at + 2]
        if _PASSWORD.match(bare) and behind not in ("", *BLANKS):
            left = bare.split()[-1] if bare[-1] not in BLANKS else "nothing"
            message = f"`{text[at]}` begins a comment in the middle of a password: what is left is `{left}`"
            self._say("SF1201", line, marks, at, len(text), message, via, "write the value in double quotes")
        elif bare and bare[-1] not in BLANKS + "{}#!" and behind not in ("", "#", "!", *BLANKS):
            message = f"`{text[at]}` begins a comment in the middle of a word"
            hint = "write the word in double quotes, or put a blank before the comment"
            self._say("SF1203", line, marks, at, len(text), message, via, hint)
        return bare

    # One logical line

    def _process(self, text: str, marks: Marks, line: Line, via: tuple[Frame, ...]) -> None:
        """A line from a file, a template or a loop, its comment stripped."""
        self._count(line, via)
        head = text.lstrip(BLANKS)
        if head[:1] == "@":
            kept = self._condition(text, line, via)
            if kept is None:
                return
            text, head = kept, kept.lstrip(BLANKS)
        if head[:1] == "$" and self._define(text, marks, line, via):
            return
        if head[:1] == "~" and self._loop(text, marks, line, via):
            return
        if "$" in text:
            expansion = self._parameters.expand(text, marks, line, via)
            if expansion.again or expansion.template is not None:
                self._deeper(expansion, line, via)
                return
            text, marks, via = expansion.text, expansion.marks, expansion.via
            if expansion.changed:
                text = self._strip_comment(text, marks, line, via)
            head = text.lstrip(BLANKS)
        if head.startswith("include") and (found := includes.STATEMENT.match(text)):
            self._include(found, text, marks, line, via)
            return
        for piece in lex(text, marks, line, via, self._notices):
            self._emit(piece, line, via)

    def _count(self, line: Line, via: tuple[Frame, ...]) -> None:
        self._lines += 1
        if self._lines > self._limits.lines:
            raise self._endless(
                line, via, f"more than {self._limits.lines} lines come from loops, templates or includes"
            )

    def _endless(self, line: Line, via: tuple[Frame, ...], message: str) -> Endless:
        span = line.span(None, 0, max(1, len(line.text)))
        self._notices.add("SF1601", span, f"{message}: reading stops", source=line.text, via=via[:8], fatal=True)
        return Endless()

    def _condition(self, text: str, line: Line, via: tuple[Frame, ...]) -> str | None:
        """The rest of a conditional line in its place, or None if the line is for other nodes."""
        found = _CONDITION.match(text)
        if found is None or not found[2]:
            at = text.index("@")
            message = "`@` wants the id of a configuration right behind it: the line is dropped"
            self._say("SF1403", line, None, at, at + 1, message, via, "write `@ID` or `@^ID`, without a blank")
            return None
        if (found[2] == self._config_id) == bool(found[1]):
            return None
        return blank_out(text, found.end())

    def _define(self, text: str, marks: Marks, line: Line, via: tuple[Frame, ...]) -> bool:
        """Take a definition; False if the line is none."""
        found = _DEFINITION.match(text)
        if found is None:
            return False
        name, blanks, value = found.groups()
        start, end = found.start(1) - 1, found.end(1)
        if not _NAME.match(name):
            self._say("SF1311", line, marks, start, end, f"this is not the name of a parameter: `${name}`", via)
            return True
        if blanks:
            message = f"no blank may stand between `${name}` and `=`"
            self._say("SF1307", line, marks, start, end, message, via, f"write `${name}={value.strip(BLANKS)}`")
            return True
        frame = Frame(f"${name} defined here", line.span(marks, start, end))
        value = value.rstrip(BLANKS)
        if value == "\\":
            self._collecting = _Collecting(name, frame)
        else:
            self._parameters.define(Parameter(name, unescape(value, None)[0], frame))
        return True

    def _deeper(self, expansion: Expansion, line: Line, via: tuple[Frame, ...]) -> None:
        """A line whose expansion is processed in its turn: a template's lines, or a condition from a value."""
        if self._depth >= self._limits.depth:
            at = (0, max(1, len(line.text)))
            self._say("SF1304", line, None, *at, "parameters lead into each other without end", via[:8])
            return
        self._depth += 1
        if expansion.template is None:
            self._process(expansion.text, expansion.marks, line, expansion.via)
        else:
            self._replay(expansion.template, expansion, line)
        self._depth -= 1

    # Templates

    def _collect(self, text: str, bare: str, whole: str, line: Line) -> None:
        """One more line of a multi-line parameter; a line without a backslash is its last."""
        assert self._collecting is not None  # noqa: S101 - the caller looked
        if not bare and text.strip(BLANKS):
            return  # a comment; keepalived does not see it either
        last = not bare.endswith("\\")
        content = whole.rstrip(BLANKS) if last else whole.rstrip(BLANKS)[:-1]
        head = content.lstrip(BLANKS)
        if head:
            constant = "$" not in content and head[0] not in "@~" and not head.startswith("include")
            self._collecting.lines.append(TemplateLine(content, line, constant))
        if last:
            self._finish_template()

    def _finish_template(self) -> None:
        if self._collecting is not None:
            done, self._collecting = self._collecting, None
            self._parameters.define(Parameter(done.name, "", done.frame, tuple(done.lines)))

    def _replay(self, template: Parameter, expansion: Expansion, line: Line) -> None:
        """The lines of a template in the place of its reference; what stands before that goes before the first."""
        start, end = expansion.reference
        place = Span(line.file, line.number, start, end)
        if template.name in self._replaying:
            message = f"template `${template.name}` contains itself"
            self._notices.add("SF1304", place, message, source=line.text, via=expansion.via[:8])
            return
        self._replaying.append(template.name)
        via = (Frame(f"${template.name} used here", place), *expansion.via)
        lines = list(template.template or ())
        prefix = expansion.text
        if prefix.strip(BLANKS):
            first = lines.pop(0).text.lstrip(BLANKS) if lines else ""
            marks = (identity(len(prefix)) if expansion.marks is None else expansion.marks)[: len(prefix)]
            self._process(prefix + first, marks + [(start, end)] * len(first), line, expansion.via)
        for item in lines:
            if not item.constant:
                self._process(item.text, None, item.line, via)
                continue
            self._count(line, via)
            if item.pieces is None:
                item.pieces = lex(item.text, None, item.line, via, self._notices)
            for piece in item.pieces:
                self._emit(piece, item.line, via)
        self._replaying.pop()

    # Loops

    def _loop(self, text: str, marks: Marks, line: Line, via: tuple[Frame, ...]) -> bool:
        """Process a loop's turns; False if the line is none."""
        found = HEAD.match(text)
        if found is None:
            return False
        start, end = found.start(1) - 1, len(found[0].rstrip(BLANKS))
        arguments = self._parameters.expand(
            found[2], None if marks is None else marks[found.start(2) :], line, via
        ).text
        shown = f"~{found[1]}({arguments})"
        try:
            turns = loop(found[1], arguments)
        except LoopFault as fault:
            self._say(fault.code, line, marks, start, end, f"{fault}: the line is dropped", via)
            return True
        if turns.length > self._limits.lines:
            raise self._endless(line, via, f"`{shown}` has {turns.length} turns")
        if self._depth >= self._limits.depth:
            self._say("SF1401", line, marks, start, end, "loops stand too deep within each other", via[:8])
            return True
        self._depth += 1
        self._turn(turns, shown, blank_out(text, found.end()), marks, line, line.span(marks, start, end), via)
        self._depth -= 1
        return True

    def _turn(
        self, turns: Loop, shown: str, rest: str, marks: Marks, line: Line, span: Span, via: tuple[Frame, ...]
    ) -> None:
        for number, values in enumerate(turns.turns, 1):
            for name, value in zip(turns.names, values, strict=True):
                self._parameters.define(Parameter(name, value, None))
            self._process(rest, marks, line, (Frame(f"turn {number} of {shown}", span), *via))

    # Includes

    def _include(self, found: re.Match[str], text: str, marks: Marks, line: Line, via: tuple[Frame, ...]) -> None:
        keyword, pattern = found[1], (found[2] or "").rstrip(BLANKS)
        end = len(text.rstrip(BLANKS))
        place = line.span(marks, found.start(1), end)
        if not pattern:
            self._say("SF1505", line, marks, found.start(1), end, f"`{keyword}` wants a file name", via)
            return
        what = includes.find(self._reader, includes.join(self._directory, pattern))
        for check, words in what.problems:
            self._include_problem(check, words, keyword, pattern, place, line, via)
        inner = (Frame("included here", place), *via)
        for name in what.files:
            self._include_file(name, place, line, via, inner)

    def _include_problem(
        self, check: str, words: str, keyword: str, pattern: str, place: Span, line: Line, via: tuple[Frame, ...]
    ) -> None:
        hint = "file names stand without quotes" if '"' in pattern else ""
        if check in includes.CHECKS[keyword] | self._checks:
            message = f"{words}, and `{keyword}` demands it: nothing starts"
            self._notices.add("SF1506", place, message, hint=hint, source=line.text, via=via, fatal=True)
            return
        code = {includes.READ: "SF1503", includes.MATCH: "SF1501"}.get(check, "SF1502")
        tail = ": skipped" if check == includes.READ else ""
        self._notices.add(code, place, words + tail, hint=hint, source=line.text, via=via)

    def _include_file(
        self, name: str, place: Span, line: Line, via: tuple[Frame, ...], inner: tuple[Frame, ...]
    ) -> None:
        if self._reader.absolute(name) in self._open:
            message = f"`{name}` is already being read: it includes itself"
            self._notices.add("SF1504", place, message, source=line.text, via=via)
            return
        if len(self._open) >= self._limits.depth or len(self.documents) >= self._limits.files:
            raise self._endless(line, via, "files include each other without end")
        try:
            data = self._reader.read(name)
        except OSError as error:
            self._include_problem(
                includes.READ, f"`{name}` cannot be read: {error.strerror}", "include", name, place, line, via
            )
            return
        self.read(Document.of(name, data), inner)

    # What comes out

    def _emit(self, piece: Piece, line: Line, via: tuple[Frame, ...]) -> None:
        if piece.words:
            self._builder.statement(Statement(piece.words, piece.raw, line.text, via))
            if piece.words[0].text == "include_check" and self._builder.inside("global_defs"):
                self._include_check(piece, line, via)
        elif piece.raw == "{":
            self._builder.open(piece, line, via)
        else:
            self._builder.close(piece, line, via)

    def _include_check(self, piece: Piece, line: Line, via: tuple[Frame, ...]) -> None:
        self._checks, wrong = includes.level([word.text for word in piece.words[1:]], self._checks)
        for word in piece.words[1:]:
            if word.text in wrong:
                message = f"`include_check` does not take this here: `{word.text}`"
                hint = "the words are read, match, wildcard_match and brace_match, all but the first with + or -"
                self._notices.add("SF1507", word.span, message, hint=hint, source=line.text, via=via)

    def _say(
        self,
        code: str,
        line: Line,
        marks: Marks,
        start: int,
        end: int,
        message: str,
        via: tuple[Frame, ...],
        hint: str = "",
    ) -> None:
        """Report characters ``start:end`` of a text made from ``line``."""
        self._notices.add(code, line.span(marks, start, end), message, hint=hint, source=line.text, via=via)
