"""File name patterns as glob(3) has them with GLOB_BRACE: ``*``, ``?``, ``[...]`` and csh's ``{a,b}``.

Python's own glob lacks the braces and looks at the real disk only; patterns here run over any directory listing.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable

MAX_ALTERNATIVES = 1024
"""``{a,b}{a,b}...`` doubles with each pair; past this the pattern is taken as it stands."""
MAX_MATCHES = 10_000
"""``*/*/*`` over a tree with symbolic links to its own parents has no end; past this the rest is left out."""

_WILD = re.compile(r"[*?\[]")
_INNERMOST = re.compile(r"\{([^{}]*)\}")


def expand(pattern: str) -> list[str]:
    """The alternatives of csh braces, in order; a pattern without braces is its own only alternative."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        text = waiting.pop(0)
        found = _INNERMOST.search(text)
        if found is None:
            done.append(text)
            continue
        waiting[:0] = [text[: found.start()] + choice + text[found.end() :] for choice in found[1].split(",")]
        if len(waiting) + len(done) > MAX_ALTERNATIVES:
            return [pattern]
    return list(dict.fromkeys(done))


def is_wild(pattern: str) -> bool:
    """Has it a character that makes it match more than one name?"""
    return _WILD.search(pattern) is not None


def matches(pattern: str, listing: Callable[[str], Iterable[str]], exists: Callable[[str], bool]) -> list[str]:
    """Existing names that match one pattern without braces, sorted. Hidden names need an explicit dot."""
    if not pattern or not is_wild(pattern):
        return [pattern] if pattern and exists(pattern) else []
    *parents, last = pattern.split("/")
    found = [""]
    for part in parents:
        found = [name + "/" for name in _step(found, part, listing)]
    return [name for name in _step(found, last, listing) if is_wild(last) or exists(name)]


def _step(folders: list[str], part: str, listing: Callable[[str], Iterable[str]]) -> list[str]:
    if not is_wild(part):
        return [folder + part for folder in folders]
    regex = re.compile(fnmatch.translate(part.replace("[^", "[!")))
    hidden = part.startswith(".")
    found = [
        folder + name
        for folder in folders
        for name in sorted(set(listing(folder)))
        if regex.match(name) and (hidden or not name.startswith("."))
    ]
    return found[:MAX_MATCHES]
