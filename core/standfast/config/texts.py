"""Values in words for people, and as JSON can carry them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from standfast.values import seconds


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
