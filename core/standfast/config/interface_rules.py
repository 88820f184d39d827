"""What is said of interfaces outside of instances, as a whole: groups of announcements, polling, delays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from standfast.config.definitions import opening
from standfast.config.findings import Findings
from standfast.config.interface_model import AnnouncementGroup
from standfast.config.settings import Settings, Value
from standfast.config.tree import Statement, Word


def announcement_groups(settings: Settings, findings: Findings) -> Iterator[AnnouncementGroup]:
    """All ``garp_group`` blocks that limit something; an interface belongs to the first that names it."""
    taken: set[str] = set()
    for block in settings.blocks.get("garp_group", ()):
        garp, gna = block.get("garp_interval"), block.get("gna_interval")
        at = opening(block)
        if garp is None and gna is None:
            message = "the `garp_group` sets no interval; it is removed"
            findings.error("SF4143", at, message, hint="add a line such as `garp_interval 0.005`")
            continue
        if not any(True for _ in _named(block)):
            message = "the `garp_group` names no interface; it is removed"
            findings.error("SF4143", at, message, hint="add a line such as `interface eth0`")
            continue
        names = list(_free(block, taken, findings))
        if names:
            yield AnnouncementGroup(interfaces=tuple(names), garp_interval=garp, gna_interval=gna)


def _named(block: Settings) -> Iterator[tuple[Statement, Word]]:
    for value in block.all("interface"):
        yield value.statement, value.statement.arguments[0]
    for value in block.all("interfaces"):
        for word in value.value:
            yield value.statement, word


def _free(block: Settings, taken: set[str], findings: Findings) -> Iterator[str]:
    for at, word in _named(block):
        if word.text in taken:
            message = f"`{word.text}` is in a `garp_group` already; it stays in the first one"
            findings.error("SF4144", at, message, word=word)
            continue
        taken.add(word.text)
        yield word.text


def once_each(values: Iterable[Value], findings: Findings) -> Iterator[Any]:
    """Records of lines that begin with an interface; the first line of each counts."""
    seen: set[str] = set()
    for value in values:
        if value.value.name in seen:
            message = f"`{value.value.name}` stands there already; the first line counts"
            findings.warning("SF4144", value.statement, message)
            continue
        seen.add(value.value.name)
        yield value.value
