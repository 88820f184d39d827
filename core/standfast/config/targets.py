"""From settings to the targets that are told what happens, each with its options as bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from standfast.config.findings import Findings
from standfast.config.health_model import NoticeTarget
from standfast.config.keywords.notifying import NotifierType, TargetPlace
from standfast.config.kinds import Dropped
from standfast.config.model import Config
from standfast.config.settings import Settings
from standfast.config.tree import Statement
from standfast.containment import at_work


def build_targets(
    settings: Settings, findings: Findings, kinds: Mapping[str, NotifierType], config: Config
) -> tuple[NoticeTarget, ...]:
    """All targets of these kinds. Faulty ones are missing; why stands in ``findings``."""
    found: list[NoticeTarget] = []
    for kind, declared in kinds.items():
        seen: dict[str, Statement | None] = {}
        for name, block in _blocks(settings, declared):
            if name in seen:
                _twice(kind, name, block, seen[name], findings)
                continue
            seen[name] = block.statement
            options = _options(declared, TargetPlace(block, name, findings, config))
            if options is not None:
                found.append(NoticeTarget(kind=kind, name=name, options=options))
    return tuple(found)


def addresses_of(config: Config) -> dict[str, tuple[str, ...]]:
    """Name of each instance -> the addresses it stands for."""
    return {
        each.name: tuple(f"{one.address}/{one.prefix}" for one in (*each.vips, *each.evips))
        for each in config.instances
    }


def _blocks(settings: Settings, declared: NotifierType) -> Iterator[tuple[str, Settings]]:
    if declared.block is None:
        yield declared.name, settings.block("global_defs")
        return
    around = settings
    for part in filter(None, declared.below.split("/")):
        around = around.block(part)
    for block in around.blocks.get(declared.block.name, ()):
        yield str(block.name or declared.block.name), block


def _twice(kind: str, name: str, block: Settings, earlier: Statement | None, findings: Findings) -> None:
    if block.statement is not None and earlier is not None:
        message = f"`{kind} {name}` stands in line {earlier.keyword.span.line} already; this one is left out"
        findings.error("SF6901", block.statement, message, hint="give it another name")


def _options(declared: NotifierType, place: TargetPlace) -> bytes | None:
    """As msgpack; None: left out. What a plugin does wrong here is its own affair."""
    try:
        with at_work(declared.kind):
            options = declared.options(place)
        return None if options is None or isinstance(options, Dropped) else msgspec.msgpack.encode(options)
    except Exception as error:
        at = place.settings.statement
        if at is not None:
            message = f"the plugin of `{declared.kind}` fails on this block ({type(error).__name__}: {error})"
            findings = place.findings
            findings.error("SF6902", at, f"{message}; the target is left out", hint="tell who wrote the plugin")
        return None
