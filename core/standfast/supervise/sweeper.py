"""Taking off what is left of ours in the kernel, by a process of its own that may take its time or die of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from standfast.supervise import privileges
from standfast.supervise.generation import Generation, read_all
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.parent import Parent
from standfast.values import SECOND

PATIENCE = 10 * SECOND
"""After this it is killed, and what it was asked for goes on without it."""


class Sweeper:
    """``reap``: as :func:`standfast.supervise.reap.reap_for_parent`."""

    def __init__(
        self,
        parent: Parent,
        run_dir: Path,
        running: Callable[[], Generation],
        reap: Callable[[Path, bytes, LogPipe], int],
    ) -> None:
        self._parent = parent
        self._run_dir = run_dir
        self._running = running
        self._reap = reap

    def sweep(self, then: Callable[[], None]) -> None:
        """Take it off; ``then`` is called when that is over, whether it worked or not."""
        descriptor = self._running().descriptor

        def main(log: LogPipe) -> int:
            privileges.drop_all_but(privileges.REAPER)
            return self._reap(self._run_dir, read_all(descriptor), log)

        def ended(status: int) -> None:
            timer.cancel()
            if status:
                words = "taking leftover addresses off failed; look at them with `ip address`"
                self._parent.log.log("error", "reap.failed", words)
            then()

        try:
            pid = self._parent.brood.start("reaper", main, keep=[descriptor], on_end=ended)
        except OSError as error:
            words = f"cannot start the process that takes addresses off: {error}"
            self._parent.log.log("error", "reap.failed", words)
            then()
            return
        timer = self._parent.reactor.after(PATIENCE, lambda: os.kill(pid, signal.SIGKILL))
