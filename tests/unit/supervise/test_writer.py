from __future__ import annotations

import json
import os
import pty

import pytest

from standfast.supervise.logpipe import LogPipe, Record, pair
from standfast.supervise.writer import renderer, write_records

RECORD = Record(
    time=1_700_000_000.123456,
    level="warning",
    event="vrrp.transition",
    words="BACKUP -> MASTER: no advert from 10.0.0.2 for 3.61 s",
    process="vrrp",
    pid=42,
    instance="VI_1",
    fields={"priority": 100},
)


@pytest.fixture
def ends():
    ours, theirs = os.pipe()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_json_holds_everything(ends):
    line = renderer("json", ends[1], {})(RECORD)
    assert line.endswith("}\n")
    assert json.loads(line) == {
        "timestamp": "2023-11-14T22:13:20.123456+00:00",
        "level": "warning",
        "event": "vrrp.transition",
        "message": RECORD.words,
        "process": "vrrp",
        "pid": 42,
        "instance": "VI_1",
        "priority": 100,
    }


@pytest.mark.parametrize("style", ["console", "auto"])
def test_a_file_gets_plain_lines_for_people(ends, style):
    line = renderer(style, ends[1], {})(RECORD)
    assert "\x1b" not in line
    assert line.count("\n") == 1
    assert "VI_1: BACKUP -> MASTER: no advert from 10.0.0.2 for 3.61 s" in line
    assert "warning" in line


def test_a_terminal_gets_colours():
    controller, terminal = pty.openpty()
    assert "\x1b[" in renderer("auto", terminal, {})(RECORD)
    os.close(controller)
    os.close(terminal)


def test_the_journal_gets_its_levels_if_it_is_really_there(ends):
    found = os.fstat(ends[1])
    line = renderer("auto", ends[1], {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"})(RECORD)
    assert line == "<4>VI_1: BACKUP -> MASTER: no advert from 10.0.0.2 for 3.61 s [vrrp.transition]\n"
    assert not renderer("auto", ends[1], {"JOURNAL_STREAM": "1:2"})(RECORD).startswith("<")


def write_all(pipe_words, descriptor, **more):
    sender, receiver = pair()
    log = LogPipe(sender, "vrrp")
    for level, words in pipe_words:
        log.log(level, "x", words)
    sender.send(b"\xc1 no record")
    sender.close()
    with receiver:
        return write_records(receiver, descriptor, "json", **more)


def test_it_writes_until_nobody_is_left_and_skips_what_is_no_record(ends):
    assert write_all([("info", "one"), ("debug", "two"), ("error", "three")], ends[1], debug=False) == 0
    assert [json.loads(line)["message"] for line in os.read(ends[0], 10_000).splitlines()] == ["one", "three"]


def test_debug_is_for_those_who_ask(ends):
    write_all([("debug", "two")], ends[1], debug=True)
    assert b"two" in os.read(ends[0], 10_000)


def test_a_closed_standard_error_is_no_reason_to_die(ends):
    nowhere, closed = os.pipe()
    os.close(nowhere)
    assert write_all([("info", "one"), ("info", "two")], closed, debug=False) == 0
    os.close(closed)
    assert write_all([("info", "one")], closed, debug=False) == 0
