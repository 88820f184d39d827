"""The demo, as a user runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from harness.timing import excuse, repeat_when_disturbed

from standfast.lab import balanced, story
from standfast.lab.daemons import standfast_command
from standfast.lab.namespace import RUN_NETNS
from standfast.lab.witness import Witness

COMMAND = [*standfast_command(), "demo", "--plain", "--interval", "0.1"]


def labs_of(pid: int) -> list[str]:
    return [path.name for path in RUN_NETNS.glob(f"sf-{pid}-*")]


def shown(witness: Witness, act: str, margin_ms: float) -> str:
    """What one act prints; again if it did not come well out of it and the machine itself was late."""
    printed = ""

    def run() -> None:
        nonlocal printed
        began = time.time()
        done = subprocess.run([*COMMAND, "--act", act], capture_output=True, text=True, timeout=200, check=False)
        printed = done.stdout
        if done.returncode:
            excuse(witness, began, margin_ms / 1000)
        assert done.returncode == 0, done.stdout + done.stderr

    repeat_when_disturbed(run, lambda: None)
    return printed


@pytest.mark.timeout(600)
def test_the_demo_survives_its_four_failures(witness: Witness):
    printed = shown(witness, "1", story.MARGIN_MS)
    assert printed.count("survived") == 4
    assert "\x1b" not in printed


@pytest.mark.alone  # ordinary processes are what is measured here: checks, reloads, a browser
@pytest.mark.timeout(600)
def test_the_web_service_survives_what_befalls_its_servers(witness: Witness):
    printed = shown(witness, "2", balanced.MARGIN_MS)
    assert printed.count("│ served │") == 9
    assert "sorry" in printed


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
    assert process.wait(60) == 130, line
    assert len(inside) == namespaces
    assert labs_of(process.pid) == []
