"""What the parent tells of the daemon as a whole: its status, and what is wrong with its configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable

from standfast import __version__
from standfast.config.diagnostics import SECRETIVE, Diagnostic
from standfast.config.render import entry
from standfast.control.protocol import DaemonStatus, ProcessStatus
from standfast.supervise.family import Family
from standfast.supervise.loader import Report
from standfast.supervise.logpipe import LogPipe


def log_diagnostics(log: LogPipe, report: Report) -> None:
    """A line for each; a hint that quotes a secret stays out of the log."""
    for found in report.diagnostics:
        level = "info" if found.severity == "note" else found.severity
        hint = f" ({found.hint})" if found.hint and found.code not in SECRETIVE else ""
        words = f"{found.span}: {found.message}{hint}"
        log.log(level, "config.diagnostic", words, fields={"code": found.code})


def describe_daemon(
    *,
    family: Family,
    report: Report,
    writer: ProcessStatus,
    turned_at: int,
    started_at: float,
    config_file: str,
    config_id: str,
    run_dir: str,
    last_reload: str,
) -> DaemonStatus:
    """The answer of ``daemon.status``."""
    number = family.generation.number
    return DaemonStatus(
        turned_at=turned_at,
        pid=os.getpid(),
        version=__version__,
        generation=number,
        config_file=config_file,
        config_id=config_id,
        run_dir=run_dir,
        started_at=started_at,
        processes={
            "parent": ProcessStatus(pid=os.getpid(), state="running", generation=number, since=started_at),
            "writer": writer,
            **{name: keeper.status() for name, keeper in family.shown().items()},
        },
        last_reload=last_reload,
        diagnostics=_entries(report.diagnostics),
        away=[] if family.vrrp.speaking else [instance.name for instance in family.generation.instances()],
    )


def _entries(diagnostics: Iterable[Diagnostic]) -> list[dict[str, str | int]]:
    """As `standfast check --json` has them, but for the other places."""
    return [entry(diagnostic) for diagnostic in diagnostics]
