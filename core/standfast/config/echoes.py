"""Leaves out what only follows from a fault that is told already: one mistake, one diagnostic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.notices import lines_at_fault

BLANK_ALIKE = "SF1106"
ENGINE = "SF1310"
"""``{{ $name }}``: all of it is the template engine's, the parameter too."""
PARAMETER = "SF1302"
SLASHES = "SF1205"
"""``// ...``: of what was meant as a comment no other word is lost."""
UNFILLED = (PARAMETER, "SF1303", "SF1309", SLASHES)
"""A parameter that nobody defined or that is not recognised, ``<x>``: harmless in some text, but wrong as a value."""
LOST_BRACE = "SF2103"
"""What is said of that block's name, or of its being empty, follows from it."""

NO_INCLUDE = ("SF1501", "SF1502", "SF1503")
NOT_THERE = ("SF4102", "SF4111")
"""A name that is used and not defined."""

Place = tuple[str, int]


def without_echoes(first: list[Diagnostic], later: list[Diagnostic]) -> list[Diagnostic]:
    """Both, without faults of binding (``later``) on lines that the parser (``first``) has already called wrong.

    A blank that is none is an error if the line is wrong by it; else it is part of some text, as in a password.
    A value that was not filled in is an error too if nothing can be made of it, and the only one.
    """
    known, wrong = lines_at_fault(first), lines_at_fault(later)
    echoes = _of_unfilled(first, later)
    refused = lines_at_fault(echoes)
    engine = _lines(d for d in first if d.code == ENGINE)
    told: list[Diagnostic] = []
    for d in _without_comments(first):
        place = _place(d)
        if d.code == BLANK_ALIKE and place not in wrong:
            told.append(replace(d, severity="warning"))
        elif d.code in UNFILLED and place in refused:
            told.append(replace(d, severity="error"))
        elif d.code != PARAMETER or place not in engine:
            told.append(d)
    needless = set(map(id, echoes))
    headless = _lines(d for d in later if d.code == LOST_BRACE)
    for d in later:
        follows = _place(d) in known or id(d) in needless or (_place(d) in headless and d.code != LOST_BRACE)
        if not follows:
            told.append(d)
    return _with_lost_includes(told)


def _without_comments(first: list[Diagnostic]) -> list[Diagnostic]:
    """Without what is said of single characters behind ``//``."""
    start = {_place(d): d.span.column for d in first if d.code == SLASHES}
    if not start:
        return first
    return [d for d in first if d.code == SLASHES or d.span.column <= start.get(_place(d), d.span.column)]


def _with_lost_includes(told: list[Diagnostic]) -> list[Diagnostic]:
    """What nobody defines may stand in a file that could not be included."""
    lost = next((d.span for d in told if d.code in NO_INCLUDE), None)
    if lost is None:
        return told
    hint = f"does it stand in what line {lost.line} should include?"
    return [replace(d, hint=hint) if d.code in NOT_THERE and not d.hint.startswith("did you") else d for d in told]


def _of_unfilled(first: list[Diagnostic], later: list[Diagnostic]) -> list[Diagnostic]:
    """What is said of the very text that was not filled in."""
    unfilled: dict[Place, list[Span]] = {}
    for d in first:
        if d.code in UNFILLED:
            unfilled.setdefault(_place(d), []).append(d.span)
    if not unfilled:
        return []
    return [d for d in later if any(_overlap(d.span, span) for span in unfilled.get(_place(d), ()))]


def _lines(diagnostics: Iterable[Diagnostic]) -> set[Place]:
    return set(map(_place, diagnostics))


def _place(diagnostic: Diagnostic) -> Place:
    return diagnostic.span.file, diagnostic.span.line


def _overlap(one: Span, other: Span) -> bool:
    return one.column < other.end and other.column < one.end
