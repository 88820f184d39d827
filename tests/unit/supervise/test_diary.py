from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager

from standfast.supervise.brood import Brood
from standfast.supervise.diary import Diary
from standfast.supervise.reactor import Reactor


@contextmanager
def piped_stderr():
    """Standard error as a pipe: what the writer writes. (pytest puts its own there between fixtures and test.)"""
    saved = os.dup(2)
    ours, theirs = os.pipe()
    os.dup2(theirs, 2)
    os.close(theirs)
    yield ours
    os.dup2(saved, 2)
    os.close(saved)
    os.close(ours)


def test_what_is_said_before_the_end_is_written():
    with piped_stderr() as stderr:
        diary = Diary("json")
        diary.open(Reactor(), Brood(diary.log))
        assert diary.status(3).generation == 3
        diary.log.log("info", "x", "last words")
        pid = diary.status(3).pid
        diary.close()
        assert os.waitpid(pid, os.WNOHANG)[0] == pid
        assert b'"message": "last words"' in os.read(stderr, 10_000)
        diary._receiver.close()


def test_a_reader_that_has_stopped_reading_does_not_hold_the_end():
    with piped_stderr():
        diary = Diary("json")
        diary.open(Reactor(), Brood(diary.log))
        pid = diary.status(1).pid
        for number in range(2_000):
            diary.log.log("info", "x", f"{number}" + "x" * 1_000)
        start = time.monotonic()
        diary.close()
        assert time.monotonic() - start < 10
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
        diary._receiver.close()


def test_a_dead_writer_is_replaced_and_nothing_waiting_is_lost():
    with piped_stderr() as stderr:
        diary, reactor = Diary("json"), Reactor()
        brood = Brood(diary.log)
        diary.open(reactor, brood)
        first = diary.status(1).pid
        os.kill(first, signal.SIGSTOP)
        diary.log.log("info", "x", "kept in the pipe")
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        brood.bury()
        while diary.status(1).pid == first:
            reactor.turn()
        assert diary.status(1).restarts == 1
        assert b"kept in the pipe" in os.read(stderr, 10_000)
        diary.close()
        brood.bury()
        diary._receiver.close()


def test_a_stopped_writer_is_stuck_until_it_goes_on():
    with piped_stderr():
        diary = Diary("json")
        diary.open(Reactor(), Brood(diary.log))
        assert diary.status(1).state == "running"
        pid = diary.status(1).pid
        os.kill(pid, signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED)
        found = diary.status(1)
        assert (found.state, found.detail[:29]) == ("stuck", "log lines are not written: 0 ")
        os.kill(pid, signal.SIGCONT)
        os.waitid(os.P_PID, pid, os.WCONTINUED)
        assert diary.status(1).state == "running"
        diary.close()
        os.waitpid(pid, 0)
        diary._receiver.close()


def test_a_writer_whose_reader_has_stopped_is_stuck_when_lines_pile_up():
    with piped_stderr():
        diary = Diary("json")
        diary.open(Reactor(), Brood(diary.log))
        pid = diary.status(1).pid
        for _ in range(2_000):
            diary.log.log("info", "x", "x" * 1_000)
        assert diary.status(1).state == "stuck"
        diary.close()
        os.waitpid(pid, 0)
        diary._receiver.close()
