"""Programs that a configuration names, and when they are run."""

from __future__ import annotations

import msgspec

from standfast.config.record import Record


class Identity(Record, frozen=True):
    """Who runs a program."""

    user: str = ""
    """Empty: ``script_user``, else the account ``keepalived_script`` if there is one, else the daemon's own."""
    group: str = ""
    """Empty: the user's primary group."""
    supplementary: bool = False
    """With all groups of the user (a ``:`` before the group, or ``set_supplementary_groups``)."""


class ScriptCall(Record, frozen=True):
    """A program with its arguments, and who runs it."""

    argv: tuple[str, ...]
    """As after the second split: never empty."""
    identity: Identity = Identity()

    def __str__(self) -> str:
        return " ".join(self.argv)


class Fifo(Record, frozen=True):
    """A named pipe that gets lines about events."""

    path: str
    owner: Identity = Identity()
    script: ScriptCall | None = None
    """Started once to read it; gets the path as its last argument."""


class ProgramRules(Record, frozen=True):
    """``global_defs`` as far as it is about programs and pipes."""

    secure: bool = False
    """``enable_script_security``."""
    as_written: bool = False
    """``use_symlink_paths``."""
    fifos: dict[str, Fifo] = msgspec.field(default_factory=dict)
    """By keyword: ``notify_fifo``, ``vrrp_notify_fifo``, ``lvs_notify_fifo``."""
    startup: ScriptCall | None = None
    startup_timeout: int = 10_000_000
    """Microseconds."""
    shutdown: ScriptCall | None = None
    shutdown_timeout: int = 10_000_000
    states_on_reload: bool = False
    """``fifo_write_vrrp_states_on_reload``."""
    notify_timeout: int = 10_000_000
    """Microseconds for which a running notify script holds up the next one."""


class Notifications(Record, frozen=True):
    """What is run on which change of an instance or a sync group; None: nothing."""

    master: ScriptCall | None = None
    backup: ScriptCall | None = None
    fault: ScriptCall | None = None
    stop: ScriptCall | None = None
    deleted: ScriptCall | None = None
    """Instances only."""
    change: ScriptCall | None = None
    """``notify``: run on every change, with four more arguments."""
    lower_priority: ScriptCall | None = None
    """``notify_master_rx_lower_pri``; instances only."""
    tells_deleted: bool = False
    """With ``notify_deleted`` the state of a removed instance is DELETED, else FAULT."""
    mail: bool = False
    """Changes are told by mail."""
    priority_changes: bool = False
    """Changes of the priority are events too."""
