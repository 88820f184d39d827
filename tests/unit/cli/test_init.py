"""What is the same for every command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("words", [("--help",), ("check", "--help"), ("keepalived", "--help"), ("completion", "bash")])
def test_output_that_nobody_reads_is_no_fault(words):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "import sys; from standfast.cli import main; sys.exit(main())", *words]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
