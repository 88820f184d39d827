from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[3] / "bench"


def run(program, *options):
    command = [sys.executable, BENCH / program, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "program", ["failover", "adverts", "instances", "takeover", "checks", "program", "program-ipvs"]
)
def test_it_says_how_it_is_used(program):
    done = run(program, "--help")
    assert done.returncode == 0
    assert "--quick" in done.stdout


def test_an_unknown_daemon_is_named():
    done = run("failover", "--sides", "standfast,ucarp")
    assert done.returncode == 2
    assert "give two of standfast, keepalived" in done.stderr


@pytest.mark.netns
@pytest.mark.keepalived
def test_it_measures(tmp_path):
    report = tmp_path / "report.json"
    done = run("adverts", "--sides", "keepalived,keepalived", "--only", "start", "--windows", "1", "--json", report)
    assert done.returncode == 0, done.stderr
    (figure,) = json.loads(report.read_text())["figures"]
    assert all(0 < sample < 5000 for side in figure["samples"].values() for sample in side)
