"""The same servers, well and badly behaved, through keepalived's checker and through ours.

keepalived's checker wants IPVS. Where the kernel has none, a library makes its netlink calls succeed and do nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.keepalived]

NO_IPVS = Path(__file__).parents[2] / "bench" / "_common" / "no_ipvs.c"
PROGRAM = Path(__file__).parent / "harness" / "checks_program.py"

LENIENT = {"line feeds alone", "no headers", "two blanks", "long head", "greeting of several lines"}
"""Good here, bad there: they do answer."""

PAGES = "+++" + "+--+" + "++-+" + "+++" + "++"
"""Answers of three pages: a first round; the second page fails; a failure on the way back; well again."""


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    directory = tmp_path_factory.mktemp("checks")
    library = directory / "no_ipvs.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-nostdlib", "-O1", "-o", library, NO_IPVS], check=True)
    inside = ["unshare", "-n", "sh", "-ec", 'ip link set lo up; exec "$@"', "sh"]
    command = [*inside, sys.executable, PROGRAM, library, directory, PAGES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_both_judge_alike(told):
    different = {name for name, (ours, theirs) in told["verdicts"].items() if ours != theirs}
    assert different == LENIENT
    assert all(told["verdicts"][name][0] == "good" for name in LENIENT)
    assert {"good", "bad"} == {ours for ours, _ in told["verdicts"].values()}


def test_pages_are_asked_for_in_the_same_order(told):
    ours, theirs = told["pages"]
    assert len(theirs) >= len(PAGES)
    assert theirs[: len(PAGES)] == ours
