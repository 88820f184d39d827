"""What a program finds when it starts, looked at from inside real programs."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys

import pytest

from standfast.config.script_model import Identity
from standfast.scripts.launch import launch
from standfast.scripts.protocol import Start

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def run(*argv, **more):
    pid, complaint = launch(Start(number=1, argv=argv, **more))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        words = os.read(complaint, 4096).decode()
    except BlockingIOError:
        words = ""
    os.close(complaint)
    return status, words


@pytest.fixture
def report():
    """Runs a shell command as a program and gives what it wrote."""

    def look(command, **more):
        ours, theirs = os.pipe()
        standard = os.dup(1)
        os.dup2(theirs, 1)
        try:
            assert run("/bin/sh", "-c", command, **more) == (0, "")
        finally:
            os.dup2(standard, 1)
            os.close(standard)
            os.close(theirs)
        said = os.read(ours, 65_536).decode()
        os.close(ours)
        return said

    return look


def test_its_exit_status_comes_back():
    assert run("/bin/sh", "-c", "exit 3") == (3, "")
    assert run("/bin/sh", "-c", "kill -9 $$") == (-9, "")


def test_arguments_are_passed_as_they_are():
    assert run("/bin/sh", "-c", 'test "$1" = "a b" && test "$0" = x', "x", "a b") == (0, "")


def test_arguments_are_passed_byte_by_byte_whatever_the_locale():
    program = (
        "from standfast.scripts.launch import become; from standfast.scripts.protocol import Start;"
        r"print(become(Start(number=1, argv=('/usr/bin/printf', '%s', 'gr\u00fcn \udcff'))))"
    )
    environ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environ)
    assert done.stdout == "grün ".encode() + b"\xff"


def test_signals_scheduling_and_place_are_those_of_an_ordinary_program(report):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        status = report("cat /proc/self/status; pwd; umask; ulimit -n", umask=0o177)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
    lines = dict(line.split(":\t") for line in status.splitlines() if ":\t" in line)
    assert int(lines["SigBlk"], 16) == int(lines["SigIgn"], 16) == 0
    assert status.split()[-3:-1] == ["/", "0177"]
    assert int(status.split()[-1]) <= 1024


def test_it_holds_no_descriptor_of_ours(report):
    held = os.open("/dev/null", os.O_RDONLY)
    listed = report("ls /proc/self/fd")
    os.close(held)
    assert str(held) not in listed.split()


def test_it_leads_a_session_of_its_own(report):
    own, fields = report("echo $$; cat /proc/$$/stat").split("\n", 1)
    group, session = fields.rpartition(")")[2].split()[2:4]
    assert own == group == session


def test_the_environment_is_ours_without_what_would_bend_it(report, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    monkeypatch.setenv("KEPT", "yes")
    environment = report("env").splitlines()
    assert "KEPT=yes" in environment
    assert not any(line.startswith("LD_LIBRARY_PATH") for line in environment)


@ROOT
def test_it_runs_as_the_user_that_is_named(report):
    nobody = pwd.getpwnam("nobody")
    ids = report("id -u; id -g; id -G", identity=Identity(user="nobody")).split()
    assert ids == [str(nobody.pw_uid), str(nobody.pw_gid), str(nobody.pw_gid)]


def test_a_text_without_an_interpreter_is_run_by_the_shell(tmp_path):
    script = tmp_path / "plain"
    script.write_text("exit 4\n")
    script.chmod(0o755)
    assert run(str(script)) == (4, "")


def test_the_question_whether_a_file_can_be_opened(tmp_path):
    assert run(f"<{tmp_path}/missing")[0] != 0
    (tmp_path / "there").touch()
    assert run(f"<{tmp_path}/there") == (0, "")


@pytest.mark.parametrize(
    ("argv", "more", "words"),
    [
        (("/no/such/script",), {}, "No such file or directory"),
        (("nosuchprogram",), {}, "no program `nosuchprogram` in PATH"),
        (("/etc/passwd",), {}, "Permission denied"),
        (("/bin/true",), {"identity": Identity(user="nosuch")}, "no user `nosuch`"),
        (("/bin/true",), {"secure": True}, "no user is named"),
    ],
)
def test_why_it_is_not_run(argv, more, words):
    status, said = run(*argv, **more)
    assert status == 127
    assert words in said


@ROOT
def test_an_insecure_script_is_not_run_as_root(tmp_path):
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o777)
    assert run(str(script)) == (0, "")
    status, said = run(str(script), secure=True, identity=Identity(user="root"))
    assert (status, "can be written by everybody" in said) == (127, True)
