"""What programs around keepalived do: signal it, read what it writes, and make metrics of it.

Written after what mehdy/keepalived-exporter (1.7) and gen2brain/keepalived_exporter (0.7) are known to look for.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from harness.network import Net, eventually
from standfast.cli.where import RUN_DIR
from standfast.lab.daemons import tree
from standfast.lab.lab import Host

Series: TypeAlias = dict[tuple[str, tuple[tuple[str, str], ...]], float]
"""Name and labels -> value."""


class Exporter:
    """As the usual exporter works: ask for signal numbers, signal the PID of the file, read what was written."""

    def __init__(self, host: Host, command: list[str], pid_file: str, directory: Path, pid: int) -> None:
        self._host, self._command, self._pid_file, self.directory = host, command, pid_file, directory
        self._pid = pid

    def signal(self, name: str) -> None:
        number = int(self._host.run(*self._command, f"--signum={name}"))
        with open(self._pid_file) as file:  # noqa: PTH123 - as little as possible between
            os.kill(int(file.read()), number)

    def said(self, option: str) -> str:
        """What the program prints, wherever to."""
        return self._host.run("sh", "-c", '"$@" 2>&1', "sh", *self._command, option)

    def read(self, name: str) -> str:
        """A file when all of it is there: keepalived writes it in place."""
        path = self.directory / name
        written = lambda: path.exists() and path.stat().st_size > 0 and not self._holds_open(path)  # noqa: E731
        eventually(written, 30, lambda: f"no {path}")
        return str(path.read_text())

    def _holds_open(self, path: Path) -> bool:
        """Has a process of the daemon this file open?"""
        for pid in tree(self._pid):
            with suppress(OSError):  # it ends, or closes it, just now
                if any(held.samefile(path) for held in Path(f"/proc/{pid}/fd").iterdir() if held.exists()):
                    return True
        return False


def started(net: Net, host: Host, command: list[str], config: str, vip: str) -> Exporter:
    """A daemon in the foreground that has the address, with PID files and dumps in a directory of its own."""
    directory = net.lab.directory / f"{host.name}-dumps"
    directory.mkdir()
    file = directory / "keepalived.conf"
    if command[0] != "keepalived":  # whose command line has no word for ours: the run directory
        name = f"{net.lab.prefix}-{host.name}"
        config = f"instance {name}\n{config}"
        net.lab.closing.callback(shutil.rmtree, RUN_DIR / name, ignore_errors=True)
    file.write_text(config)
    pids = [f"-p{directory}/pid", f"-r{directory}/vrrp.pid", f"-c{directory}/checkers.pid"]
    environment = ["env", f"TMPDIR={directory}"]
    with (directory / "log").open("wb") as log:
        words = [*environment, *command, "-nlD", "-G", "-P", "-f", str(file), *pids]
        process = host.namespace.popen(words, output=log)

    def end() -> None:
        process.terminate()
        process.wait(30)

    net.lab.closing.callback(end)
    assert host.wait_address(vip), (directory / "log").read_text()
    return Exporter(host, command, f"{directory}/pid", directory, process.pid)


STATES = ("INIT", "BACKUP", "MASTER", "FAULT")
COUNTERS = {
    "advertisements_received": ("advert_rcvd", "Advertisements", "Received"),
    "advertisements_sent": ("advert_sent", "Advertisements", "Sent"),
    "become_master": ("become_master", "", "Became master"),
    "release_master": ("release_master", "", "Released master"),
    "packet_length_errors": ("packet_len_err", "Packet Errors", "Length"),
    "ip_ttl_errors": ("ip_ttl_err", "Packet Errors", "TTL"),
    "invalid_type_received": ("invalid_type_rcvd", "Packet Errors", "Invalid Type"),
    "advertisements_interval_errors": ("advert_interval_err", "Packet Errors", "Advertisement Interval"),
    "address_list_errors": ("addr_list_err", "Packet Errors", "Address List"),
    "authentication_invalid": ("invalid_authtype", "Authentication Errors", "Invalid Type"),
    "authentication_mismatch": ("authtype_mismatch", "Authentication Errors", "Type Mismatch"),
    "authentication_failure": ("auth_failure", "Authentication Errors", "Failure"),
    "priority_zero_received": ("pri_zero_rcvd", "Priority Zero", "Received"),
    "priority_zero_sent": ("pri_zero_sent", "Priority Zero", "Sent"),
}
"""mehdy's name -> key in JSON; heading and label in the statistics."""


def version(said: str) -> tuple[str, bool]:
    """Of ``keepalived -v``, standard error: the version, and whether there is JSON."""
    return said.splitlines()[0].split()[1][1:], "--enable-json" in said


def mehdy_of_json(document: Any, data: str) -> Series:
    """Version 1 of the document, and scripts from the data."""
    found: Series = {_key("keepalived_up"): 1}
    for each in document:
        facts, stats = each["data"], each["stats"]
        who = {"iname": facts["iname"], "intf": facts["ifp_ifname"], "vrid": str(facts["vrid"])}
        _states(found, who, facts["state"], facts["vips"], facts["evips"])
        found[_key("keepalived_gratuitous_arp_delay_total", **who)] = int(facts["garp_delay"])
        for name, (key, _, _) in COUNTERS.items():
            found[_key(f"keepalived_{name}_total", **who)] = stats[key]
    return found | _scripts(data)


def mehdy_of_text(data: str, statistics: str) -> Series:
    """The same where there is no JSON: of the two text files."""
    found: Series = {_key("keepalived_up"): 1}
    counted = _statistics(statistics)
    for name, lines in _blocks(data, " VRRP Instance = "):
        facts = dict(line.strip().split(" = ", 1) for line in lines if " = " in line)
        vrid = facts["Virtual Router ID"]
        who = {"iname": name, "intf": facts["Interface"], "vrid": vrid}
        vips, excluded = _below(lines, r"   Virtual IP \(\d+\):"), _below(lines, r"   Virtual IP Excluded :")
        _states(found, who, STATES.index(facts["State"]), vips, excluded)
        found[_key("keepalived_gratuitous_arp_delay_total", **who)] = int(facts["Gratuitous ARP delay"])
        for metric, (_, heading, label) in COUNTERS.items():
            found[_key(f"keepalived_{metric}_total", **who)] = counted[name, heading, label]
    return found | _scripts(data)


def gen2brain(document: Any) -> Series:
    """Its counters, with the state as text."""
    found: Series = {_key("keepalived_up"): 1}
    for each in document:
        facts = each["data"]
        who = {"name": facts["iname"], "intf": facts["ifp_ifname"], "vrid": str(facts["vrid"])}
        for key, *_ in COUNTERS.values():
            found[_key(f"keepalived_vrrp_{key}", **who, state=STATES[facts["state"]])] = each["stats"][key]
    return found


def _key(name: str, /, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return name, tuple(sorted(labels.items()))


def _states(found: Series, who: Mapping[str, str], state: int, vips: list[str], excluded: list[str]) -> None:
    """The first word is the address with its prefix; its device stands behind `dev`."""
    for name, addresses in (("keepalived_vrrp_state", vips), ("keepalived_vrrp_excluded_state", excluded)):
        for words in (address.split() for address in addresses):
            device = words[words.index("dev") + 1]
            found[_key(name, **who | {"intf": device, "ip_address": words[0]})] = state


def _scripts(data: str) -> Series:
    found: Series = {}
    for name, lines in _blocks(data, " VRRP Script = "):
        facts = dict(line.strip().split(" = ", 1) for line in lines if " = " in line)
        found[_key("keepalived_script_status", name=name)] = ("BAD", "GOOD").index(facts["Status"])
        found[_key("keepalived_script_state", name=name)] = (
            "idle", "running", "requested termination", "forcing termination"
        ).index(facts["State"])  # fmt: skip
    return found


def _blocks(text: str, heading: str) -> list[tuple[str, list[str]]]:
    """A line that begins so, and the deeper ones below it."""
    found: list[tuple[str, list[str]]] = []
    inside = False
    for line in text.splitlines():
        if line.startswith(heading):
            found.append((line.removeprefix(heading), []))
            inside = True
        elif inside and line.startswith("   "):
            found[-1][1].append(line)
        else:
            inside = False
    return found


def _below(lines: list[str], heading: str) -> list[str]:
    found: list[str] = []
    inside = False
    for line in lines:
        if inside and line.startswith("     "):
            found.append(line.strip())
        else:
            inside = re.fullmatch(heading, line) is not None
    return found


def _statistics(text: str) -> dict[tuple[str, str, str], int]:
    """Instance, heading and label -> number."""
    found: dict[tuple[str, str, str], int] = {}
    name = heading = ""
    for line in text.splitlines():
        label, _, value = (part.strip() for part in line.partition(":"))
        if not line.startswith(" "):
            name = value
        elif not value:
            heading = label
        else:
            found[name, heading if line.startswith("    ") else "", label] = int(value)
    return found
