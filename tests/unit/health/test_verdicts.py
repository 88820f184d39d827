from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.health.verdicts import Verdict, ask, questions, receive, send


@pytest.fixture
def line():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        yield ours, theirs


def test_a_verdict_arrives_as_it_was_said(line):
    said = Verdict(name="web", good=False, at=5, words="connection refused", max_age=9)
    assert send(line[0], said)
    assert receive(line[1]) == [said]
    assert receive(line[1]) == []


def test_nobody_waits_for_a_reader(line):
    said = 0
    while send(line[0], Verdict(name="web", good=True, at=said)):
        said += 1
    assert len(receive(line[1], limit=10_000)) == said
    assert send(line[0], Verdict(name="web", good=True, at=0))


def test_too_many_words_are_cut(line):
    assert send(line[0], Verdict(name="web", good=None, at=0, words="x" * 100_000))
    assert receive(line[1])[0].words == "x" * 1000


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_nonsense_is_left_out(data):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        theirs.setblocking(False)
        ours.send(data or b"\xc1")
        send(ours, Verdict(name="after", good=True, at=1))
        assert [verdict.name for verdict in receive(theirs)][-1:] == ["after"]


def test_freshness():
    verdict = Verdict(name="web", good=True, at=100, max_age=10)
    assert verdict.fresh(110)
    assert not verdict.fresh(111)
    assert Verdict(name="web", good=True, at=0).fresh(10**15)


def test_questions_go_the_other_way_on_the_same_line(line):
    assert ask(line[1], ("gateway", "web"))
    line[1].send(b"nonsense")
    assert send(line[0], Verdict(name="web", good=True, at=5, saw=True, began=3))
    assert [each.names for each in questions(line[0])] == [("gateway", "web")]
    assert receive(line[1]) == [Verdict(name="web", good=True, at=5, saw=True, began=3)]


def test_where_nobody_reads_a_question_is_not_waited_for(line):
    asked = 0
    while ask(line[1], ("gateway",)):
        asked += 1
        assert asked < 100_000
