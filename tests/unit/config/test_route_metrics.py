from __future__ import annotations

import pytest

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.kinds import Reader
from standfast.config.lines import OptionLine, RefusedError
from standfast.config.route_metrics import read_metric
from standfast.config.tree import Statement, Word


def read(text: str):
    words = tuple(Word(t, Span("f", 1, i, i + 1)) for i, t in enumerate(text.split(" "), 1))
    findings = Findings()
    line = OptionLine(Reader(Statement(words, text, text), findings))
    try:
        value = read_metric(line, line.next())
    except RefusedError:
        value = None
    return value, [d.code for d in findings.diagnostics]


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ("mtu 1400", ("mtu", 1400, False), []),
        ("mtu lock 1400", ("mtu", 1400, True), []),
        ("rtt 300", ("rtt", 300, False), []),
        ("rtt 300ms", ("rtt", 2400, False), []),
        ("rttvar 0.5s", ("rttvar", 2000, False), []),
        ("rto_min lock 1sec", ("rto_min", 1000, True), []),
        ("rtt 5ms", ("rtt", 1600, False), ["SF3002"]),
        ("rtt 121s", ("rtt", 960_000, False), ["SF3002"]),
        ("rtt 1e3ms", None, ["SF3001"]),
        ("rtt 0.5", None, ["SF3001"]),
        ("window lock", None, ["SF3001"]),
        ("hoplimit 256", None, ["SF3002"]),
        ("congctl lock cubic", ("congctl", "cubic", True), []),
        ("congctl " + "c" * 16, None, ["SF3006"]),
    ],
)
def test_metrics(text, value, codes):
    assert read(text) == (value, codes)
