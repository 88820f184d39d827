from __future__ import annotations

import pytest

from standfast.config.model import Config, GlobalDefs
from standfast.config.script_model import Fifo, ProgramRules, ScriptCall
from standfast.scripts.protocol import Ended
from standfast.vrrp.pipe_readers import PipeReaders


class Programs:
    def __init__(self):
        self.started = []

    def start(self, call, on_end, **how):
        self.started.append((call, on_end, how))


class Voice:
    def __init__(self):
        self.said = []

    def remark(self, level, event, words):
        self.said.append((level, event, words))


READER = ScriptCall(argv=("/bin/reader",))


@pytest.fixture
def config():
    fifos = {
        "vrrp_notify_fifo": Fifo(path="/run/a", script=READER),
        "notify_fifo": Fifo(path="/run/b"),
        "lvs_notify_fifo": Fifo(path="/run/c", script=READER),
    }
    return Config(global_defs=GlobalDefs(programs=ProgramRules(fifos=fifos)))


def test_each_pipe_of_ours_gets_its_reader_once(config):
    programs, voice = Programs(), Voice()
    readers = PipeReaders(programs, {"vrrp_notify_fifo", "notify_fifo"}, voice)
    readers.start(config)
    readers.start(config)
    ((call, _, how),) = programs.started
    assert (call, how) == (READER, {"at_stop": "end", "once": True})


def test_one_that_ends_is_missed_until_all_leave(config):
    programs, voice = Programs(), Voice()
    readers = PipeReaders(programs, {"vrrp_notify_fifo"}, voice)
    readers.start(config)
    ended = programs.started[0][1]
    ended(Ended(number=1, status=256))
    ((level, event, words),) = voice.said
    assert (level, event) == ("warning", "vrrp.pipe_reader")
    assert words.startswith("the `vrrp_notify_fifo_script` has ended: ")
    readers.leave()
    ended(Ended(number=1, status=256))
    assert len(voice.said) == 1


def test_without_somebody_who_runs_programs_there_is_no_reader(config):
    PipeReaders(None, {"vrrp_notify_fifo"}, Voice()).start(config)
