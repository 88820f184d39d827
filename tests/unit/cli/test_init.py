"""What is the same for every command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

PROGRAM = "import sys; from standfast.cli import main; sys.exit(main())"


@pytest.mark.parametrize("words", [("--help",), ("check", "--help"), ("keepalived", "--help"), ("completion", "bash")])
def test_output_that_nobody_reads_is_no_fault(words):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_who_tires_of_a_daemon_that_hangs_sees_no_traceback(tmp_path):
    with socket.socket(socket.AF_UNIX) as hangs:
        hangs.bind(str(tmp_path / "daemon.ctl"))
        hangs.listen()
        words = ("log-level", "--run-dir", str(tmp_path))
        # A series that runs in the background has SIGINT ignored, and children inherit that.
        command = ["env", "--default-signal=INT", sys.executable, "-c", PROGRAM, *words]
        asks = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        with hangs.accept()[0] as question:
            question.recv(1)
            asks.send_signal(signal.SIGINT)
            assert (asks.communicate()[1], asks.returncode) == ("", 130)
