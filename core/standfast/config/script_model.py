"""Programs that a configuration names, and when they are run."""

from __future__ import annotations

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
