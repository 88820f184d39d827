from __future__ import annotations

import os

import pytest

from standfast.events import Remark, Transition
from standfast.supervise.logpipe import LogPipe, decode, pair


@pytest.fixture
def ends():
    sender, receiver = pair()
    receiver.setblocking(False)
    with sender, receiver:
        yield LogPipe(sender, "vrrp"), receiver


def received(receiver):
    records = []
    while True:
        try:
            records.append(decode(receiver.recv(65536)))
        except BlockingIOError:
            return records


def test_a_record_arrives_as_it_was_said(ends):
    pipe, receiver = ends
    pipe.log("warning", "vrrp.test", "words", instance="VI_1", fields={"n": 3})
    (record,) = received(receiver)
    assert (record.level, record.event, record.words) == ("warning", "vrrp.test", "words")
    assert (record.process, record.pid, record.instance, record.fields) == ("vrrp", os.getpid(), "VI_1", {"n": 3})


def test_events_become_records(ends):
    pipe, receiver = ends
    pipe.tell(Transition(at=1, instance="VI_1", old="BACKUP", new="MASTER", priority=100, cause="silence"))
    pipe.tell(Remark(at=1, level="error", event="vrrp.oops", words="broken"))
    transition, remark = received(receiver)
    assert transition.words == "BACKUP -> MASTER: silence"
    assert transition.level == "info"
    assert transition.fields == {"old": "BACKUP", "new": "MASTER", "priority": 100}
    assert (remark.level, remark.event, remark.words) == ("error", "vrrp.oops", "broken")


def test_a_full_pipe_drops_counts_and_says_so_later(ends):
    pipe, receiver = ends
    for _ in range(100_000):
        pipe.log("info", "flood", "x" * 1000)
        if pipe.dropped == 5:
            break
    assert pipe.dropped == 5
    received(receiver)
    pipe.log("info", "after", "room again")
    confession, after = received(receiver)
    assert (confession.event, confession.fields) == ("log.dropped", {"dropped": 5})
    assert after.event == "after"
    assert pipe.dropped == 0


def test_long_words_are_cut_and_a_closed_pipe_is_no_error(ends):
    pipe, receiver = ends
    pipe.log("info", "long", "x" * 100_000)
    assert len(received(receiver)[0].words) == 4_000
    receiver.close()
    pipe.log("info", "nobody", "listens")
    assert pipe.dropped == 1


def test_who_looks_for_warnings_finds_faults(ends):
    pipe, receiver = ends
    pipe.tell(Transition(at=1, instance="VI_1", old="MASTER", new="FAULT", priority=100, cause="eth0 is down"))
    (record,) = received(receiver)
    assert (record.level, record.words) == ("warning", "MASTER -> FAULT: eth0 is down")
