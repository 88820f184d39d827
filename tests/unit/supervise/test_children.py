from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from standfast.supervise.children import EX_SOFTWARE, ended_how, fork_child, start_time
from standfast.supervise.logpipe import LogPipe, decode, pair


@pytest.fixture
def log():
    sender, receiver = pair()
    with sender, receiver:
        pipe = LogPipe(sender, "child")
        pipe.receiver = receiver
        yield pipe


def status_of(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_what_main_returns_is_the_exit_status(log):
    assert status_of(fork_child(lambda: 7, log=log, keep=[])) == 7


def test_a_child_leads_a_session_of_its_own(log):
    assert status_of(fork_child(lambda: int(os.getsid(0) == os.getpid()), log=log, keep=[])) == 1


def test_a_child_holds_what_it_was_given_and_nothing_else(log):
    kept, lost = os.open("/", os.O_RDONLY), os.open("/", os.O_RDONLY)

    try:
        held_alone = status_of(
            fork_child(lambda: holds_only({0, 1, 2, kept, log.socket.fileno()}), log=log, keep=[kept])
        )
    finally:
        os.close(kept)
        os.close(lost)
    assert held_alone == 1


def holds_only(expected):
    held = {int(entry.name) for entry in Path("/proc/self/fd").iterdir()}
    # One more is open while they are listed: the directory itself, which takes the lowest free number.
    return int(expected <= held and len(held - expected) == 1)


def behind(number):
    return str(Path(f"/proc/self/fd/{number}").readlink())


def test_a_child_can_neither_write_to_the_terminal_nor_read_from_it(log):
    def main():
        return int(all(behind(number) == "/dev/null" for number in (0, 1, 2)))

    assert status_of(fork_child(main, log=log, keep=[])) == 1


def test_the_writer_keeps_standard_error(log):
    stderr = behind(2)
    assert status_of(fork_child(lambda: int(behind(2) == stderr), log=log, keep=[], stderr=True))


def test_a_child_that_raises_says_so_in_the_log_and_never_returns(log):
    def main():
        raise RuntimeError("the reason")

    assert status_of(fork_child(main, log=log, keep=[])) == EX_SOFTWARE
    record = decode(log.receiver.recv(65536))
    assert record.event == "process.crashed"
    assert "RuntimeError: the reason" in record.words


def test_a_process_is_named_by_pid_and_start_time():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        first = start_time(process.pid)
        assert first is not None
        assert first == start_time(process.pid)
        assert first >= start_time(os.getpid())
        process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert start_time(process.pid) is None  # a zombie is nobody
    assert start_time(2**22 + 1) is None


def test_ends_in_words():
    with subprocess.Popen(["sleep", "60"]) as process:
        process.kill()
        assert ended_how(os.waitpid(process.pid, 0)[1]) == "killed by SIGKILL"
        process.returncode = 0
    assert ended_how(3 << 8) == "exit status 3"
    assert ended_how(40) == "killed by signal 40"
