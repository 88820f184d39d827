from __future__ import annotations

import json
from pathlib import Path

import msgspec

from standfast.config.tracking_model import TrackedFile
from standfast.dumps.data import of_checks, of_parent, of_vrrp
from standfast.dumps.links import Link

LINK = Link(name="eth0", index=3, flags=0x1043, mtu=1500, kind=1, mac="02:00:00:00:00:01", ipv4="10.9.0.1")


def test_sections_and_lines_that_tools_look_for(config, status):
    lines = of_vrrp(config, status, [LINK]).decode().splitlines()
    sections = [line for line in lines if line.startswith("---")]
    assert sections == [
        "------< Global definitions >------",
        "------< VRRP Topology >------",
        "------< VRRP Scripts >------",
        "------< VRRP Sync groups >------",
        "------< VRRP Track processes >------",
        "------< Interfaces >------",
    ]
    assert {
        " VRRP Instance = VI_1",
        "   State = MASTER",
        "   Virtual Router ID = 51",
        "   Virtual IP (2):",
        "     10.9.0.100/24 dev eth0 scope global set",
        " VRRP Script = chk",
        "   Status = BAD",
        "     VI_1, weight -20",
        "   State = idle",
        " VRRP Sync Group = G, MASTER",
        " VRRP Track process = web",
        "   Current processes = 4",
        "   Have quorum = true",
        " Name = eth0",
        "   State = UP, RUNNING",
        "     VI_1, weight 0",
        "   Last transition = 1767323045.678000 (Fri Jan 02 03:04:05.678000 2026)",
    } <= set(lines)


def test_no_password(config, status):
    assert b"secret" not in of_vrrp(config, status, [LINK])


def test_the_parent_tells_of_itself(config):
    assert b" umask = 0177\n" in of_parent(config)


def test_a_script_that_runs_and_a_file(config, status):
    status["trackers"][0]["running"] = True
    status["trackers"].append({"kind": "file", "name": "load", "good": True, "value": 7})
    config = msgspec.structs.replace(config, files=(TrackedFile(name="load", path="/run/load", weight=2),))
    lines = of_vrrp(config, status, []).decode().splitlines()
    assert "   State = running" in lines
    at = lines.index(" Track file = load")
    assert lines[at + 1 : at + 4] == ["   File = /run/load", "   Status = 7", "   Weight = 2"]


def test_services_and_checks():
    """What the health process tells of itself, taken from a running one."""
    kept = json.loads((Path(__file__).parents[1] / "metrics" / "picture.json").read_text())
    lines = of_checks({"services": kept["virtual_servers"]}).decode().splitlines()
    wanted = [
        " VS VIP = 10.9.0.100, VPORT = 80",
        "   lvs_sched = rr",
        "   quorum = 1, hysteresis = 0",
        "   alive = 1",
        "   RIP = 127.0.0.1, RPORT = 8080, WEIGHT = 1 EFF WEIGHT = 1",
        "   num failed checkers = 1",
        "------< Health checkers >------",
        " [10.9.0.100]:tcp:80 -> [127.0.0.1]:8080",
        "   Keepalive method = TCP_CHECK",
    ]
    assert [line for line in wanted if line not in lines] == []
