"""Singular queries of JSONPath (RFC 9535, 2.3.5.1): names and indexes, which find one value or none. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z_\u0080-\U0010FFFF][0-9A-Za-z_\u0080-\U0010FFFF]*)
      | \[ \s* (?: (?P<index>0|-?[1-9][0-9]{0,14})
                 | "(?P<double>(?:[^"\\]|\\.)*)"
                 | '(?P<single>(?:[^'\\]|\\.)*)' ) \s* \]""",
    re.VERBOSE | re.DOTALL,
)

MISSING = object()
"""There is no such value."""


def parsed(query: str) -> tuple[str | int, ...]:
    """The steps of ``$.status``, ``$.checks[0]["name"]``. Raises :class:`ValueError` saying what is wrong."""
    if not query.startswith("$"):
        raise ValueError("it must begin with `$`")
    steps: list[str | int] = []
    place = 1
    while place < len(query):
        step = _STEP.match(query, place)
        if step is None:
            raise ValueError(f"`{query[place:]}` is neither `.name`, `[number]` nor `['name']`")
        steps.append(_one(step))
        place = step.end()
    return tuple(steps)


def _one(step: re.Match[str]) -> str | int:
    if step["name"] is not None:
        return step["name"]
    if step["index"] is not None:
        return int(step["index"])
    text = step["double"]
    if text is None:
        text = re.sub(r'\\(.)|(")', lambda found: "'" if found[1] == "'" else "\\" + (found[1] or '"'), step["single"])
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except json.JSONDecodeError as error:
        raise ValueError(f"the name in `{step[0]}` cannot be read: {error.msg}") from error


def value_at(document: Any, steps: tuple[str | int, ...]) -> Any:
    """The value, or :data:`MISSING`."""
    for step in steps:
        if isinstance(step, str):
            document = document.get(step, MISSING) if isinstance(document, dict) else MISSING
        elif isinstance(document, list) and -len(document) <= step < len(document):
            document = document[step]
        else:
            return MISSING
        if document is MISSING:
            return MISSING
    return document


def is_value(found: Any, expected: str) -> bool:
    """Is it what is written in a configuration: the text of a string, or JSON (``true``, ``5``, ``null``)?"""
    if isinstance(found, str):
        return found == expected
    try:
        wanted = json.loads(expected)
    except json.JSONDecodeError:
        return False
    return (type(found) is type(wanted) and bool(found == wanted)) or _same_number(found, wanted)


def _same_number(one: Any, other: Any) -> bool:
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in (one, other)) and one == other
