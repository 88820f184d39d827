"""The systemd unit and its stricter drop-in say what the daemon relies on."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from standfast.supervise import crashloop
from standfast.supervise.privileges import PARENT
from standfast.values import SECOND

PACKAGING = Path(__file__).parents[2] / "packaging"
UNIT = PACKAGING / "standfast.service"
STRICT = PACKAGING / "standfast.service.d" / "strict.conf"


def parsed(path):
    unit = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    unit.optionxform = str
    unit.read_string(path.read_text().replace("\\\n", " "))
    return unit


def test_the_parent_alone_is_signalled_and_what_is_left_is_reaped():
    service = parsed(UNIT)["Service"]
    assert service["Type"] == "notify"
    assert service["KillMode"] == "process"
    assert service["ExecStopPost"].endswith("standfast reap")


def test_keepalived_does_not_run_beside_us():
    assert parsed(UNIT)["Unit"]["Conflicts"] == "keepalived.service"


def test_the_default_unit_does_not_cripple_scripts():
    assert not {"NoNewPrivileges", "PrivateTmp", "ProtectSystem", "CapabilityBoundingSet"} & set(
        parsed(UNIT)["Service"]
    )


def test_a_crash_loop_that_waits_is_no_hang():
    assert int(parsed(UNIT)["Service"]["WatchdogSec"]) * SECOND > crashloop.LONGEST


def test_the_strict_drop_in_leaves_what_the_processes_keep():
    allowed = set(parsed(STRICT)["Service"]["CapabilityBoundingSet"].split())
    assert {f"CAP_{capability.name}" for capability in PARENT} <= allowed


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
@pytest.mark.parametrize("strict", [False, True])
def test_systemd_understands_them(tmp_path, strict):
    program = Path(sys.executable)
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/bin/standfast", str(program)))
    if strict:
        (tmp_path / STRICT.parent.name).mkdir()
        shutil.copy(STRICT, tmp_path / STRICT.parent.name)
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
