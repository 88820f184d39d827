"""`lvs_sync_daemon`: which daemons are to run, and the steps to get there."""

from __future__ import annotations

from standfast.api import SyncDaemon
from standfast_lb.ipvs.entries import BACKUP, MASTER, Daemon


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
