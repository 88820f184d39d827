"""What must be true of this host before anything is spoken: the place is ours, and nobody else is at it."""

from __future__ import annotations

import errno
import grp
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from standfast.net.namespaces import NoSuchNamespace, enter
from standfast.supervise.desk import listen
from standfast.supervise.generation import Essentials
from standfast.supervise.keeper import Place
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.rivals import find_rivals
from standfast.supervise.rundir import HeldError, RunDir, default_path
from standfast.supervise.setup import NO_LINES, ChildEntry, Lines

EX_FATAL = 1
EX_PERMISSION = 4


class CannotStart(Exception):  # noqa: N818 - a verdict, not a fault of the program
    """``str()`` says why and what to do."""

    def __init__(self, words: str, status: int = EX_FATAL) -> None:
        super().__init__(words)
        self.status = status
        """What the daemon ends with."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run directory and network namespace that are ours."""

    run_dir: RunDir
    leftovers: bool
    """An earlier run has not cleaned up: its processes were still there, or its state file is."""


def claim(essentials: Essentials, *, run_dir: Path | None, beside: bool, log: LogPipe) -> Claim:
    """Enter the namespace, take the run directory, end what an earlier run left, and look for rivals.

    Raises :class:`CannotStart`.
    """
    path = run_dir or _default(essentials)
    try:
        if essentials.net_namespace:
            enter(essentials.net_namespace)
        owned = RunDir(path)
        ended = owned.end_leftovers()
    except HeldError as error:
        raise CannotStart(str(error)) from error
    except NoSuchNamespace as error:
        raise CannotStart(error.strerror or str(error)) from error
    except OSError as error:
        raise CannotStart(*_in_words(error, path)) from error
    for process in ended:
        words = f"ended process {process.pid} ({process.role}), left behind by an earlier run"
        log.log("warning", "start.leftover", words)
    if not beside:
        _refuse_beside_rivals()
    from standfast.supervise import state_file  # no part of the parent needs it before the first fork

    return Claim(owned, bool(ended) or (owned.path / state_file.NAME).exists())


def open_sockets(
    run_dir: Path,
    essentials: Essentials,
    entry: ChildEntry,
    name: str = "vrrp",
    *,
    lines: Lines = NO_LINES,
) -> Place:
    """A child's listening sockets; every successor inherits them, so clients never find the door gone."""
    control, status = open_pair(run_dir, name, essentials)
    return Place(control, status, run_dir, entry, lines)


def open_pair(run_dir: Path, process: str, essentials: Essentials) -> tuple[socket.socket, socket.socket]:
    """One process's two sockets: for orders (root alone) and for questions (``status_group`` too)."""
    group = _group(essentials)
    try:
        control = listen(run_dir, f"{process}.ctl", mode=0o600)
        return control, listen(run_dir, f"{process}.status", mode=0o660, group=group)
    except OSError as error:
        raise CannotStart(*_in_words(error, run_dir)) from error


def _group(essentials: Essentials) -> int:
    name = essentials.global_defs.status_group
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError as error:
        words = f"`status_group {name}`: there is no such group on this host; make it (groupadd {name}) or take it out"
        raise CannotStart(words) from error


def _refuse_beside_rivals() -> None:
    rivals = find_rivals()
    if rivals:
        stop = f"systemctl stop {rivals[0].unit}" if rivals[0].pid else "stop it"
        raise CannotStart(f"{rivals[0]}: two speakers on one host fight; {stop}, or start with --beside if it is meant")


def _default(essentials: Essentials) -> Path:
    return default_path(
        instance=essentials.instance_name,
        net_namespace=essentials.net_namespace,
        use_pid_dir=essentials.use_pid_dir,
    )


def _in_words(error: OSError, run_dir: Path) -> tuple[str, int]:
    lacking = error.errno in (errno.EACCES, errno.EPERM)
    hint = "standfast needs root" if lacking and os.geteuid() else "give it another with --run-dir"
    words = "it is not a directory" if error.errno in (errno.EEXIST, errno.ENOTDIR) else error.strerror
    return f"cannot use the run directory {run_dir}: {words}; {hint}", EX_PERMISSION if lacking else EX_FATAL
