"""Dumps that signals ask for, seen from the parent: one process at a time writes them, and nobody waits for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from standfast.supervise import privileges
from standfast.supervise.generation import Generation, read_all
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.parent import Parent
from standfast.values import SECOND

if TYPE_CHECKING:
    from standfast.dumps.process import Kind

SIGNALS: dict[int, Kind] = {
    signal.SIGUSR1: "data",
    signal.SIGUSR2: "stats",
    signal.SIGRTMIN + 2: "json",
    signal.SIGRTMAX - 1: "stats-clear",
}
"""keepalived's numbers."""

_PATIENCE = 10 * SECOND


class Dumping:
    """Starts the process; what is asked for meanwhile is remembered once for each kind."""

    def __init__(self, parent: Parent, run_dir: Path, directory: Path, generation: Callable[[], Generation]) -> None:
        self._parent = parent
        self._run_dir = run_dir
        self._directory = directory
        self._generation = generation
        self._waiting: dict[Kind, None] = {}
        self._busy = False

    def want(self, kind: Kind) -> None:
        """Have it written, now or after what is being written."""
        self._waiting[kind] = None
        if not self._busy:
            self._next()

    def _next(self) -> None:
        if not self._waiting:
            return
        kind = next(iter(self._waiting))
        del self._waiting[kind]
        descriptor = self._generation().descriptor

        def main(log: LogPipe) -> int:
            from standfast.dumps.process import Order, write  # nobody else needs it

            privileges.drop_all_but(privileges.WRITER)
            return write(Order(kind, self._run_dir, self._directory, read_all(descriptor)), log)

        def ended(_status: int) -> None:
            timer.cancel()
            self._busy = False
            self._next()

        try:
            pid = self._parent.brood.start("dumper", main, keep=[descriptor], on_end=ended)
        except OSError as error:
            words = f"no {kind} dump: no process can be started: {error.strerror}"
            self._parent.log.log("error", "dump.failed", words)
            return
        self._busy = True
        timer = self._parent.reactor.after(_PATIENCE, lambda: os.kill(pid, signal.SIGKILL))
