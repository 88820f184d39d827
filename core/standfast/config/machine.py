"""What only this machine can say of a configuration: are its interfaces, users and scripts there, and do they fit?

Used for ``--on-this-machine``. Everything else in this package gives the same answer on every machine.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from standfast.config import host_facts
from standfast.config.diagnostics import Diagnostic
from standfast.config.entries import AddressLine, PeerLine
from standfast.config.findings import Findings
from standfast.config.host_facts import Network, Person
from standfast.config.interface_model import PolledInterface, UpDownDelay
from standfast.config.routing_lines import RoutingLine
from standfast.config.script_model import Identity, ScriptCall
from standfast.config.settings import Settings, Value
from standfast.config.tree import Statement
from standfast.values import Address

ROUTED = ("dev", "vrf", "iif", "oif")
"""Fields of routes and rules that hold interfaces."""

DEFAULT_USER = "keepalived_script"
"""Runs scripts for which nobody is named, if there is such an account."""

IDENTITIES = frozenset(("script_user", "user"))
ROOT = Person("root", 0, frozenset((0,)))


class Machine:
    """The host we run on. Tests give a pretend one with the same methods."""

    def has_interface(self, name: str) -> bool:
        """Is there a network interface of this name?"""
        return Path("/sys/class/net", name).exists()

    def has_namespace(self, name: str) -> bool:
        """Is there a network namespace of this name?"""
        return Path("/run/netns", name).exists()  # a name that is a path stands for itself

    def has_group(self, name: str) -> bool:
        """Is there a group of this name?"""
        try:
            grp.getgrnam(name)
        except KeyError:
            return False
        return True

    def person(self, name: str) -> Person | None:
        """The account of this name."""
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            return None
        return Person(name, found.pw_uid, frozenset(os.getgrouplist(name, found.pw_gid)))

    def networks(self, interface: str) -> tuple[Network, ...]:
        """What is directly connected to an interface."""
        return host_facts.networks(interface)

    def own_addresses(self) -> frozenset[Address]:
        """All addresses of this machine."""
        return host_facts.own_addresses()

    def why_not_run(self, command: str, person: Person) -> str:
        """Why this person cannot start this program, in words; empty if they can."""
        if command.startswith("</"):
            return ""  # the shell opens a file, which may be a place in the network (bash's /dev/tcp)
        path = self.path_of(command)
        if path is None:
            return "is not found in PATH"
        if not Path(path).is_file():
            return "does not exist" if not Path(path).exists() else "is not a file"
        *above, _ = host_facts.parts(path)
        closed = next((part for part in above if not host_facts.may(person, os.X_OK, Path(part).stat())), None)
        if closed is not None:
            return f"cannot be reached by user `{person.name}`: `{closed}` is closed (`chmod o+x {closed}`)"
        found = Path(path).stat()
        if not found.st_mode & 0o111:
            return f"is not executable (`chmod +x {path}`)"
        return "" if host_facts.may(person, os.X_OK, found) else f"is not executable for user `{person.name}`"

    def path_of(self, command: str) -> str | None:
        """Where the program lies."""
        return shutil.which(command) if "/" not in command else command

    def open_part(self, command: str) -> tuple[str, str, str] | None:
        """The part of its path that others than root may change, why, and what mends it."""
        path = self.path_of(command) if not command.startswith("</") else None
        return None if path is None else host_facts.open_part(path)


def examine(settings: Settings, machine: Machine | None = None) -> list[Diagnostic]:
    """What is missing here of what the configuration names, and what does not fit."""
    defaults = settings.block("global_defs")
    examiner = _Examiner(machine or Machine(), defaults)
    examiner.made.update(_made_interfaces(settings, defaults))
    namespace = settings.scalars.get("net_namespace")
    if namespace is not None:
        examiner.elsewhere = True
        examiner.look_for_namespace(namespace)
    if "net_namespace_ipvs" in settings.scalars:
        examiner.look_for_namespace(settings.scalars["net_namespace_ipvs"])
    examiner.look(settings)
    if namespace is None:
        for instance in settings.blocks.get("vrrp_instance", ()):
            examiner.look_at_networks(instance)
    examiner.judge_security()
    return examiner.findings.finish()


class _Examiner:
    def __init__(self, machine: Machine, defaults: Settings) -> None:
        self.machine = machine
        self.defaults = defaults
        self.may_appear = "dynamic_interfaces" in defaults.scalars
        self.strict_scripts = "enable_script_security" in defaults.scalars
        self.elsewhere = False
        """Are the interfaces in another namespace, where we cannot look?"""
        self.made: set[str] = set()
        """Interfaces that will be made."""
        self.findings = Findings()
        self.runnable: list[Value] = []
        """Scripts that were found."""
        self.nameless: list[Value] = []
        """Those of them for which nobody names a user."""
        self.networks = lru_cache(maxsize=None)(machine.networks)
        self.own = lru_cache(maxsize=None)(machine.own_addresses)

    def look_for_namespace(self, value: Value) -> None:
        """It must be there before the daemon starts."""
        if not self.machine.has_namespace(value.value):
            hint = f"make it with `ip netns add {value.value}`"
            message = f"there is no network namespace `{value.value}` on this machine"
            self.findings.error("SF6008", value.statement, message, hint=hint)

    def look(self, settings: Settings, around: Identity | None = None) -> None:
        """Everything in one block, then in the blocks below it."""
        user: Identity | None = settings.get("user", around)
        for value in settings.sequence:
            self._value(value, user if isinstance(user, Identity) else None)
        for blocks in settings.blocks.values():
            for block in blocks:
                self.look(block)

    def _value(self, value: Value, user: Identity | None) -> None:
        for name in interfaces_of(value):
            self._interface(name, value.statement)
        if isinstance(value.value, ScriptCall):
            self._script(value, user)
        elif value.setting in IDENTITIES:
            self._identity(value.statement, [word.text for word in value.statement.arguments])

    def judge_security(self) -> None:
        """Scripts run as root by default, and by nobody at all if `enable_script_security` is set."""
        if not self.runnable:
            return
        if not self.strict_scripts:
            message = "scripts are run without `enable_script_security`: whoever can change one of them is root here"
            hint = "write `enable_script_security` and `script_user` in `global_defs`"
            self.findings.warning("SF6004", self.runnable[0].statement, message, hint=hint)
        elif "script_user" not in self.defaults.scalars and self.machine.person(DEFAULT_USER) is None:
            for value in self.nameless:
                message = f"nobody is named to run this, and there is no account `{DEFAULT_USER}`: it is not run"
                hint = "write `script_user` in `global_defs`, or name a user here"
                self.findings.error("SF6002", value.statement, message, hint=hint)

    def look_at_networks(self, instance: Settings) -> None:
        """Do the addresses belong on their interfaces, and are the peers other machines?"""
        for value in (*instance.all("virtual_ipaddress"), *instance.all("virtual_ipaddress_excluded")):
            self._in_network(value, instance.get("interface", ""))
        for value in instance.all("unicast_peer"):
            line: PeerLine = value.value
            if line.peer.address in self.own():
                message = f"the peer `{line.peer.address}` is an address of this machine"
                self.findings.warning("SF6006", value.statement, message, hint="list only the other machines")

    def _in_network(self, value: Value, interface: str) -> None:
        line: AddressLine = value.value
        dev = line.dev or interface
        if line.prefix != line.address.bits or line.peer is not None or not self.machine.has_interface(dev):
            return
        networks = [found for found in self.networks(dev) if found.address.family == line.address.family]
        if not networks or line.address.is_link_local or any(found.contains(line.address) for found in networks):
            return
        shown = ", ".join(f"{found.address}/{found.prefix}" for found in networks[:3])
        message = f"`{line.address}` is in no network of {dev} ({shown})"
        hint = "name the right interface with `dev`, mend the address, or give it a mask"
        self.findings.warning("SF6005", value.statement, message, hint=hint)

    def _interface(self, name: str, at: Statement) -> None:
        if not name or self.elsewhere or name in self.made or self.machine.has_interface(name):
            return
        message = f"interface `{name}` does not exist on this machine"
        word = next((each for each in at.words if each.text == name), None)
        if self.may_appear:
            self.findings.warning("SF6001", at, f"{message}; it is waited for", word=word)
        else:
            hint = "write `dynamic_interfaces` in `global_defs` if it may appear later"
            self.findings.error("SF6001", at, message, word=word, hint=hint)

    def _script(self, value: Value, block_user: Identity | None) -> None:
        call: ScriptCall = value.value
        named = call.identity if call.identity.user else block_user
        person = self._who(named)
        why = self.machine.why_not_run(call.argv[0], person or ROOT)
        if why:
            self.findings.error("SF6003", value.statement, f"script `{call.argv[0]}` {why}")
        else:
            self.runnable.append(value)
            if person is not None and (person.uid == 0 or 0 in person.groups):
                self._look_who_may_change(value, call.argv[0])
        user, group = call.identity.user, call.identity.group
        if user:
            self._identity(value.statement, [user, group] if group else [user])
        elif named is None and not why:
            self.nameless.append(value)

    def _who(self, named: Identity | None) -> Person | None:
        """Who runs it; None if that account does not exist."""
        usual: Identity | None = self.defaults.get("script_user")
        who = named or usual
        if who is not None and who.user:
            return self.machine.person(who.user)
        return self.machine.person(DEFAULT_USER) or ROOT

    def _look_who_may_change(self, value: Value, command: str) -> None:
        found = self.machine.open_part(command)
        if found is None:
            return
        part, why, cure = found
        message = f"script `{command}` runs as root, but `{part}` {why}"
        if self.strict_scripts:
            self.findings.error("SF6007", value.statement, f"{message}: it is not run", hint=f"run `{cure}`")
        else:
            self.findings.warning("SF6007", value.statement, message, hint=f"run `{cure}`")

    def _identity(self, statement: Statement, words: list[str]) -> None:
        if words and self.machine.person(words[0]) is None:
            self.findings.error("SF6002", statement, f"there is no user `{words[0]}` on this machine")
        elif len(words) > 1 and not self.machine.has_group(words[1].removeprefix(":")):
            self.findings.error(
                "SF6002", statement, f"there is no group `{words[1].removeprefix(':')}` on this machine"
            )


def _made_interfaces(settings: Settings, defaults: Settings) -> Iterator[str]:
    """What `use_vmac` and `use_ipvlan` call theirs, by name or as they would be called."""
    for block in settings.blocks.get("vrrp_instance", ()):
        for keyword in ("use_vmac", "use_ipvlan"):
            fields = block.get(keyword)
            if fields is not None:
                yield fields.get("name") or f"{defaults.get('vmac_prefix', 'vrrp')}.{block.get('virtual_router_id', 0)}"


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
