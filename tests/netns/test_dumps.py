"""Signals and dump files of keepalived and ours, side by side, and what exporters make of them."""

from __future__ import annotations

import json
import os
import re

import pytest
from harness.config import VIP
from harness.network import Net, eventually

from standfast.lab.daemons import standfast_command
from standfast.lab.lab import Host

CONFIG = """
global_defs {{
    router_id lb
    enable_script_security
    script_user root
}}
vrrp_script chk {{
    script "/bin/true"
    interval 1
    weight -20
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id {vrid}
    version 3
    priority 150
    advert_int 0.1
    virtual_ipaddress {{
        {vip}/24
        10.9.0.101/24 brd 10.9.0.255
    }}
    virtual_ipaddress_excluded {{
        10.9.0.102/24
    }}
    track_script {{
        chk
    }}
    notify_master "/bin/true m"
}}
"""
KIND = {int: "number", float: "number", bool: "bool", str: "text", list: "list"}
SINCE_2_4 = re.compile("auth_ext_")


class Exporter:
    """As the usual exporter works: ask for signal numbers, signal the PID of the file, read what was written."""

    def __init__(self, host: Host, command: list[str], pid_file: str, directory) -> None:
        self._host, self._command, self._pid_file, self.directory = host, command, pid_file, directory

    def signal(self, name: str) -> None:
        number = int(self._host.run(*self._command, f"--signum={name}"))
        with open(self._pid_file) as file:  # noqa: PTH123 - as little as possible between
            os.kill(int(file.read()), number)

    def read(self, name: str) -> str:
        path = self.directory / name
        eventually(lambda: path.exists() and path.stat().st_size > 0, 10, lambda: f"no {path}")
        return str(path.read_text())


def start(net: Net, host: Host, command: list[str], vrid: int, vip: str) -> Exporter:
    directory = net.lab.directory / f"{host.name}-dumps"
    directory.mkdir()
    file = directory / "keepalived.conf"
    file.write_text(CONFIG.format(vrid=vrid, vip=vip))
    pids = [f"-p{directory}/pid", f"-r{directory}/vrrp.pid", f"-c{directory}/checkers.pid"]
    environment = ["env", f"TMPDIR={directory}"]
    with (directory / "log").open("wb") as log:
        process = host.namespace.popen(
            [*environment, *command, "-nlD", "-G", "-P", "-f", str(file), *pids], output=log
        )  # fmt: skip

    def end() -> None:
        process.terminate()
        process.wait(10)

    net.lab.closing.callback(end)
    assert host.wait_address(vip), (directory / "log").read_text()
    return Exporter(host, command, f"{directory}/pid", directory)


@pytest.mark.keepalived
@pytest.mark.parametrize("solo", [("standfast",)], indirect=True)
def test_the_same_signals_and_files(solo: Net):
    ours = start(solo, solo.a, [*standfast_command(), "keepalived"], 51, VIP)
    theirs = start(solo, solo.b, ["keepalived"], 52, "10.9.0.110")
    documents, statistics, data = [], [], []
    for exporter in (theirs, ours):
        for name in ("JSON", "STATS", "DATA"):
            exporter.signal(name)
        documents.append(json.loads(exporter.read("keepalived.json")))
        statistics.append(exporter.read("keepalived.stats"))
        data.append(exporter.read("keepalived.data"))
    compare_json(*documents)
    compare_lines(*statistics)
    compare_data(*data)
    assert {"mode": oct((ours.directory / "keepalived.json").stat().st_mode & 0o777)} == {"mode": "0o600"}
    exporter_metrics(documents[1])
    ours.signal("STATS_CLEAR")
    eventually(lambda: sent(ours) < 50, 10, lambda: f"{sent(ours)} adverts sent")


def sent(exporter: Exporter) -> int:
    (exporter.directory / "keepalived.json").unlink(missing_ok=True)
    exporter.signal("JSON")
    return int(json.loads(exporter.read("keepalived.json"))[0]["stats"]["advert_sent"])


def compare_json(theirs, ours) -> None:
    """The same keys in the same order, of the same types; and the same values where nothing is the machine's own."""
    (their,), (our,) = theirs, ours
    assert list(our["data"]) == list(their["data"])
    kinds = [{key: KIND[type(value)] for key, value in each["data"].items()} for each in (their, our)]
    assert kinds[0] == kinds[1]
    own = {"vrid", "last_transition", "vips", "track_script", "script_master"}
    own |= {"higher_prio_send_advert"}  # on by default here, a documented difference
    values = [{key: value for key, value in each["data"].items() if key not in own} for each in (their, our)]
    assert values[0] == values[1]
    assert our["data"]["vips"][1] == their["data"]["vips"][1]
    assert our["data"]["evips"] == their["data"]["evips"]
    assert [key for key in our["stats"] if not SINCE_2_4.match(key)] == list(their["stats"])


def compare_lines(theirs: str, ours: str) -> None:
    """Each line of theirs is in ours, numbers aside."""
    shapes = [[re.sub(r"\d+$", "N", line) for line in text.splitlines() if line] for text in (theirs, ours)]
    assert [line for line in shapes[1] if line in shapes[0]] == shapes[0]


def compare_data(theirs: str, ours: str) -> None:
    """What tools look for: sections, and what is said of instance and script."""
    looked_for = ("State =", "Virtual Router ID", "Priority =", "Effective priority", "Interface =", "Status =",
                  "VRRP Instance", "VRRP Script", "10.9.0.102", "Virtual IP")  # fmt: skip
    told = theirs.partition("------< Interfaces")[0]
    wanted = {line for line in told.splitlines() if any(word in line for word in looked_for)}
    assert {line for line in wanted if "Virtual Router ID" not in line} <= set(ours.splitlines())


def exporter_metrics(document) -> None:
    """As mehdy/keepalived-exporter reads it: version 1, the VIP's first word and third, states by number."""
    states = {0: "INIT", 1: "BACKUP", 2: "MASTER", 3: "FAULT"}
    (instance,) = document
    assert states[instance["data"]["state"]] == "MASTER"
    words = instance["data"]["vips"][0].split()
    assert (words[0], words[2]) == (f"{VIP}/24", "eth0")
    assert isinstance(instance["data"]["garp_delay"], int)
    assert all(isinstance(value, int) for value in instance["stats"].values())
