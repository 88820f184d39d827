"""``config show`` for people: one line for each value, its origin at the right."""

from __future__ import annotations

from collections.abc import Iterator

from standfast.config.shown import Item, Section, Shown

INDENT = "    "
WIDEST = 44
"""Columns that values may take before their origin moves to the right."""


def lines(document: Shown, *, defaults: bool = True) -> Iterator[str]:
    """Every line; without ``defaults`` only what was said somewhere."""
    yield f"# {document.file}, as {document.config_id or 'nobody'} (read: {', '.join(document.files)})"
    for section in document.sections:
        yield from _section(section, 0, defaults=defaults)


def _section(section: Section, depth: int, *, defaults: bool) -> Iterator[str]:
    items = [each for each in section.items if defaults or each.origin.kind != "default"]
    if not items and not section.sections and not section.origin.line:
        return
    indent = INDENT * depth
    if section.block:
        left_out = "  (left out: see `standfast check`)" if section.left_out else ""
        place = f"  # {section.origin}" if section.origin.line else ""
        yield ""
        yield f"{indent}{section.block} {section.name}".rstrip() + f"{place}{left_out}"
    inner = indent + INDENT if section.block else ""
    yield from (f"{inner}{row}" for row in _rows(items))
    for below in section.sections:
        yield from _section(below, depth + 1, defaults=defaults)


def _rows(items: list[Item]) -> Iterator[str]:
    keywords = max((len(each.keyword) for each in items), default=0)
    values = min(WIDEST, max((len(each.text) for each in items), default=0))
    for each in items:
        yield f"{each.keyword:{keywords}}  {each.text:{values}}  # {each.origin}"
