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
from standfast.config.interface_model import PolledInterface, UpDownDelay
from standfast.config.routing_lines import RoutingLine
from standfast.config.script_model import ScriptCall
from standfast.config.settings import Settings, Value
from standfast.config.tree import Statement

ROUTED = ("dev", "vrf", "iif", "oif")
"""Fields of routes and rules that hold interfaces."""

DEFAULT_USER = "keepalived_script"
"""Runs scripts for which nobody is named, if there is such an account."""

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
    defaults = settings.block("global_defs")
    examiner = _Examiner(machine or Machine(), may_appear="dynamic_interfaces" in defaults.scalars)
    examiner.look(settings)
    examiner.judge_security(defaults)
    return examiner.findings.finish()


class _Examiner:
    def __init__(self, machine: Machine, *, may_appear: bool) -> None:
        self.machine = machine
        self.may_appear = may_appear
        self.findings = Findings()
        self.runnable: list[Value] = []
        """Scripts that were found."""
        self.nameless: list[Value] = []
        """Those of them for which nobody names a user."""

    def look(self, settings: Settings) -> None:
        """Everything in one block, then in the blocks below it."""
        for value in settings.sequence:
            self._value(value, named="user" in settings.scalars)
        for blocks in settings.blocks.values():
            for block in blocks:
                self.look(block)

    def _value(self, value: Value, *, named: bool) -> None:
        for name in interfaces_of(value):
            self._interface(name, value.statement)
        if isinstance(value.value, ScriptCall):
            self._script(value, named=named)
        elif value.setting in IDENTITIES:
            self._identity(value.statement, [word.text for word in value.statement.arguments])

    def judge_security(self, defaults: Settings) -> None:
        """Scripts run as root by default, and by nobody at all if `enable_script_security` is set."""
        if not self.runnable:
            return
        if "enable_script_security" not in defaults.scalars:
            message = "scripts are run without `enable_script_security`: whoever can change one of them is root here"
            hint = "write `enable_script_security` and `script_user` in `global_defs`"
            self.findings.warning("SF6004", self.runnable[0].statement, message, hint=hint)
        elif "script_user" not in defaults.scalars and not self.machine.has_user(DEFAULT_USER):
            for value in self.nameless:
                message = f"nobody is named to run this, and there is no account `{DEFAULT_USER}`: it is not run"
                hint = "write `script_user` in `global_defs`, or name a user here"
                self.findings.error("SF6002", value.statement, message, hint=hint)

    def _interface(self, name: str, at: Statement) -> None:
        if not name or self.machine.has_interface(name):
            return
        message = f"interface `{name}` does not exist on this machine"
        if self.may_appear:
            self.findings.warning("SF6001", at, f"{message}; it is waited for")
        else:
            hint = "write `dynamic_interfaces` in `global_defs` if it may appear later"
            self.findings.error("SF6001", at, message, hint=hint)

    def _script(self, value: Value, *, named: bool) -> None:
        call: ScriptCall = value.value
        why = self.machine.why_not_run(call.argv[0])
        if why:
            self.findings.error("SF6003", value.statement, f"script `{call.argv[0]}` {why}")
        else:
            self.runnable.append(value)
        user, group = call.identity.user, call.identity.group
        if user:
            self._identity(value.statement, [user, group] if group else [user])
        elif not named and not why:
            self.nameless.append(value)

    def _identity(self, statement: Statement, words: list[str]) -> None:
        if words and not self.machine.has_user(words[0]):
            self.findings.error("SF6002", statement, f"there is no user `{words[0]}` on this machine")
        elif len(words) > 1 and not self.machine.has_group(words[1].removeprefix(":")):
            self.findings.error(
                "SF6002", statement, f"there is no group `{words[1].removeprefix(':')}` on this machine"
            )


def interfaces_of(value: Value) -> Iterator[str]:
    """Every interface that must be there for this to work."""
    bound = value.value
    if isinstance(bound, AddressLine):
        yield bound.dev
    elif isinstance(bound, RoutingLine):
        yield from (fields[key] for fields in (bound.fields, *bound.legs) for key in ROUTED if key in fields)
    elif isinstance(bound, PolledInterface | UpDownDelay) or value.setting == "track_interface":
        yield bound.name
    elif value.setting == "interfaces":
        yield from (word.text for word in bound)
    elif value.setting in ("interface", "vrf") and isinstance(bound, str):
        yield bound
