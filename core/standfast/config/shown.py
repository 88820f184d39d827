"""The document of ``config show``: what counts, in the words of the file, and where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from standfast.config.kinds import Seconds
from standfast.config.schema import Keyword
from standfast.config.tree import Statement
from standfast.values import seconds

HIDDEN = "(not shown)"
SECRETS = frozenset(
    ("auth_pass", "password", "smtp_password", "hmac_secret", "bearer_token", "routing_key", "claim_url", "key")
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


def text_of(value: Any, *, time: bool = False) -> str:
    """For people."""
    if value is None or value in ("", ()):
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if time and isinstance(value, int):
        return seconds(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return ", ".join(_parts(value)) if isinstance(value, dict) or _is_record(value) else _joined(value)


def _is_record(value: Any) -> bool:
    """A record without words of its own."""
    return isinstance(value, msgspec.Struct) and type(value).__str__ is object.__str__


def _parts(value: Any) -> Iterator[str]:
    pairs = value.items() if isinstance(value, dict) else msgspec.structs.asdict(value).items()
    yield from (f"{name} {text_of(inner)}" for name, inner in pairs if inner)


def _joined(value: Any) -> str:
    if isinstance(value, frozenset | set):
        value = sorted(value)
    plain = isinstance(value, tuple | list) and type(value).__str__ is object.__str__
    return " ".join(map(text_of, value)) if plain else str(value)


def for_programs(value: Any) -> Any:
    """What JSON can carry: numbers, text, lists, and objects with the fields of records."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if _is_record(value):
        return {name: for_programs(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {str(name): for_programs(inner) for name, inner in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(for_programs(inner) for inner in value)
    if isinstance(value, tuple | list):
        return [for_programs(inner) for inner in value]
    return text_of(value)
