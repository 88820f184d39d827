"""The document of ``config show``: what counts, in the words of the file, and where each value comes from."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from standfast.config.kinds import Seconds
from standfast.config.schema import Keyword
from standfast.config.texts import for_programs, text_of
from standfast.config.tree import Statement

HIDDEN = "(not shown)"
SECRETS = frozenset(
    (
        "auth_pass",
        "password",
        "smtp_password",
        "hmac_secret",
        "bearer_token",
        "routing_key",
        "claim_url",
        "key",
        "header",
    )
)
"""Keywords whose values are nobody's business."""


OCTAL = frozenset(("umask",))


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a value comes from."""

    kind: Literal["line", "inherited", "default"]
    inherited_from: str = ""
    """``global_defs``, ``virtual_server``, ``real_server``."""
    file: str = ""
    line: int = 0
    """Of the statement; 0 for a default."""
    written: str = ""
    """The statement, if something else is used than it says."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else ""
        words = {"line": place, "inherited": f"{self.inherited_from}, {place}", "default": "default"}[self.kind]
        return f"{words} (written: {self.written})" if self.written else words


DEFAULT = Origin(kind="default")


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One keyword, or one line of a block of lines, as it counts."""

    keyword: str
    text: str
    """The value for people."""
    value: Any = None
    """For programs; times are microseconds. Null: not set, or a secret."""
    unit: Literal["", "us"] = ""
    origin: Origin


class Section(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One block."""

    block: str
    """Its keyword; empty for what stands at the top level."""
    name: str = ""
    origin: Origin = DEFAULT
    left_out: bool = False
    """It stands in the file, but does not count: ``check`` says why."""
    items: tuple[Item, ...] = ()
    sections: tuple[Section, ...] = ()


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document."""

    schema: Literal["standfast.config/1"] = "standfast.config/1"
    file: str
    files: tuple[str, ...]
    """Everything that was read, the main file first."""
    config_id: str
    sections: tuple[Section, ...]


def line_origin(statement: Statement, *, written: bool = False, inherited_from: str = "") -> Origin:
    """The place of a statement; ``written`` if it is not what counts."""
    span = statement.keyword.span
    return Origin(
        kind="inherited" if inherited_from else "line",
        inherited_from=inherited_from,
        file=span.file,
        line=span.line,
        written=plain(statement) if written else "",
    )


def plain(statement: Statement) -> str:
    """The statement's words with single blanks."""
    if statement.keyword.text in SECRETS:
        return f"{statement.keyword.text} {HIDDEN}"
    return " ".join(f'"{w.text}"' if w.quoted else w.text for w in statement.words)


def item(keyword: str, value: Any, origin: Origin, *, time: bool = False) -> Item:
    """One value with its text."""
    if keyword in SECRETS and value is not None:
        return Item(keyword=keyword, text=HIDDEN, origin=origin)
    octal = keyword in OCTAL and isinstance(value, int)
    return Item(
        keyword=keyword,
        text=f"0{value:o}" if octal else text_of(value, time=time),
        value=for_programs(value),
        unit="us" if time and isinstance(value, int) else "",
        origin=origin,
    )


def is_time(declaration: Keyword) -> bool:
    """Is the value of this keyword microseconds?"""
    return isinstance(declaration.kind, Seconds) or declaration.kind.syntax.endswith(" seconds")
