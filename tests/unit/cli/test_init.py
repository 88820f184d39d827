"""What is the same for every command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = "import sys; from standfast.cli import main; sys.exit(main())"
PIPE = 128 + signal.SIGPIPE
"""What a shell says of a program that nobody listened to."""


@pytest.mark.parametrize("words", [("--help",), ("check", "--help"), ("keepalived", "--help"), ("completion", "bash")])
def test_output_that_nobody_reads_is_no_fault(words):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode in (0, PIPE), done.stderr) == (True, "")


FAULTY = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 300\n}\n"


@pytest.mark.parametrize("closed", ["stdout", "both"])
def test_findings_that_nobody_reads_are_told_by_the_exit_status(tmp_path, closed):
    (tmp_path / "c").write_text(FAULTY)
    command = [sys.executable, "-c", PROGRAM, "check", str(tmp_path / "c")]
    heard = subprocess.run(command, capture_output=True, check=False)
    reading, writing = os.pipe()
    os.close(reading)
    streams = {"stdout": writing, "stderr": writing if closed == "both" else subprocess.PIPE}
    done = subprocess.run(command, check=False, **streams)
    os.close(writing)
    assert heard.returncode not in (0, PIPE)
    assert (done.returncode in (heard.returncode, PIPE), done.stderr or b"") == (True, b"")


def test_who_is_interrupted_by_a_closed_pipe_ends_as_other_programs_do():
    reading, writing = os.pipe()
    os.close(reading)
    program = "import sys; from standfast.cli import _as_heard; sys.exit(_as_heard(lambda: print('x' * 100_000) or 0))"
    done = subprocess.run([sys.executable, "-c", program], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (PIPE, b"")


def test_json_stays_json_where_the_terminal_lacks_letters(tmp_path):
    (tmp_path / "c").write_text("vrrp_instance VI_\u00fc_\u65e5 {\n    interface eth0\n    virtual_router_id 1\n}\n")
    environ = os.environ | {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-c", PROGRAM, "config", "show", "--json", str(tmp_path / "c")]
    done = subprocess.run(command, capture_output=True, check=True, env=environ)
    assert "VI_\u00fc_\u65e5" in json.dumps(json.loads(done.stdout.decode("ascii")), ensure_ascii=False)


@pytest.mark.parametrize("words", [("explain", "advert_int"), ("keepalived", "--help"), ("check", "/nonexistent")])
def test_a_full_disk_is_told_in_words(words):
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-c", PROGRAM, *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("standfast: cannot write: No space left on device") <= 1
    assert done.returncode == (os.EX_IOERR if "cannot write" in done.stderr else 2)


def test_a_command_without_standard_output_does_its_work():
    closing = f"exec {sys.executable} -c '{PROGRAM}' completion bash >&-"
    done = subprocess.run(["sh", "-c", closing], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


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
