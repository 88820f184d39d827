from __future__ import annotations

import pytest

from standfast.config.script_model import Fifo, ScriptCall
from standfast.scripts.pipe_readers import PipeReaders
from standfast.scripts.protocol import Ended


class Programs:
    def __init__(self):
        self.started = {}
        self.killed = []

    def start(self, call, on_end, **how):
        assert how == {"at_stop": "end", "once": True}
        number = len(self.started) + 1
        self.started[number] = call
        self.on_end = on_end
        return number

    def kill(self, number):
        self.killed.append(number)


def reader(path):
    return Fifo(path=path, script=ScriptCall(argv=("/bin/reader", path)))


FIFOS = {"vrrp_notify_fifo": reader("/run/a"), "notify_fifo": Fifo(path="/run/b"), "lvs_notify_fifo": reader("/run/c")}
OURS = {"vrrp_notify_fifo", "notify_fifo"}


@pytest.fixture
def programs():
    return Programs()


@pytest.fixture
def told():
    return []


@pytest.fixture
def readers(programs, told):
    return PipeReaders(programs, lambda *words: told.append(words))


def test_each_pipe_of_ours_gets_its_reader_once(programs, readers):
    readers.attend(FIFOS, OURS)
    readers.attend(FIFOS, OURS)
    assert programs.started == {1: FIFOS["vrrp_notify_fifo"].script}
    assert programs.killed == []


def test_another_pipe_gets_another_reader_and_the_old_one_is_ended(programs, readers, told):
    readers.attend(FIFOS, OURS)
    readers.attend({"vrrp_notify_fifo": reader("/run/z")}, OURS)
    assert programs.killed == [1]
    assert programs.started[2].argv == ("/bin/reader", "/run/z")
    programs.on_end(Ended(number=1, signal=15))
    assert told == []
    readers.attend({}, ())
    assert programs.killed == [1, 2]


def test_one_that_ends_is_missed_and_started_again_by_a_reload(programs, readers, told):
    readers.attend(FIFOS, OURS)
    programs.on_end(Ended(number=1, status=1))
    assert told == [("vrrp_notify_fifo", "has ended: exit status 1; a reload starts it again")]
    readers.attend(FIFOS, OURS)
    assert len(programs.started) == 2


def test_one_that_may_live_on_gets_no_rival(programs, readers, told):
    readers.attend(FIFOS, OURS)
    programs.on_end(Ended(number=1, problem="the process that ran it was replaced", lost=True))
    words = "may have ended: the process that ran it was replaced; if it has, restart standfast"
    assert told == [("vrrp_notify_fifo", words)]
    readers.attend(FIFOS, OURS)
    assert len(programs.started) == 1


def test_at_the_end_nobody_is_missed(programs, readers, told):
    readers.attend(FIFOS, OURS)
    readers.leave()
    programs.on_end(Ended(number=1, status=1))
    assert told == []


def test_without_somebody_who_runs_programs_there_is_no_reader(told):
    PipeReaders(None, lambda *words: told.append(words)).attend(FIFOS, OURS)
    assert told == []
