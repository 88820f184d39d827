"""The effective configuration block by block, each value with the statement that it was bound from.

Values come from the typed configuration, places from the binding (:class:`standfast.config.settings.Value`); where
both disagree the configuration counts, and what was written is shown beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from standfast.config.load import Loaded
from standfast.config.schema import Block, Declaration, Entries, Keyword
from standfast.config.settings import Settings, Value
from standfast.config.shown import DEFAULT, Item, Origin, Section, Shown, is_time, item, line_origin, plain

INHERITED_BELOW = frozenset(
    [
        *("lvs_method", "weight", "inhibit_on_failure", "alpha", "virtualhost"),
        *("delay_loop", "retry", "delay_before_retry", "warmup", "connect_timeout"),
    ]
)
"""Keywords of a virtual server that count for its real servers, and theirs for their checkers, if these say nothing."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What really counts for a keyword, where that is known."""

    value: Any
    inherits: tuple[str, ...] = ()
    """Keywords of ``global_defs`` that decide if the block says nothing; the first one that is set counts."""
    strict: Origin | None = None
    """Where strict mode was switched on, if that decides."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a block."""

    defaults: Settings
    """``global_defs``."""
    levels: tuple[tuple[str, Settings], ...] = ()
    """The blocks that it inherits from, innermost first, with their names."""

    def inside(self, name: str, settings: Settings) -> Around:
        """One level further in."""
        return Around(self.defaults, ((name, settings), *self.levels))


@dataclass(slots=True)
class Known:
    """What the typed configuration says of one block."""

    counts: Mapping[str, Counts] = field(default_factory=dict)
    """By setting."""
    lines: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    """By name of a block of lines: those that count."""
    left_out: bool = False


Knows = Callable[[str, Settings, Around], Known]
"""Block's keyword, its settings, what is around it -> what is known of it."""


def show(loaded: Loaded, schema: Block, knows: Knows, *, file: str, config_id: str) -> Shown:
    """The whole document; ``knows`` brings in the typed configuration."""
    around = Around(loaded.settings.block("global_defs"))
    top = _section("", schema, loaded.settings, around, knows)
    sections = (Section(block="", items=top.items), *top.sections)
    return Shown(file=file, files=tuple(loaded.files), config_id=config_id, sections=sections)


def _section(path: str, block: Block, settings: Settings, around: Around, knows: Knows) -> Section:
    known = knows(path, settings, around)
    items: list[Item] = []
    sections: list[Section] = []
    for declaration in block:
        if isinstance(declaration, Keyword):
            items += _keyword(declaration, settings, around, known)
        elif isinstance(declaration, Entries):
            items += _lines(declaration, settings, known)
            sections += _named_lines(declaration, settings)
        else:
            here = f"{path}/{declaration.name}" if path else declaration.name
            inner = around.inside(path.rpartition("/")[2], settings) if path else around
            found = settings.blocks.get(declaration.name, [])
            if declaration.name == "global_defs":
                found = found or [Settings()]  # its defaults count without it too
            sections += [_section(here, declaration, each, inner, knows) for each in found]
    origin = line_origin(settings.statement) if settings.statement is not None else DEFAULT
    return Section(
        block=block.name,
        name=str(settings.name or ""),
        origin=origin,
        left_out=known.left_out,
        items=tuple(items),
        sections=tuple(sections),
    )


def _keyword(declaration: Keyword, settings: Settings, around: Around, known: Known) -> Iterator[Item]:
    setting = declaration.setting
    if setting != declaration.name:
        return  # another word for a keyword that is shown by its own name
    if declaration.name in known.lines:
        yield from known.lines[declaration.name]
        return
    values = bound(settings, setting)
    if declaration.retired and not values:
        return
    time = is_time(declaration)
    counts = known.counts.get(setting)
    if counts is not None:
        yield item(setting, counts.value, origin_of(values, counts, around, setting), time=time)
    elif values:
        for value in values:
            yield item(setting, value.value, line_origin(value.statement), time=time)
    else:
        yield _unsaid(declaration, around, time=time)


def _unsaid(declaration: Keyword, around: Around, *, time: bool) -> Item:
    setting = declaration.setting
    inherited = _inherited(setting, around)
    if inherited is not None:
        return item(setting, inherited[1].value, inherited[0], time=time)
    return Item(keyword=setting, text=declaration.default or "not set", origin=DEFAULT)


def bound(settings: Settings, setting: str) -> list[Value]:
    """Everything that was accepted for a setting, in the order of the text."""
    scalar = settings.scalars.get(setting)
    return [scalar] if scalar is not None else settings.all(setting)


def origin_of(values: Sequence[Value], counts: Counts, around: Around, setting: str) -> Origin:
    """Where the value that counts comes from."""
    for value in values:
        if value.value == counts.value:
            return line_origin(value.statement)
    if counts.strict is not None:
        return counts.strict
    if values:
        return line_origin(values[-1].statement, written=True)
    inherited = _inherited(setting, around)
    if inherited is not None and inherited[1].value == counts.value:
        return inherited[0]
    for name in counts.inherits:
        above = around.defaults.scalars.get(name)
        if above is not None:
            return line_origin(above.statement, inherited_from="global_defs")
    return DEFAULT


def _inherited(setting: str, around: Around) -> tuple[Origin, Value] | None:
    if setting in INHERITED_BELOW:
        for name, settings in around.levels:
            value = settings.scalars.get(setting)
            if value is not None:
                return line_origin(value.statement, inherited_from=name), value
    return None


def _lines(declaration: Entries, settings: Settings, known: Known) -> Iterator[Item]:
    if declaration.name in known.lines:
        yield from known.lines[declaration.name]
        return
    for value in settings.all(declaration.name):
        yield line_item(declaration.name, value)


def line_item(name: str, value: Value) -> Item:
    """A line of a block of lines as it is written."""
    text = plain(value.statement)
    return Item(keyword=name, text=text, value=text, origin=line_origin(value.statement))


def _named_lines(declaration: Declaration, settings: Settings) -> Iterator[Section]:
    for named in settings.blocks.get(declaration.name, ()):
        if named.statement is not None:
            items = tuple(line_item(declaration.name, value) for value in named.all(declaration.name))
            origin = line_origin(named.statement)
            yield Section(block=declaration.name, name=str(named.name), origin=origin, items=items)
