"""The demo, as a user runs it."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from standfast.lab.daemons import standfast_command
from standfast.lab.namespace import RUN_NETNS

COMMAND = [*standfast_command(), "demo", "--plain", "--interval", "0.1"]


def labs_of(pid: int) -> list[str]:
    return [path.name for path in RUN_NETNS.glob(f"sf-{pid}-*")]


def test_the_demo_survives_its_four_failures():
    done = subprocess.run([*COMMAND, "--act", "1"], capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("survived") == 4
    assert "\x1b" not in done.stdout


def test_the_web_service_survives_what_befalls_its_servers():
    done = subprocess.run([*COMMAND, "--act", "2"], capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("│ served │") == 9
    assert "sorry" in done.stdout


@pytest.mark.parametrize(("act", "words", "namespaces"), [("1", "is master", 4), ("2", "web2 dies", 8)])
def test_an_interrupted_demo_leaves_nothing_behind(act, words, namespaces):
    # A series that runs in the background has SIGINT ignored, and children inherit that.
    obeying = ["env", "--default-signal=INT", *COMMAND, "--act", act]
    process = subprocess.Popen(obeying, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process.stdout:
        line = next(line for line in process.stdout if words in line)
        inside = labs_of(process.pid)
        os.kill(process.pid, signal.SIGINT)
        process.stdout.read()
    assert process.wait(20) == 130, line
    assert len(inside) == namespaces
    assert labs_of(process.pid) == []
