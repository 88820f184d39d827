"""``virtual_server_group``: from lines to groups that can be used."""

from __future__ import annotations

from standfast.config.findings import Findings
from standfast.config.lvs_model import AddressRange, Group, MarkEntry
from standfast.config.settings import Settings
from standfast.values import Family


def groups_of(settings: Settings, findings: Findings) -> dict[str, Group]:
    """Name -> group. Of several with one name the first is found, as in keepalived; faulty ones are missing."""
    groups: dict[str, Group] = {}
    names: set[str] = set()
    for block in settings.blocks.get("virtual_server_group", ()):
        at = block.statement
        if at is not None and block.name in names:
            message = f"there is a `virtual_server_group {block.name}` above; this one is never used"
            findings.warning("SF4510", at, message, hint="give it another name, or put its lines into the first one")
            continue
        names.add(block.name)
        group = _group(block, findings)
        if group is not None:
            groups[group.name] = group
    return groups


def _group(block: Settings, findings: Findings) -> Group | None:
    lines = [value.value for value in block.all("virtual_server_group")]
    ranges = tuple(line for line in lines if isinstance(line, AddressRange))
    marks = tuple(line for line in lines if isinstance(line, MarkEntry))
    at = block.statement
    if not lines and at is not None:
        if not at.block:
            findings.error("SF4511", at, f"`virtual_server_group {block.name}` is empty and left out")
        return None
    group = Group(name=block.name, ranges=ranges, marks=marks)
    if any(mark.family is None for mark in marks) and families(group) == {4, 6} and at is not None:
        message = f"`virtual_server_group {block.name}` has addresses of both IP versions and a mark of none; left out"
        findings.error("SF4512", at, message, hint="write `inet` or `inet6` behind the mark")
        return None
    return group


def families(group: Group) -> set[Family]:
    """The IP versions that its lines name."""
    marked = {mark.family for mark in group.marks if mark.family is not None}
    return {line.first.family for line in group.ranges} | marked
