"""Units, container and Debian package say what the daemon relies on."""

from __future__ import annotations

import configparser
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import standfast
from standfast import cli
from standfast.supervise import crashloop
from standfast.supervise.privileges import HEALTH, PARENT, VRRP
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


def test_the_unit_without_root_grants_what_the_processes_keep():
    service = parsed(PACKAGING / "standfast-nonroot.service")["Service"]
    granted = set(service["AmbientCapabilities"].split())
    assert {f"CAP_{capability.name}" for capability in VRRP | HEALTH} <= granted
    assert granted == set(service["CapabilityBoundingSet"].split())
    shared = ("Type", "ExecStart", "ExecReload", "ExecStopPost", "KillMode", "WatchdogSec", "LimitRTPRIO")
    assert all(service[name] == parsed(UNIT)["Service"][name] for name in shared)


def containerfile():
    """Instructions with their words; lines that go on are joined."""
    text = (PACKAGING / "container" / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(None, 1)[1]) for line in lines]


def test_the_containerfile_copies_what_is_there_and_pins_its_base():
    instructions = containerfile()
    assert {name for name, _ in instructions} <= {
        *("FROM", "WORKDIR", "COPY", "RUN", "LABEL", "ENV", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
    }
    bases = [words.split()[0] for name, words in instructions if name == "FROM"]
    assert all(":" in base and not base.endswith(":latest") for base in bases)
    copied = [words.split()[:-1] for name, words in instructions if name == "COPY" and "--from" not in words]
    ignored = (PACKAGING / "container" / "Containerfile.containerignore").read_text().splitlines()
    for source in [each for group in copied for each in group]:
        assert (PACKAGING.parent / source).exists()
        assert f"!{source}" in ignored
    for name in ("HEALTHCHECK", "ENTRYPOINT", "CMD"):
        (words,) = [words for found, words in instructions if found == name]
        assert json.loads(words[words.index("[") :])


def test_the_container_s_command_line_is_one():
    words = dict(containerfile())
    line = json.loads(words["ENTRYPOINT"]) + json.loads(words["CMD"])
    assert cli._parser(line[1:]).parse_args(line[1:]).command == "run"


def test_the_debian_recipe_names_files_that_are_there():
    debian, root = PACKAGING / "debian", PACKAGING.parent
    rules = (debian / "rules").read_text()
    for line in rules.splitlines():
        words = line.split()
        if words[:2] == ["install", "-D"]:
            source = words[4]
            found = debian / source.removeprefix("debian/") if source.startswith("debian/") else root / source
            assert found.exists(), source
    assert os.access(debian / "rules", os.X_OK)
    assert f"({standfast.__version__})" in (debian / "changelog").read_text().splitlines()[0]
    for script in ("postinst", "prerm"):
        subprocess.run(["sh", "-n", debian / script], check=True, timeout=60)
    compile((debian / "standfast.program").read_text(), "standfast.program", "exec")


def test_dpkg_reads_the_recipe(tmp_path):
    changelog = PACKAGING / "debian" / "changelog"
    done = subprocess.run(
        ["dpkg-parsechangelog", "-l", changelog, "-S", "Source"], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "standfast\n"
    shutil.copytree(PACKAGING / "debian", tmp_path / "debian")
    (tmp_path / "debian" / "standfast" / "DEBIAN").mkdir(parents=True)
    subprocess.run(
        ["dpkg-gencontrol", "-pstandfast", "-Pdebian/standfast", "-Vpython:Depends=python3 (>= 3.11)"],
        cwd=tmp_path, check=True, timeout=60, capture_output=True,
    )  # fmt: skip
    control = (tmp_path / "debian" / "standfast" / "DEBIAN" / "control").read_text()
    assert "Depends: python3 (>= 3.11), iproute2" in control


@pytest.mark.full
@pytest.mark.timeout(700)  # pip downloads the libraries
def test_the_debian_package_builds_and_its_program_runs(tmp_path):
    root = PACKAGING.parent
    source = tmp_path / "standfast"
    left_out = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", "tests")
    shutil.copytree(root, source, ignore=left_out)
    shutil.copytree(PACKAGING / "debian", source / "debian")
    build = ["dpkg-buildpackage", "-b", "-us", "-uc", "-d"]
    subprocess.run(build, cwd=source, check=True, timeout=600, capture_output=True)
    (package,) = tmp_path.glob("standfast_*.deb")
    subprocess.run(["dpkg-deb", "-x", package, tmp_path / "root"], check=True, timeout=60)
    program = [sys.executable, "-c", "from standfast.cli import main; raise SystemExit(main(['--version']))"]
    environment = {"PYTHONPATH": str(tmp_path / "root/usr/lib/standfast")}
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=280, check=True)
    assert done.stdout == f"standfast {standfast.__version__}\n"
