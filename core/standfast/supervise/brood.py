"""All children of the parent: who they are, and what to do when one of them ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from standfast.supervise.children import fork_child, start_time
from standfast.supervise.libc import name_process
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.rundir import Process


@dataclass(frozen=True, slots=True)
class _Member:
    process: Process
    on_end: Callable[[int], None]


class Brood:
    """Starts children and buries them."""

    def __init__(self, log: LogPipe) -> None:
        self._log = log
        self._members: dict[int, _Member] = {}
        self.titles: Mapping[str, str] = {}
        """Role -> what ``ps`` shows of the next one, instead of our own names."""
        self.on_change: Callable[[list[Process]], None] = lambda _processes: None
        """Called with everybody (ourselves included) after each start and end."""

    def start(
        self,
        role: str,
        main: Callable[[LogPipe], int],
        *,
        keep: Iterable[int],
        on_end: Callable[[int], None],
        on_fork: Callable[[int], None] = lambda _pid: None,
        stderr: bool = False,
    ) -> int:
        """Fork a child that runs ``main(its log)``; ``on_end`` gets its wait status. Returns the PID.

        ``on_fork`` gets the PID at once, before anything is written down.
        """
        log = LogPipe(self._log.socket, role)
        title = self.titles.get(role, f"standfast-{role}")

        def named() -> int:
            name_process(title[:15])
            return main(log)

        pid = fork_child(named, log=log, keep=keep, stderr=stderr)
        on_fork(pid)
        self._members[pid] = _Member(Process(role, pid, start_time(pid) or 0), on_end)
        self._tell()
        return pid

    def bury(self) -> None:
        """After a SIGCHLD: collect whoever has ended. As PID 1 these may be orphans of other people."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            member = self._members.pop(pid, None)
            if member is not None:
                self._tell()
                member.on_end(status)

    def _tell(self) -> None:
        ourselves = Process("parent", os.getpid(), start_time(os.getpid()) or 0)
        self.on_change([ourselves, *(member.process for member in self._members.values())])
