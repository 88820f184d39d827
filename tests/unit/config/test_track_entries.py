from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader
from standfast.config.track_entries import WEIGHT_LIMITS, TrackEntry, TrackLine, Weight, WeightKind
from standfast.config.tree import Statement, Word


def reader(texts):
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(texts, 1))
    return Reader(Statement(words, " ".join(texts), " ".join(texts)), Findings())


def read(kind, *texts):
    where = reader(texts)
    value = TrackEntry(kind).read(where)
    return value, [d.code for d in where.findings.diagnostics]


@pytest.mark.parametrize(
    ("kind", "line", "value", "codes"),
    [
        ("script", "chk", TrackLine("chk"), []),
        ("script", "chk weight -20", TrackLine("chk", -20), []),
        ("script", "chk reverse weight 5", TrackLine("chk", 5, True), []),
        ("script", "chk weight 5 noreverse", TrackLine("chk", 5, False), []),
        ("script", "chk weight 254", TrackLine("chk", 253), ["SF3002"]),
        ("script", "chk weight -254", TrackLine("chk", -253), ["SF3002"]),
        ("script", "chk weight 255", TrackLine("chk"), ["SF3002"]),
        ("script", "chk weight x", TrackLine("chk"), ["SF3001"]),
        ("script", "chk weight", DROPPED, ["SF3102"]),
        ("script", "chk weight=0", DROPPED, ["SF3111"]),
        ("script", "chk wieght 0", DROPPED, ["SF3111"]),
        ("script", "chk weight 3 more", TrackLine("chk", 3), ["SF3103"]),
        ("file", "f weight 254", TrackLine("f", 254), []),
        ("process", "p weight 255", TrackLine("p"), ["SF3002"]),
        ("interface", "eth1 weight x", TrackLine("eth1", 0), ["SF3001"]),
        ("interface", "eth1 noreverse", DROPPED, ["SF3111"]),
        ("interface", "e" * 16, DROPPED, ["SF3006"]),
    ],
)
def test_lines(kind, line, value, codes):
    assert read(kind, *line.split()) == (value, codes)


def test_a_slip_is_answered_with_the_right_word():
    where = reader(["chk", "wieght", "3"])
    TrackEntry("script").read(where)
    assert where.findings.diagnostics[0].hint == "did you mean `weight`?"


@pytest.mark.parametrize(
    ("texts", "value", "codes"),
    [
        (["-20"], Weight(-20, False), []),
        (["-20", "reverse"], Weight(-20, True), []),
        (["-20", "revers"], Weight(-20, False), ["SF3103"]),
        (["255"], Weight(0, False), ["SF3002"]),
    ],
)
def test_weights_of_definitions(texts, value, codes):
    where = reader(["weight", *texts])
    words = where.statement.arguments
    assert WeightKind("script").read(words, where) == value
    assert [d.code for d in where.findings.diagnostics] == codes


WORDS = st.sampled_from(["weight", "reverse", "noreverse", "-1", "254", "x", "", "٣"])


@given(st.sampled_from(list(WEIGHT_LIMITS)), st.lists(WORDS | st.text(), min_size=1, max_size=5))
def test_no_line_raises_and_weights_stay_in_their_limits(kind, texts):
    value, codes = read(kind, *texts)
    if value is DROPPED:
        assert codes
    else:
        assert value.weight is None or abs(value.weight) <= WEIGHT_LIMITS[kind]
