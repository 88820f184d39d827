"""Shows diagnostics: for people with the line and a caret under the place, for programs as JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from standfast.config.diagnostics import Diagnostic, Frame, Severity

_COLOUR: dict[Severity, str] = {"error": "\033[1;31m", "warning": "\033[1;33m", "note": "\033[1;36m"}
_BOLD, _BLUE, _OFF = "\033[1m", "\033[1;34m", "\033[0m"
_OPEN_BOX = {"\u00a0": "\u2423", "\u3000": "\u2423\u2423"}
"""Blanks that are none, made visible in their own width."""
_MAX_SHOWN = 160
"""Columns of a source line; longer ones are cut around the caret."""


def render(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """One diagnostic as text of several lines, without a line end at the last."""
    paint = _paint if colour else _plain
    span, severity = diagnostic.span, diagnostic.severity
    head = (
        f"{paint(f'{severity}[{diagnostic.code}]', _COLOUR[severity])}: {paint(printable(diagnostic.message), _BOLD)}"
    )
    margin = " " * len(str(span.line))
    lines = [head, f"{margin}{paint('-->', _BLUE)} {printable(str(span))}"]
    if diagnostic.source_line.strip():
        bar = paint("|", _BLUE)
        text, caret = _excerpt(diagnostic)
        lines += [
            f"{margin} {bar}",
            f"{paint(str(span.line), _BLUE)} {bar} {text}".rstrip(),
            f"{margin} {bar} {paint(caret, _COLOUR[severity])}",
        ]
    lines += [f"{margin} {paint('=', _BLUE)} {_step(frame)}" for frame in diagnostic.via]
    if diagnostic.hint:
        lines += ["", f"{paint('hint', _BOLD)}: {printable(diagnostic.hint)}"]
    return "\n".join(lines)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """``2 errors, 1 warning``; empty if there is nothing."""
    found = [diagnostic.severity for diagnostic in diagnostics]
    counts = [(severity, found.count(severity)) for severity in _COLOUR]
    return ", ".join(f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts if count)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Another place that matters: how the text came to be, or the line on another machine."""

    what: str
    file: str
    line: int
    column: int


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One diagnostic. Lines and columns count from 1."""

    severity: Severity
    code: str
    file: str
    line: int
    column: int
    end_column: int
    """The one after the last."""
    message: str
    hint: str
    via: tuple[Place, ...] = ()


class CheckDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What ``check --json`` prints."""

    schema: Literal["standfast.check/1"] = "standfast.check/1"
    diagnostics: tuple[Finding, ...] = ()


def as_json(diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    """The document that ``check --json`` prints."""
    document: dict[str, Any] = msgspec.to_builtins(CheckDocument(diagnostics=tuple(map(_finding, diagnostics))))
    return document


def entry(diagnostic: Diagnostic) -> dict[str, str | int]:
    """One diagnostic without the steps that led to it."""
    found: dict[str, str | int] = msgspec.to_builtins(_finding(diagnostic))
    del found["via"]
    return found


def _finding(diagnostic: Diagnostic) -> Finding:
    span = diagnostic.span
    return Finding(
        severity=diagnostic.severity,
        code=diagnostic.code,
        file=printable(span.file),
        line=span.line,
        column=span.column,
        end_column=span.end,
        message=printable(diagnostic.message),
        hint=printable(diagnostic.hint),
        via=tuple(
            Place(what=printable(f.what), file=printable(f.span.file), line=f.span.line, column=f.span.column)
            for f in diagnostic.via
        ),
    )


def _step(frame: Frame) -> str:
    return f"{printable(frame.what)}: {printable(str(frame.span))}"


def _excerpt(diagnostic: Diagnostic) -> tuple[str, str]:
    """The line and the carets below it, both without tabs and cut to what fits on a screen."""
    cells = [_cell(char) for char in diagnostic.source_line]
    start = min(diagnostic.span.column - 1, len(cells))
    end = max(start + 1, min(diagnostic.span.end - 1, len(cells)))
    first = max(0, start - _MAX_SHOWN // 2) if len(cells) > _MAX_SHOWN else 0
    last = first + _MAX_SHOWN
    before = "".join(cells[first:start])
    marked = "".join(cells[start : min(end, last)])
    caret = " " * _width(before) + "^" * max(1, _width(marked))
    return "".join(cells[first:last]), caret


def _cell(char: str) -> str:
    return "    " if char == "\t" else printable(char)


def printable(text: str) -> str:
    """Nothing that moves the cursor, hides, or cannot be encoded: other people's files end up on a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if char in _OPEN_BOX:
        return _OPEN_BOX[char]
    return f"\\x{ord(char) & 0xFF:02x}" if "\udc80" <= char <= "\udcff" else char.encode("unicode_escape").decode()


def _width(text: str) -> int:
    """Columns on a terminal: Chinese and Japanese characters take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _paint(text: str, colour: str) -> str:
    return f"{colour}{text}{_OFF}"


def _plain(text: str, _colour: str) -> str:
    return text
