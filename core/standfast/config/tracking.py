"""Trackers with what they look at: names are looked up in the order of the text, as keepalived does it.

A name must be defined above the line that uses it, and the first definition of a name counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from standfast.config.bfd import session
from standfast.config.definitions import DEFINES, Define, opening
from standfast.config.evidence_entries import EvidenceLine
from standfast.config.findings import Findings
from standfast.config.settings import Settings, Value
from standfast.config.suggest import did_you_mean
from standfast.config.track_entries import TrackLine
from standfast.config.tracking_model import SERVICES, Evidence, TrackedKind, Tracker
from standfast.config.tree import Statement

KINDS: dict[str, TrackedKind] = {
    "track_interface": "interface",
    "track_script": "script",
    "track_file": "file",
    "track_process": "process",
    "track_bfd": "bfd",
    "track_check": "check",
}
TRACKERS = frozenset(KINDS)
EVIDENCE = "check_before_master"
AWAITS = "await_services"
READS: dict[str, tuple[TrackedKind, Define]] = {**DEFINES, "bfd_instance": ("bfd", session)}
DEFINED_BY = {"script": "vrrp_script", "file": "track_file", "process": "vrrp_track_process", "bfd": "bfd_instance",
              "check": "vrrp_check"}  # fmt: skip
"""Kind -> the block that defines one, for hints."""


class Placed(NamedTuple):
    """A tracker and the line it stands on."""

    tracker: Tracker
    at: Statement


@dataclass(slots=True)
class Tracking:
    """Everything that is defined, and the trackers of each block, keyed by the block's identity."""

    defined: dict[TrackedKind, dict[str, Any]] = field(default_factory=dict)
    """Kind -> name -> record; None for one that was removed."""
    trackers: dict[int, list[Placed]] = field(default_factory=dict)
    """``id`` of an instance's or a group's settings -> its trackers."""
    evidence: dict[int, tuple[Evidence, ...]] = field(default_factory=dict)
    """``id`` of an instance's settings -> the checks that it asks before it takes over."""
    used: set[tuple[TrackedKind, str]] = field(default_factory=set)
    _places: dict[tuple[TrackedKind, str], Statement] = field(default_factory=dict)

    def of(self, block: Settings) -> list[Placed]:
        """The trackers of an instance or a group."""
        return self.trackers.get(id(block), [])

    def records(self, kind: TrackedKind) -> tuple[Any, ...]:
        """What was defined and not removed."""
        return tuple(record for record in self.defined.get(kind, {}).values() if record is not None)


def look_up(settings: Settings, defaults: Settings, findings: Findings) -> Tracking:
    """Read all definitions and look up every tracker of every instance and group."""
    tracking = Tracking()
    coming = set(_definitions(settings))
    for value in settings.sequence:
        if value.setting in READS and isinstance(value.value, Settings):
            _define(tracking, value, defaults, findings)
        elif value.setting in ("vrrp_instance", "vrrp_sync_group"):
            block: Settings = value.value
            if not TRACKERS.isdisjoint(block.lists):
                tracking.trackers[id(block)] = list(_trackers(tracking, block, coming, findings))
            if block.get(AWAITS, False):
                _await_services(tracking, block, settings, findings)
            if EVIDENCE in block.lists:
                tracking.evidence[id(block)] = tuple(_evidence(tracking, block, coming, findings))
    _name_unused(tracking, settings, findings)
    return tracking


def _await_services(tracking: Tracking, block: Settings, settings: Settings, findings: Findings) -> None:
    at = block.seen[AWAITS]
    if settings.blocks.get("virtual_server"):
        placed = Placed(Tracker(kind="services", name=SERVICES), at)
        tracking.trackers.setdefault(id(block), []).append(placed)
        return
    findings.warning("SF4115", at, f"`{AWAITS}` waits for nothing: there is no `virtual_server`")


def _definitions(settings: Settings) -> Iterator[tuple[TrackedKind, str]]:
    for keyword, (kind, _) in READS.items():
        for block in settings.blocks.get(keyword, ()):
            yield kind, block.name


def _define(tracking: Tracking, value: Value, defaults: Settings, findings: Findings) -> None:
    kind, define = READS[value.setting]
    block: Settings = value.value
    record = define(block, defaults, findings)
    known = tracking.defined.setdefault(kind, {})
    first = tracking._places.get((kind, block.name))
    if first is not None:
        place = first.keyword.span
        message = f"`{value.setting} {block.name}` exists already, at {place}; that one is used"
        findings.warning("SF4108", value.statement, message, hint="give it another name")
        return
    tracking._places[kind, block.name] = opening(block)
    known[block.name] = record


def _trackers(
    tracking: Tracking, block: Settings, coming: set[tuple[TrackedKind, str]], findings: Findings
) -> Iterator[Placed]:
    for keyword, kind in KINDS.items():
        seen: set[str] = set()
        for value in block.all(keyword):
            line: TrackLine = value.value
            if line.name in seen:
                message = f"`{line.name}` stands there twice; this line is ignored"
                findings.error("SF4104", value.statement, message)
                continue
            seen.add(line.name)
            tracker = _tracker(tracking, kind, value, coming, findings)
            if tracker is not None:
                yield Placed(tracker, value.statement)


def _tracker(
    tracking: Tracking, kind: TrackedKind, value: Value, coming: set[tuple[TrackedKind, str]], findings: Findings
) -> Tracker | None:
    line: TrackLine = value.value
    if kind == "interface":
        return Tracker(kind=kind, name=line.name, weight=line.weight or 0, reverse=bool(line.reverse))
    known = tracking.defined.get(kind, {})
    if line.name not in known:
        _unknown(kind, line.name, value.statement, known, findings, later=(kind, line.name) in coming)
        tracking.used.add((kind, line.name))
        return None
    tracking.used.add((kind, line.name))
    record = known[line.name]
    if record is None:
        return None  # why it was removed has been said at its definition
    weight = record.weight if line.weight is None else line.weight
    reverse = record.reverse if line.reverse is None else line.reverse
    return Tracker(kind=kind, name=line.name, weight=weight, reverse=reverse)


def _evidence(
    tracking: Tracking, block: Settings, coming: set[tuple[TrackedKind, str]], findings: Findings
) -> Iterator[Evidence]:
    known = tracking.defined.get("check", {})
    seen: set[str] = set()
    for value in block.all(EVIDENCE):
        line: EvidenceLine = value.value
        tracking.used.add(("check", line.name))
        if line.name in seen:
            findings.error("SF4104", value.statement, f"`{line.name}` stands there twice; this line is ignored")
        elif line.name not in known:
            later = ("check", line.name) in coming
            _unknown("check", line.name, value.statement, known, findings, later=later)
        elif known[line.name] is not None:
            seen.add(line.name)
            holds = known[line.name].on_silence == "fail"
            yield Evidence(name=line.name, reverse=line.reverse, within=line.within, silence_holds=holds)


def _unknown(
    kind: TrackedKind, name: str, at: Statement, known: dict[str, Any], findings: Findings, *, later: bool
) -> None:
    block = DEFINED_BY[kind]
    if later:
        message = f"`{name}` is defined further down; it must stand above its use: the line is ignored"
        findings.error("SF4103", at, message, hint=f"move `{block} {name}` above this block")
        return
    hint = did_you_mean(name, known) or f"define it above: `{block} {name} {{`"
    findings.error("SF4102", at, f"there is no `{block} {name}`; the line is ignored", hint=hint)


def _name_unused(tracking: Tracking, settings: Settings, findings: Findings) -> None:
    used = tracking.used | set(_used_by_checks(settings))
    for (kind, name), at in tracking._places.items():
        if (kind, name) not in used and tracking.defined[kind][name] is not None and kind != "bfd":
            block = at.keyword.text
            hint = f"add it to a `track_{kind}` block, or remove it"
            findings.warning("SF4107", at, f"`{block} {name}` is defined, but nothing tracks it", hint=hint)


def _used_by_checks(settings: Settings) -> Iterator[tuple[TrackedKind, str]]:
    """Files that decide about real servers."""
    services = settings.blocks.get("virtual_server", ())
    servers = [server for service in services for server in service.blocks.get("real_server", ())]
    for around in (*servers, *settings.blocks.get("vrrp_check", ())):
        for check in around.blocks.get("FILE_CHECK", ()):
            statement = check.seen.get("track_file")
            if statement is not None and statement.arguments:
                yield "file", statement.arguments[0].text
