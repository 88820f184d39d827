"""What a child is given when it is forked."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from standfast.supervise.logpipe import LogPipe
from standfast.supervise.page import SharedPage


@dataclass(frozen=True, slots=True)
class Lines:
    """Sockets between sister processes: SEQPACKET, non-blocking, made once by the parent.

    The parent holds both ends, so a line outlives the process at either end: what was sent meanwhile waits for the
    successor. So no end of file tells of a death; the protocols say it in words.
    """

    spawner: socket.socket | None = None
    """To the process that starts programs: :mod:`standfast.supervise.spawning`."""
    verdicts: socket.socket | None = None
    """From health to VRRP: :mod:`standfast.health.verdicts`."""
    clients: tuple[socket.socket, ...] = ()
    """The spawner's ends of the others' ``spawner``."""

    def sockets(self) -> list[socket.socket]:
        """All of them."""
        ends = (self.spawner, self.verdicts, *self.clients)
        return [end for end in ends if end is not None]


NO_LINES = Lines()


@dataclass(frozen=True, slots=True)
class ChildSetup:
    """Everything a child needs; it owns these descriptors and no others.

    By the time it is handed over the child leads a session of its own, ignores SIGINT, SIGTERM and SIGHUP, has an empty
    signal mask, stands in the configured network namespace and has dropped what it does not need.
    """

    generation: int
    config: int
    """Descriptor of a sealed memfd; read it with ``os.pread``.

    For VRRP it holds :func:`standfast.config.model.encode`\\ d bytes, for health those of
    :func:`standfast.config.health_model.encode`; the spawner gets the VRRP process's and reads nothing of it.
    """
    channel: socket.socket
    """SEQPACKET to the parent, non-blocking: :mod:`standfast.supervise.messages`. End of file: the parent is gone."""
    page: SharedPage
    """Beat every 100 ms; one slot for each instance."""
    log: LogPipe
    control: socket.socket
    """Listening, ``vrrp.ctl`` (``health.ctl``, ``spawner.ctl``)."""
    status: socket.socket
    """Listening, ``vrrp.status``, and so on."""
    run_dir: Path
    """Where the state file lives."""
    resume: bool
    """A predecessor died a moment ago: what it left in the page may be adopted (decided slot by slot)."""
    lines: Lines = NO_LINES
    pipes: Mapping[str, int] = field(default_factory=dict)
    """Open named pipes for notices, by keyword."""


ChildEntry: TypeAlias = Callable[[ChildSetup], int]
"""A child's main function; what it returns is the exit status."""

HEARTBEAT = 100_000
"""Microseconds between two heartbeats of a child."""
