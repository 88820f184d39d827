from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from standfast.supervise.brood import Brood
from standfast.supervise.logpipe import LogPipe, pair


@pytest.fixture
def brood():
    sender, receiver = pair()
    with sender, receiver:
        yield Brood(LogPipe(sender, "parent"))


def wait_for(pid):
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def test_an_end_is_told_with_its_status(brood):
    ends = []
    pid = brood.start("vrrp", lambda log: 3, keep=[], on_end=ends.append)
    wait_for(pid)
    brood.bury()
    assert [os.waitstatus_to_exitcode(status) for status in ends] == [3]


def test_everybody_is_recorded_with_role_pid_and_start(brood):
    records = []
    brood.on_change = records.append
    ours, theirs = os.pipe()
    pid = brood.start("loader", lambda log: len(os.read(ours, 1)), keep=[ours], on_end=lambda status: None)
    assert [(p.role, p.pid) for p in records[-1]] == [("parent", os.getpid()), ("loader", pid)]
    assert all(p.start > 0 for p in records[-1])
    os.kill(pid, signal.SIGKILL)
    wait_for(pid)
    brood.bury()
    assert [p.role for p in records[-1]] == ["parent"]
    os.close(ours)
    os.close(theirs)


def test_orphans_of_other_people_are_buried_in_silence(brood):
    pid = os.fork()
    if not pid:
        os._exit(0)
    wait_for(pid)
    brood.bury()
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, 0)


def test_a_child_is_named_and_logs_under_its_role(brood):
    ours, theirs = os.pipe()

    def main(log):
        os.write(theirs, (log.process + " " + Path("/proc/self/comm").read_text()).encode())
        return 0

    pid = brood.start("vrrp", main, keep=[theirs], on_end=lambda status: None)
    assert os.read(ours, 100) == b"vrrp standfast-vrrp\n"
    wait_for(pid)
    brood.bury()
    os.close(ours)
    os.close(theirs)
