"""Kinds and small helpers that several blocks share, mostly for keywords that are not acted on yet."""

from __future__ import annotations

from standfast.config.kinds import Kind
from standfast.config.schema import Keyword, Repeat
from standfast.config.scripts import Script, User

SCRIPT = Script()
IDENTITY = User()


def waiting(
    name: str, kind: Kind, doc: str, example: str, default: str = "", *, reason: str, **more: object
) -> Keyword:
    """A keyword that is read and checked, but not acted on; ``reason`` says why, and what to do instead."""
    return Keyword(name, kind, doc, example, default, acted_on=False, reason=reason, **more)  # type: ignore[arg-type]


def script(name: str, doc: str, repeat: Repeat = "first", *, acted_on: bool = True) -> Keyword:
    """A keyword that names a script: the first one counts."""
    example = f'{name} "/usr/local/bin/event {name}" nobody'
    return Keyword(name, SCRIPT, doc, example, "none", repeat=repeat, acted_on=acted_on, quiet=True)
