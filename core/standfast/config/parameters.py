"""Parameters: ``$NAME=VALUE``, their expansion, and the built-in ones.

Expansion is late and recursive: what was inserted is scanned again, so a value may mention parameters that are
defined or changed later.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from standfast.config.diagnostics import Frame
from standfast.config.lexer import BLANKS, Line, Marks, Piece, identity
from standfast.config.notices import Notices

MAX_LINE = 1023
"""Bytes in a line, before and after expansion."""
MAX_SUBSTITUTIONS = 1000
"""In one line. Values that expand to nothing could otherwise double without ever growing the line."""

_REFERENCE = re.compile(
    r"\$(?:\{([A-Za-z_]\w*)((?:[ \t]+\w+)*)\}|([A-Za-z_]\w*)(?=[ \t,)]|\Z)|([A-Za-z_]\w*))", re.ASCII
)
_RESCANNED = re.compile(r"@|~(?:SEQx?|LST)[ \t]*\(")


@dataclass(slots=True)
class TemplateLine:
    """One line of a multi-line parameter."""

    text: str
    line: Line
    constant: bool
    """Nothing in it changes from use to use, so it is cut into pieces only once."""
    pieces: tuple[Piece, ...] | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A defined parameter."""

    name: str
    value: str
    frame: Frame | None
    """Where it was defined; None for the variable of a loop, whose turn is a frame already."""
    template: tuple[TemplateLine, ...] | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """A line after expansion."""

    text: str
    marks: Marks
    via: tuple[Frame, ...]
    changed: bool
    template: Parameter | None = None
    """The multi-line parameter that ends the line; ``text`` is what stands before it."""
    reference: tuple[int, int] = (0, 0)
    """Columns of the reference to the template."""
    again: bool = False
    """The line now begins with a condition or a loop that a value brought in: to be processed from the start."""


def too_long(text: str) -> bool:
    """Is it longer than a line may be? Blanks around it do not count."""
    if len(text) * 4 <= MAX_LINE:
        return False
    return len(text.strip(BLANKS).encode("utf-8", "surrogateescape")) > MAX_LINE


class Parameters:
    """All parameters defined so far."""

    def __init__(self, config_id: str, environ: Mapping[str, str], rng: random.Random, notices: Notices) -> None:
        self._defined: dict[str, Parameter] = {}
        self._config_id = config_id
        self._environ = environ
        self._rng = rng
        self._notices = notices
        self.directory = "/"
        """``${_PWD}``: absolute directory of the current file."""

    def define(self, parameter: Parameter) -> None:
        """Define it, or replace it from here on."""
        self._defined[parameter.name] = parameter

    def expand(self, text: str, marks: Marks, line: Line, via: tuple[Frame, ...]) -> Expansion:
        """Replace every reference that can be; report those that cannot, and leave them."""
        return _Expander(self, text, marks, line, via, self._notices).run()

    def find(self, name: str) -> Parameter | None:
        """A user's parameter."""
        return self._defined.get(name)

    def builtin(self, name: str, arguments: list[str], quoted: bool) -> str | None:
        """The value of a built-in parameter; None if there is none of this name. Raises ValueError for its arguments."""
        if name == "_ENV":
            if len(arguments) != 1:
                raise ValueError("`${_ENV NAME}` takes exactly one name")
            return self._environ.get(arguments[0], "")
        if name == "_RANDOM":
            return str(self._rng.randint(*_random_bounds(arguments)))
        # Outside quotes the character would begin a comment at the second stripping; the backslash keeps it.
        escape = "" if quoted else "\\"
        fixed = {
            "_PWD": self.directory,
            "_INSTANCE": self._config_id,
            "_HASH": f"{escape}#",
            "_BANG": f"{escape}!",
        }
        if arguments and name in fixed:
            raise ValueError(f"`${{{name}}}` takes no arguments")
        return fixed.get(name)


def _random_bounds(arguments: list[str]) -> tuple[int, int]:
    if len(arguments) > 2 or not all(re.fullmatch(r"[0-9]{1,10}", argument) for argument in arguments):
        raise ValueError("`${_RANDOM MIN MAX}` takes up to two whole numbers")
    low = int(arguments[0]) if arguments else 0
    high = int(arguments[1]) if len(arguments) > 1 else max(32767, low)
    if low > high:
        raise ValueError(f"the smaller number comes first in `${{_RANDOM {low} {high}}}`")
    return low, high


class _Expander:
    """The expansion of one line."""

    def __init__(
        self, owner: Parameters, text: str, marks: Marks, line: Line, via: tuple[Frame, ...], notices: Notices
    ) -> None:
        self.owner, self.line, self.via, self.notices = owner, line, via, notices
        self.text = text
        self.marks = marks
        self.active: list[tuple[str, int]] = []
        """Parameters whose value is being scanned, each with the count of characters behind that value."""
        self.changed = False

    def run(self) -> Expansion:
        """Scan from left to right; what was inserted is scanned too."""
        at = 0
        for _ in range(MAX_SUBSTITUTIONS):
            found = _REFERENCE.search(self.text, at)
            if found is None:
                return self._result()
            if found[4] is not None:
                self._not_recognised(found)
                at = found.end()
                continue
            parameter = self.owner.find(found[1] or found[3])
            if parameter is not None and parameter.template is not None and not found[2]:
                if not self.text[found.end() :].strip(BLANKS):
                    return self._template(found, parameter)
                self._complain("SF1308", found, f"`{found[0]}` has several lines and must be the last on its line")
                at = found.end()
                continue
            value = self._value(found, parameter)
            if value is None or not self._insert(found, value, parameter):
                at = found.end()
                continue
            at = found.start()
            if _RESCANNED.match(value) and not self.text[:at].strip(BLANKS):
                return Expansion(self.text, self.marks, self.via, True, again=True)
        message = f"expanding the parameters of this line takes more than {MAX_SUBSTITUTIONS} steps"
        span = self.line.span(None, 0, max(1, len(self.line.text)))
        self.notices.add("SF1304", span, message, source=self.line.text, via=self.via)
        return self._result()

    def _result(self) -> Expansion:
        return Expansion(self.text, self.marks, self.via, self.changed)

    def _template(self, found: re.Match[str], parameter: Parameter) -> Expansion:
        span = self.line.span(self.marks, *found.span())
        before = self.text[: found.start()]
        return Expansion(before, self.marks, self.via, self.changed, parameter, (span.column, span.end))

    def _value(self, found: re.Match[str], parameter: Parameter | None) -> str | None:
        """What to insert; None if nothing (reported)."""
        name = found[1] or found[3]
        arguments = (found[2] or "").split()
        if parameter is None:
            quoted = self.text.count('"', 0, found.start()) % 2 == 1
            try:
                value = self.owner.builtin(name, arguments, quoted)
            except ValueError as error:
                self._complain("SF1306", found, str(error))
                return None
            if value is None:
                self._undefined(found, name, quoted)
            return value
        if arguments:
            self._complain("SF1306", found, f"only built-in parameters take arguments, not `${{{name}}}`")
            return None
        behind = len(self.text) - found.start()
        while self.active and self.active[-1][1] >= behind:
            self.active.pop()
        if any(name == active for active, _ in self.active):
            self._complain("SF1304", found, f"parameter `${name}` contains itself")
            return None
        return parameter.value

    def _insert(self, found: re.Match[str], value: str, parameter: Parameter | None) -> bool:
        start, end = found.span()
        text = self.text[:start] + value + self.text[end:]
        if too_long(text):
            self._complain(
                "SF1305", found, f"with the value of `{found[0]}` the line would be longer than {MAX_LINE} bytes"
            )
            return False
        marks = identity(len(self.text)) if self.marks is None else self.marks
        place = (marks[start][0], marks[end - 1][1])
        self.marks = marks[:start] + [place] * len(value) + marks[end:]
        if "$" in value:
            self.active.append((parameter.name if parameter else "", len(self.text) - end))
        if parameter is not None and parameter.frame is not None and parameter.frame not in self.via:
            self.via = (parameter.frame, *self.via)
        self.text = text
        self.changed = True
        return True

    def _undefined(self, found: re.Match[str], name: str, quoted: bool) -> None:
        """Say so where it does harm: in quotes it may well be a shell's variable, inside a word part of a password."""
        first = not self.text[: found.start()].strip(BLANKS)
        hint = f"define it before its use: `${name}=VALUE`"
        if not quoted and (found[1] is not None or first):
            self._complain("SF1301", found, f"parameter is not defined here: `{found[0]}`", hint)
        elif not quoted and self.text[found.start() - 1] in BLANKS:
            self._complain("SF1302", found, f"parameter is not defined here, left as it stands: `{found[0]}`", hint)

    def _not_recognised(self, found: re.Match[str]) -> None:
        if self.owner.find(found[4]) is not None:
            message = f"`${found[4]}` is not expanded here, since no blank, comma or `)` follows"
            self._complain("SF1303", found, message, f"write `${{{found[4]}}}`")

    def _complain(self, code: str, found: re.Match[str], message: str, hint: str = "") -> None:
        span = self.line.span(self.marks, *found.span())
        self.notices.add(code, span, message, hint=hint, source=self.line.text, via=self.via)
