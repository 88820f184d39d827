"""Parameters: ``$NAME=VALUE``, their expansion, and the built-in ones.

Expansion is late and recursive: what was inserted is scanned again, so a value may mention parameters that are
defined or changed later.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from standfast.config.diagnostics import Frame
from standfast.config.notices import Notices
from standfast.config.templates import REFERENCE, TemplateLine, is_plain
from standfast.config.text import BLANKS, MAX_LINE, Text, too_long

MAX_SUBSTITUTIONS = 1000
"""In one line. Values that expand to nothing could otherwise double without ever growing the line."""

_RESCANNED = re.compile(r"@|~(?:SEQx?|LST)[ \t]*\(")


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

    text: Text
    template: Parameter | None = None
    """The multi-line parameter that ends the line; ``text`` still has the reference to it."""
    reference: tuple[int, int] = (0, 0)
    """Where in the text that reference stands."""
    again: bool = False
    """The line now begins with a condition or a loop that a value brought in: to be processed from the start."""


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
        self.plain: dict[str, str] = {}
        """Values that mean nothing to the language, for prepared lines."""

    def define(self, parameter: Parameter) -> None:
        """Define it, or replace it from here on."""
        self._defined[parameter.name] = parameter
        if parameter.template is None and is_plain(parameter.value):
            self.plain[parameter.name] = parameter.value
        else:
            self.plain.pop(parameter.name, None)

    def seed(self, words: str) -> None:
        """From here on ``${_RANDOM}`` gives the same numbers whenever the same text is read."""
        self._rng = random.Random(words.encode("utf-8", "surrogateescape"))  # noqa: S311 - to be repeated, not to be secret

    def find(self, name: str) -> Parameter | None:
        """A user's parameter."""
        return self._defined.get(name)

    def frames(self, names: Iterable[str], via: tuple[Frame, ...]) -> tuple[Frame, ...]:
        """``via`` with the definitions of these parameters before it."""
        for name in names:
            frame = self._defined[name].frame
            if frame is not None and frame not in via:
                via = (frame, *via)
        return via

    def expand(self, text: Text) -> Expansion:
        """Replace every reference that can be; report those that cannot, and leave them."""
        return _Expander(self, text, self._notices).run()

    def builtin(self, name: str, arguments: list[str]) -> str | None:
        """The value of a built-in parameter; None if none has this name. Raises ValueError for wrong arguments."""
        if name == "_ENV":
            if len(arguments) != 1:
                raise ValueError("`${_ENV NAME}` takes exactly one name")
            return self._environ.get(arguments[0], "")
        if name == "_RANDOM":
            return str(self._rng.randint(*_random_bounds(arguments)))
        # Outside quotes these two begin a comment at the second stripping: people switch lines off with them.
        fixed = {"_PWD": self.directory, "_INSTANCE": self._config_id, "_HASH": "#", "_BANG": "!"}
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
    """The expansion of one line, from left to right; what was inserted is scanned too."""

    def __init__(self, owner: Parameters, text: Text, notices: Notices) -> None:
        self.owner = owner
        self.text = text
        self.notices = notices
        self.active: list[tuple[str, int]] = []
        """Parameters whose value is being scanned, each with the count of characters behind that value."""

    def run(self) -> Expansion:
        """Until no reference is left that can be replaced."""
        at = 0
        for _ in range(MAX_SUBSTITUTIONS):
            found = REFERENCE.search(self.text.text, at)
            if found is None:
                return Expansion(self.text)
            parameter = self.owner.find(found[1] or found[3])
            if parameter is not None and parameter.template is not None and self._ends_line(found):
                return Expansion(self.text, parameter, found.span())
            value = self._value(found, parameter)
            if value is None or not self._insert(found, value, parameter):
                at = found.end()
                continue
            at = found.start()
            if _RESCANNED.match(value) and not self.text.text[:at].strip(BLANKS):
                return Expansion(self.text, again=True)
        message = f"expanding the parameters of this line takes more than {MAX_SUBSTITUTIONS} steps"
        self.notices.say("SF1304", self.text, 0, len(self.text.text), message)
        return Expansion(self.text)

    def _ends_line(self, found: re.Match[str]) -> bool:
        return not found[2] and not self.text.text[found.end() :].strip(BLANKS)

    def _value(self, found: re.Match[str], parameter: Parameter | None) -> str | None:
        """What to insert; None if nothing can be (which was then reported)."""
        if found[4] is not None:
            self._not_recognised(found)
        elif parameter is None:
            return self._builtin(found)
        elif parameter.template is not None:
            self._complain("SF1308", found, f"`{found[0]}` has several lines and must be the last thing on its line")
        elif found[2]:
            self._complain("SF1306", found, f"only built-in parameters take arguments, not `${{{parameter.name}}}`")
        elif self._contains_itself(found, parameter.name):
            self._complain("SF1304", found, f"parameter `${parameter.name}` contains itself")
        else:
            return parameter.value
        return None

    def _contains_itself(self, found: re.Match[str], name: str) -> bool:
        behind = len(self.text.text) - found.start()
        while self.active and self.active[-1][1] >= behind:
            self.active.pop()
        return any(name == active for active, _ in self.active)

    def _builtin(self, found: re.Match[str]) -> str | None:
        name = found[1] or found[3]
        quoted = self.text.text.count('"', 0, found.start()) % 2 == 1
        try:
            value = self.owner.builtin(name, (found[2] or "").split())
        except ValueError as error:
            self._complain("SF1306", found, str(error))
            return None
        if value is None and not quoted:
            self._undefined(found, name)
        return value

    def _insert(self, found: re.Match[str], value: str, parameter: Parameter | None) -> bool:
        old, (start, end) = self.text, found.span()
        text = old.text[:start] + value + old.text[end:]
        if too_long(text):
            message = f"with the value of `{found[0]}` the line would be longer than {MAX_LINE} bytes"
            self._complain("SF1305", found, message)
            return False
        marks = old.explicit_marks()
        place = (marks[start][0], marks[end - 1][1])
        marks = marks[:start] + [place] * len(value) + marks[end:]
        via = old.via
        if parameter is not None:
            via = self.owner.frames((parameter.name,), via)
            if "$" in value:
                self.active.append((parameter.name, len(old.text) - end))
        self.text = Text(text, old.line, via, marks)
        return True

    def _undefined(self, found: re.Match[str], name: str) -> None:
        """Say so where it does harm: in quotes it may well be a shell's variable, inside a word part of a password."""
        before = self.text.text[: found.start()]
        hint = f"define it before its use: `${name}=VALUE`"
        if found[1] is not None or not before.strip(BLANKS):
            self._complain("SF1301", found, f"parameter is not defined here: `{found[0]}`", hint)
        elif before[-1] in BLANKS:
            self._complain("SF1302", found, f"parameter is not defined here, left as it stands: `{found[0]}`", hint)

    def _not_recognised(self, found: re.Match[str]) -> None:
        if self.owner.find(found[4]) is not None:
            message = f"`${found[4]}` is not expanded here, since no blank, comma or `)` follows"
            self._complain("SF1303", found, message, f"write `${{{found[4]}}}`")

    def _complain(self, code: str, found: re.Match[str], message: str, hint: str = "") -> None:
        self.notices.say(code, self.text, *found.span(), message, hint=hint)
