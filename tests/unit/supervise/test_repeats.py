from __future__ import annotations

import msgspec

from standfast.supervise.logpipe import Record
from standfast.supervise.repeats import Repeats

RECORD = Record(time=100.0, level="info", event="x", words="same", process="vrrp", pid=1)


def test_said_again_within_a_minute():
    repeats = Repeats()
    assert repeats.wait_s is None
    assert [repeats.new(RECORD) for _ in range(3)] == [True, False, False]
    assert repeats.wait_s is not None
    assert list(repeats.due(159)) == []
    (summary,) = repeats.due(160)
    assert (summary.words, summary.fields) == ("same (said 2 more times, kept back)", {"suppressed": 2})
    assert summary.time == 160
    assert repeats.new(RECORD)


def test_what_was_said_once_leaves_nothing():
    repeats = Repeats()
    repeats.new(RECORD)
    assert list(repeats.rest(500)) == []


def test_transitions_are_always_told():
    moved = msgspec.structs.replace(RECORD, event="vrrp.transition")
    repeats = Repeats()
    assert [repeats.new(moved) for _ in range(3)] == [True] * 3


def test_there_and_back_is_news_each_time():
    repeats = Repeats()
    down = msgspec.structs.replace(RECORD, words="down")
    up = msgspec.structs.replace(RECORD, words="up")
    assert [repeats.new(each) for each in (down, up, down, down, up)] == [True, True, True, False, True]
    assert [each.words for each in repeats.due(100)] == ["down (said 1 more times, kept back)"]


def test_other_subjects_are_others():
    repeats = Repeats()
    assert repeats.new(msgspec.structs.replace(RECORD, fields={"name": "a"}))
    assert repeats.new(msgspec.structs.replace(RECORD, fields={"name": "b"}))
    assert repeats.new(msgspec.structs.replace(RECORD, instance="VI_2"))
    assert repeats.new(msgspec.structs.replace(RECORD, pid=2))  # its successor says it for the first time


def test_what_the_parent_says_is_always_told():
    spoken = msgspec.structs.replace(RECORD, process="parent")
    repeats = Repeats()
    assert [repeats.new(spoken) for _ in range(2)] == [True, True]


def test_there_is_a_bound():
    repeats = Repeats(capacity=2)
    for number in range(5):
        assert repeats.new(msgspec.structs.replace(RECORD, instance=str(number)))
    assert repeats.new(msgspec.structs.replace(RECORD, instance="4"))  # not remembered, so not kept back
