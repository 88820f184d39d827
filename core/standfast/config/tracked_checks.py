"""From ``vrrp_check`` blocks to the checks that the health process makes for VRRP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from standfast.config.findings import Findings
from standfast.config.health_model import TrackedCheck
from standfast.config.keywords.checking import CheckerType
from standfast.config.lvs_checkers import Context, Levels, checkers_of
from standfast.config.lvs_model import Checker, TlsCredentials
from standfast.config.model import Config
from standfast.config.settings import Settings, Value
from standfast.values import SECOND, Address

HERE: Final = Address.parse("127.0.0.1")
"""What is looked at unless a check says `connect_ip`."""

GRACE: Final = 2 * SECOND
"""Part of the time for which a verdict holds, for everything that takes its time between two processes."""

INTERVALS: Final = 3


def tracked_checks(
    settings: Settings,
    config: Config,
    credentials: TlsCredentials | None,
    findings: Findings,
    checkers: Mapping[str, CheckerType],
) -> tuple[TrackedCheck, ...]:
    """Those that an instance or a group tracks or asks; what is wrong with them stands in ``findings``."""
    used = {tracker.name for each in config.instances for tracker in each.trackers if tracker.kind == "check"}
    used |= {tracker.name for each in config.sync_groups for tracker in each.trackers if tracker.kind == "check"}
    used |= {evidence.name for each in config.instances for evidence in each.evidence}
    context = Context(
        settings.block("global_defs"),
        findings,
        checkers,
        track_files={file.name: (file.weight, file.reverse) for file in config.files},
        bfd_sessions=frozenset(session.name for session in config.bfd_sessions),
        credentials=credentials,
    )
    return tuple(_made(settings, used, context))


def _made(settings: Settings, used: set[str], context: Context) -> Iterator[TrackedCheck]:
    seen: set[str] = set()
    for block in settings.blocks.get("vrrp_check", ()):
        if block.name in seen or not any(block.blocks.values()):
            continue  # said where it is defined
        seen.add(block.name)
        found = checkers_of(block, Levels((block, _defaults(block))), HERE, 0, context)
        if len(found) > 1 and block.statement is not None:
            message = f"`vrrp_check {block.name}` has {len(found)} checks in it; only the first one is made"
            hint = "a `vrrp_check` for each, and both in `track_check`"
            context.findings.error("SF6504", block.statement, message, hint=hint)
        if found and block.name in used:
            yield _tracked(block, found[0], watches=context.checkers[found[0].kind].watches)


def _tracked(block: Settings, checker: Checker, *, watches: bool) -> TrackedCheck:
    return TrackedCheck(
        name=block.name,
        kind=checker.kind,
        pace=checker.pace,
        target=checker.target,
        options=checker.options,
        max_age=block.get("max_age", _max_age(checker)),
        runs_program=checker.runs_program,
        watches=watches,
    )


def _max_age(checker: Checker) -> int:
    """Time for three checks. One takes twice `connect_timeout`: for the connection, and for the answer."""
    pace, target = checker.pace, checker.target
    interval = max(pace.delay_loop, pace.delay_before_retry, pace.fast_interval or 0)
    longest = pace.deadline or (2 * target.connect_timeout if target is not None else 0)
    return INTERVALS * interval + longest + GRACE


def _defaults(block: Settings) -> Settings:
    """VRRP wants to know soon: every second unless said otherwise."""
    defaults = Settings(block.statement, block.name)
    if block.statement is not None:
        defaults.scalars["delay_loop"] = Value("delay_loop", SECOND, block.statement)
    return defaults
