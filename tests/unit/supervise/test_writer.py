from __future__ import annotations

import json
import os
import pty
import socket

import msgspec
import pytest

from standfast.supervise import old_style
from standfast.supervise.journal import Journal
from standfast.supervise.logpipe import LogPipe, Record, pair
from standfast.supervise.sinks import STDERR, Destination
from standfast.supervise.writer import SET_LEVEL, Writer, renderer, write_records

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


def write_all(pipe_words, descriptor, level="info", **more):
    sender, receiver = pair()
    log = LogPipe(sender, "vrrp")
    for said_at, words in pipe_words:
        log.log(said_at, "x", words)
    sender.send(b"\xc1 no record")
    sender.close()
    with receiver:
        return write_records(receiver, descriptor, "json", level=level, **more)


def test_it_writes_until_nobody_is_left_and_skips_what_is_no_record(ends):
    assert write_all([("info", "one"), ("debug", "two"), ("error", "three")], ends[1]) == 0
    assert [json.loads(line)["message"] for line in os.read(ends[0], 10_000).splitlines()] == ["one", "three"]


def test_debug_is_for_those_who_ask(ends):
    write_all([("debug", "two")], ends[1], level="debug")
    assert b"two" in os.read(ends[0], 10_000)


def test_a_closed_standard_error_is_no_reason_to_die(ends):
    nowhere, closed = os.pipe()
    os.close(nowhere)
    assert write_all([("info", "one"), ("info", "two")], closed) == 0
    os.close(closed)
    assert write_all([("info", "one")], closed) == 0


def test_what_repeats_itself_is_counted(ends):
    write_all([("info", "same"), ("info", "same"), ("info", "same"), ("info", "other")], ends[1])
    said = [json.loads(line) for line in os.read(ends[0], 10_000).splitlines()]
    assert [each["message"] for each in said] == ["same", "same (said 2 more times, kept back)", "other"]
    assert said[1]["suppressed"] == 2


def test_the_parent_sets_the_level_at_run_time(ends):
    sender, receiver = pair()
    parent, child = LogPipe(sender, "parent"), LogPipe(sender, "vrrp")
    child.log("debug", "x", "before")
    child.log("info", SET_LEVEL, "a child may not", fields={"level": "debug"})
    parent.log("info", SET_LEVEL, "log level debug", fields={"level": "debug"})
    child.log("debug", "x", "after")
    child.log("debug", "x", "after")
    sender.close()
    with receiver:
        write_records(receiver, ends[1], "json", level="info")
    said = [json.loads(line)["message"] for line in os.read(ends[0], 10_000).splitlines()]
    assert said == ["a child may not", "log level debug", "after", "after"]


def test_the_journal_gets_fields_where_it_listens(ends, tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "journal"))
        monkeypatch.setattr("standfast.supervise.writer.Journal", lambda: Journal(str(tmp_path / "journal")))
        found = os.fstat(ends[1])
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
        writer = Writer(ends[1], "auto", "info", STDERR)
        writer.take(RECORD)
        assert b"STANDFAST_INSTANCE=VI_1\n" in journal.recv(10_000)
    (tmp_path / "journal").unlink()
    writer.take(RECORD)  # it has gone: lines on standard error, which is its too
    assert os.read(ends[0], 10_000).startswith(b"<4>VI_1: ")


def test_keepalived_s_lines(ends):
    record = msgspec.structs.replace(RECORD, fields={"old": "BACKUP", "new": "MASTER", "priority": 100})
    text = renderer("keepalived", ends[1], {})(record)
    head = old_style.dated(RECORD.time)
    assert text.splitlines() == [
        f"{head}: (VI_1) Receive advertisement timeout",
        f"{head}: (VI_1) Entering MASTER STATE",
        f"{head}: (VI_1) setting VIPs.",
    ]
    assert renderer("keepalived", ends[1], {}, Destination(syslog=True))(record).startswith("(VI_1) Rec")
