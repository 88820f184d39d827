from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.keywords import tracking_values as values
from standfast.config.kinds import DROPPED, Reader
from standfast.config.tree import Statement, Word


def read(function, *texts):
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(("keyword", *texts), 1))
    findings = Findings()
    return function(words[1:], Reader(Statement(words, "", ""), findings)), [d.code for d in findings.diagnostics]


@pytest.mark.parametrize(
    ("function", "words", "value", "codes"),
    [
        (values.init_file, "", values.InitFile(0, False), []),
        (values.init_file, "-5 overwrite", values.InitFile(-5, True), []),
        (values.init_file, "x", DROPPED, ["SF3001"]),
        (values.process, "a b", ("a", "b"), []),
        (values.process, "a" * 16, ("a" * 16,), ["SF3205"]),
        (values.milliseconds, "0.001", 1000, []),
        (values.milliseconds, "-1", DROPPED, ["SF3001"]),
    ],
)
def test_values(function, words, value, codes):
    assert read(function, *words.split()) == (value, codes)


@given(st.sampled_from([values.init_file, values.process, values.milliseconds]), st.lists(st.text(), min_size=1))
def test_no_text_raises_and_what_is_dropped_was_complained_of(function, words):
    value, codes = read(function, *words)
    assert value is not DROPPED or codes
