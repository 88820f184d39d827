"""Heads of loops: ``~SEQ(VAR, START, STEP, END)``, ``~SEQx(...)`` and ``~LST(...)`` to the values of each turn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_ARGUMENTS = 63
"""Characters between the parentheses of ``~SEQ``, as keepalived has it."""

HEAD = re.compile(r"[ \t\f\r\v]*~(SEQx?|LST)[ \t]*\(([^)]*)\)[ \t]*")

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9A-Fa-f]{1,15}|[0-9]{1,18})")
_GROUP = re.compile(r"[ \t]*\{([^{}]*)\}[ \t]*(?:,|\Z)")


@dataclass(frozen=True, slots=True)
class Loop:
    """A well-formed head."""

    names: tuple[str, ...]
    turns: Iterable[tuple[str, ...]]
    """For each turn the values of the names."""
    length: int
    """How many turns."""


class BadLoopError(ValueError):
    """A head that is not well formed; ``code`` tells which way."""

    def __init__(self, message: str, code: str = "SF1401") -> None:
        super().__init__(message)
        self.code = code


def loop(kind: str, arguments: str) -> Loop:
    """The loop of ``SEQ``, ``SEQx`` or ``LST`` with its arguments, parameters already expanded. Raises BadLoopError."""
    if kind == "LST":
        return _tuples(arguments) if "{" in arguments else _values(arguments)
    if len(arguments) > MAX_ARGUMENTS:
        raise BadLoopError(f"more than {MAX_ARGUMENTS} characters between the parentheses of a loop: {len(arguments)}")
    name, *numbers = (part.strip(" \t") for part in arguments.split(","))
    start, step, end = _bounds(numbers)
    if kind == "SEQx" and (start < 0 or end < 0):
        raise BadLoopError("`~SEQx` counts in hexadecimal and takes no negative bounds")
    if step == 0 or (end - start) * step < 0:
        raise BadLoopError(f"from {start} to {end} is never reached in steps of {step}", "SF1402")
    turns = range(start, end + (1 if step > 0 else -1), step)
    form = "{:x}" if kind == "SEQx" else "{}"
    return Loop((_name(name),), _Counted(turns, form), len(turns))


@dataclass(frozen=True, slots=True)
class _Counted:
    numbers: range
    form: str

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return ((self.form.format(number),) for number in self.numbers)


def _bounds(numbers: list[str]) -> tuple[int, int, int]:
    """START, STEP, END from one, two or three numbers; a single 0 counts 1, 0."""
    values = [_number(text) for text in numbers]
    if len(values) == 1:
        start = 1 if values[0] >= 0 else -1
        return start, 1 if values[0] >= start else -1, values[0]
    if len(values) == 2:
        return values[0], 1 if values[1] >= values[0] else -1, values[1]
    if len(values) == 3:
        return values[0], values[1], values[2]
    raise BadLoopError(f"a loop takes a name and one to three numbers, not {len(values)}")


def _number(text: str) -> int:
    """C notation: decimal, 0x1f, 017."""
    if not _NUMBER.fullmatch(text):
        raise BadLoopError(f"this is not a number: `{text}`")
    digits = text.lstrip("+-")
    octal = len(digits) > 1 and digits[0] == "0" and digits[1] not in "xX"
    try:
        value = int(digits, 8) if octal else int(digits, 0)
    except ValueError:
        raise BadLoopError(f"this is not an octal number, as the leading 0 says: `{text}`") from None
    return -value if text[0] == "-" else value


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise BadLoopError(f"this is not the name of a parameter: `{text}`")
    return text


def _values(arguments: str) -> Loop:
    name, *values = re.split(r"[ \t]*,[ \t]*|[ \t]+", arguments.strip(" \t"))
    return Loop((_name(name),), [(value,) for value in values], len(values))


def _tuples(arguments: str) -> Loop:
    groups: list[list[str]] = []
    at = 0
    while at < len(arguments):
        found = _GROUP.match(arguments, at)
        if found is None:
            raise BadLoopError(
                f"the members of this list are `{{...}}` with commas between: `{arguments[at:].strip()}`"
            )
        groups.append([part.strip(" \t") for part in found[1].split(",")])
        at = found.end()
    names = tuple(_name(part) for part in groups[0])
    for members in groups[1:]:
        if len(members) > len(names):
            raise BadLoopError(f"{len(members)} values for {len(names)} names: `{{{', '.join(members)}}}`")
    turns = [tuple(members + [""] * (len(names) - len(members))) for members in groups[1:]]
    return Loop(names, turns, len(turns))
