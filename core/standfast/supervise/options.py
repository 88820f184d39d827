"""What a daemon is told when it is started, and the programs of its children."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from standfast.supervise.family import Programs
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.sinks import STDERR, Destination
from standfast.supervise.writer import LogFormat


@dataclass(frozen=True, slots=True)
class Options:
    """What `standfast run` was told."""

    file: str
    config_id: str = ""
    run_dir: Path | None = None
    log_format: LogFormat = "auto"
    log_to: Destination = STDERR
    debug: bool = False
    beside: bool = False
    notes: tuple[str, ...] = ()
    """What to say of the options themselves, once there is a log."""
    respawn: bool = True
    dump_dir: Path | None = None
    """Where dumps go whose name does not say; None: the run directory."""
    pid_files: Mapping[str, Path] = field(default_factory=dict)
    """Role -> file that holds its PID, for those who want one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The programs of the children. Tests bring their own."""

    programs: Programs
    load: Callable[..., Any]
    """As :func:`standfast.config.load.load`; imports what it needs, since it runs in the loader alone."""
    reap: Callable[[Path, bytes, LogPipe], int]
    """As :func:`standfast.supervise.reap.reap_for_parent`: run directory, encoded configuration, log."""
    warm_up: Callable[[], None] = lambda: None
    """Import what the VRRP process, the spawner and ``reap`` need, so that every later fork begins with it."""
