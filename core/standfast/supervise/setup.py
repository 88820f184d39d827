"""What a child is given when it is forked."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from standfast.supervise.logpipe import LogPipe
from standfast.supervise.page import SharedPage


@dataclass(frozen=True, slots=True)
class ChildSetup:
    """Everything the VRRP process needs; it owns these descriptors and no others.

    By the time it is handed over the child leads a session of its own, ignores SIGINT, SIGTERM and SIGHUP, has an empty
    signal mask, stands in the configured network namespace and has dropped what it does not need.
    """

    generation: int
    config: int
    """Descriptor of a sealed memfd with :func:`standfast.config.model.encode`\\ d bytes; read it with ``os.pread``."""
    channel: socket.socket
    """SEQPACKET to the parent, non-blocking: :mod:`standfast.supervise.messages`. End of file: the parent is gone."""
    page: SharedPage
    """Beat every 100 ms; one slot for each instance."""
    log: LogPipe
    control: socket.socket
    """Listening, ``vrrp.ctl``."""
    status: socket.socket
    """Listening, ``vrrp.status``."""
    run_dir: Path
    """Where the state file lives."""
    resume: bool
    """A predecessor died a moment ago: what it left in the page may be adopted (decided slot by slot)."""


ChildEntry: TypeAlias = Callable[[ChildSetup], int]
"""A child's main function; what it returns is the exit status."""

HEARTBEAT = 100_000
"""Microseconds between two heartbeats of a child."""
