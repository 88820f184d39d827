"""The include family: which files a statement names, and which checks each form makes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from standfast.config.globbing import expand, is_wild
from standfast.config.source import Reader

READ, MATCH, WILDCARD, BRACE = "read", "match", "wildcard_match", "brace_match"
ALL = frozenset((READ, MATCH, WILDCARD, BRACE))
MAIN = frozenset((READ, MATCH, WILDCARD))
"""Checks made for the main file, always."""

CHECKS: dict[str, frozenset[str]] = {
    "include": frozenset(),
    "includer": frozenset((READ,)),
    "includem": frozenset((READ, MATCH)),
    "includew": MAIN,
    "includeb": frozenset((READ, BRACE)),
    "includea": ALL,
}
"""Statement -> what it checks beyond the current level; a failure of these stops the start."""

STATEMENT = re.compile(r"[ \t\f\r\v]*(include[rmwba]?)(?:[ \t\f\r\v]+(.*)|\Z)", re.DOTALL)

_SPELLINGS = {"readable": READ}  # the manual's word for what the program calls `read`


@dataclass(slots=True)
class Found:
    """What a pattern stands for."""

    files: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Check that it concerns, and the words."""


def find(reader: Reader, pattern: str) -> Found:
    """All files of a pattern that can be read, in order, and what is wrong with the others."""
    found = Found()
    empty: list[str] = []
    for alternative in expand(pattern):
        names = reader.glob(alternative)
        if not names:
            empty.append(alternative)
        for name in names:
            reason = reader.refusal(name)
            if reason:
                found.problems.append((READ, f"`{name}` {_phrase(reason)}"))
            elif name not in found.files:
                found.files.append(name)
    for alternative in empty:
        found.problems.append((_kind(pattern, alternative), f"no file matches `{alternative}`"))
    return found


def _kind(pattern: str, alternative: str) -> str:
    if alternative != pattern:
        return BRACE
    return WILDCARD if is_wild(pattern) else MATCH


def _phrase(reason: str) -> str:
    return reason if reason.startswith(("is ", "has ")) else f"cannot be read: {reason}"


def join(directory: str, pattern: str) -> str:
    """A name relative to the including file's directory."""
    return pattern if pattern.startswith("/") or not directory else f"{directory}/{pattern}".replace("//", "/")


def level(words: Iterable[str], current: frozenset[str]) -> tuple[frozenset[str], list[str]]:
    """The level after ``include_check WORDS``, and the words that were not understood.

    Without words all checks are on; a first word without sign replaces the level and implies ``read``.
    """
    words = list(words)
    if not words:
        return ALL, []
    wrong: list[str] = []
    for index, word in enumerate(words):
        sign = word[0] if word[:1] in ("+", "-") else ""
        name = _SPELLINGS.get(word[len(sign) :], word[len(sign) :])
        if name not in ALL or (index and not sign):
            wrong.append(word)
        elif not sign:
            current = frozenset((READ, name))
        else:
            current = current | {name} if sign == "+" else current - {name}
    return current, wrong
