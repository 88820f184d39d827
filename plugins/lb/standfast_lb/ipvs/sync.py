"""`lvs_sync_daemon`: which daemons are to run, and the steps to get there."""

from __future__ import annotations

from standfast.api import SyncDaemon
from standfast_lb.ipvs.entries import BACKUP, MASTER, Daemon
from standfast_lb.ipvs.kernel import Kernel
from standfast_lb.ipvs.refusals import daemon_words


def daemons_of(wanted: SyncDaemon | None, master_of: frozenset[str]) -> list[Daemon]:
    """Sending while the instance is MASTER, else receiving; both at once if no instance decides."""
    if wanted is None:
        return []
    one = [MASTER if wanted.instance in master_of else BACKUP]
    states = one if wanted.instance else [MASTER, BACKUP]
    return [
        Daemon(
            state=state,
            interface=wanted.interface,
            id=wanted.id or 0,
            maxlen=wanted.maxlen or 0,
            group=wanted.group,
            port=wanted.port or 0,
            ttl=wanted.ttl or 0,
        )
        for state in states
    ]


def same(running: Daemon, wanted: Daemon) -> bool:
    """The kernel tells its defaults where we said nothing."""
    return (running.state, running.interface, running.id) == (wanted.state, wanted.interface, wanted.id) and all(
        not asked or asked == told
        for asked, told in (
            (wanted.maxlen, running.maxlen),
            (wanted.group, running.group),
            (wanted.port, running.port),
            (wanted.ttl, running.ttl),
        )
    )


class Synchroniser:
    """Which daemons run, and how others come to run instead."""

    def __init__(self) -> None:
        self.master_of: frozenset[str] = frozenset()
        self._ours: list[Daemon] = []

    async def become(self, wanted: list[Daemon], kernel: Kernel) -> list[str]:
        """Stop what is not wanted any more, start what is not there. Gives what did not work, in words."""
        if not wanted and not self._ours:
            return []
        running = await kernel.daemons()
        for daemon in running:
            meant = any(daemon.state == each.state for each in (*wanted, *self._ours))
            if meant and not any(same(daemon, each) for each in wanted):
                await kernel.stop_daemon(daemon)
        self._ours = list(wanted)
        complaints = []
        for daemon in wanted:
            if not any(same(each, daemon) for each in running):
                try:
                    await kernel.start_daemon(daemon)
                except OSError as error:
                    complaints.append(daemon_words(daemon, error.errno or 0))
        return complaints
