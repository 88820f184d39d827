"""What only this machine can say of a configuration: are its interfaces, users and scripts there?

Used for ``--on-this-machine``. Everything else in this package gives the same answer on every machine.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

from standfast.config.diagnostics import Diagnostic
from standfast.config.entries import AddressLine
from standfast.config.findings import Findings
from standfast.config.script_words import UnsplittableError, first_split, second_split
from standfast.config.settings import Settings, Value
from standfast.config.tree import Statement

NOTIFY = ("notify", "notify_master", "notify_backup", "notify_fault", "notify_stop", "notify_deleted")
FIFO_READERS = ("notify_fifo_script", "vrrp_notify_fifo_script", "lvs_notify_fifo_script")
SERVICES = ("notify_up", "notify_down", "quorum_up", "quorum_down")
AROUND = ("startup_script", "shutdown_script", "notify_master_rx_lower_pri")
SCRIPTS = frozenset((*NOTIFY, *FIFO_READERS, *SERVICES, *AROUND))
"""Keywords with COMMAND [USER [GROUP]] behind them."""

COMMANDS = frozenset(("script", "misc_path"))
"""Keywords with a command alone."""

IDENTITIES = frozenset(("script_user", "user"))


class Machine:
    """The host we run on. Tests give a pretend one with the same methods."""

    def has_interface(self, name: str) -> bool:
        """Is there a network interface of this name?"""
        return Path("/sys/class/net", name).exists()

    def has_user(self, name: str) -> bool:
        """Is there an account of this name?"""
        return _found(pwd.getpwnam, name)

    def has_group(self, name: str) -> bool:
        """Is there a group of this name?"""
        return _found(grp.getgrnam, name)

    def why_not_run(self, command: str) -> str:
        """Why this program cannot be started, in words; empty if it can."""
        path = shutil.which(command) if "/" not in command else command
        if path is None:
            return "is not found in PATH"
        if not Path(path).is_file():
            return "does not exist" if not Path(path).exists() else "is not a file"
        return "" if os.access(path, os.X_OK) else "is not executable"


def _found(lookup: object, name: str) -> bool:
    try:
        lookup(name)  # type: ignore[operator]
    except KeyError:
        return False
    return True


def examine(settings: Settings, machine: Machine | None = None) -> list[Diagnostic]:
    """What is missing here of what the configuration names."""
    examiner = _Examiner(machine or Machine(), may_appear="dynamic_interfaces" in settings.block("global_defs").scalars)
    examiner.look(settings)
    return examiner.findings.finish()


class _Examiner:
    def __init__(self, machine: Machine, *, may_appear: bool) -> None:
        self.machine = machine
        self.may_appear = may_appear
        self.findings = Findings()

    def look(self, settings: Settings) -> None:
        """Everything in one block, then in the blocks below it."""
        for value in settings.sequence:
            self._value(value)
        for blocks in settings.blocks.values():
            for block in blocks:
                self.look(block)

    def _value(self, value: Value) -> None:
        if value.setting in ("interface", "track_interface") or isinstance(value.value, AddressLine):
            self._interface(value)
        elif value.setting in SCRIPTS or value.setting in COMMANDS:
            self._script(value.statement, names_user=value.setting in SCRIPTS)
        elif value.setting in IDENTITIES:
            self._identity(value.statement, [word.text for word in value.statement.arguments])

    def _interface(self, value: Value) -> None:
        name = next(_interface_names(value), "")
        if not name or self.machine.has_interface(name):
            return
        message = f"interface `{name}` does not exist on this machine"
        if self.may_appear:
            self.findings.warning("SF6001", value.statement, f"{message}; it is waited for")
        else:
            hint = "write `dynamic_interfaces` in `global_defs` if it may appear later"
            self.findings.error("SF6001", value.statement, message, hint=hint)

    def _script(self, statement: Statement, *, names_user: bool) -> None:
        try:
            words = first_split(statement.raw)
            program = second_split(words[1])[0]
        except (UnsplittableError, IndexError):
            return
        why = self.machine.why_not_run(program)
        if why:
            self.findings.error("SF6003", statement, f"script `{program}` {why}")
        if names_user:
            self._identity(statement, words[2:])

    def _identity(self, statement: Statement, words: list[str]) -> None:
        if words and not self.machine.has_user(words[0]):
            self.findings.error("SF6002", statement, f"there is no user `{words[0]}` on this machine")
        elif len(words) > 1 and not self.machine.has_group(words[1].removeprefix(":")):
            self.findings.error(
                "SF6002", statement, f"there is no group `{words[1].removeprefix(':')}` on this machine"
            )


def _interface_names(value: Value) -> Iterator[str]:
    if isinstance(value.value, AddressLine):
        yield value.value.dev
    elif value.setting == "track_interface":
        yield value.statement.keyword.text
    elif isinstance(value.value, str):
        yield value.value
