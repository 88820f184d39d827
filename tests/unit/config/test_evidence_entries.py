from __future__ import annotations

import pytest

from standfast.config.diagnostics import Span
from standfast.config.evidence_entries import EvidenceEntry, EvidenceLine
from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader
from standfast.config.tree import Statement, Word
from standfast.values import SECOND


def read(text):
    words = tuple(Word(word, Span("f", 1, i, i + 1)) for i, word in enumerate(text.split(), 1))
    where = Reader(Statement(words, text, text), Findings())
    value = EvidenceEntry().read(where)
    return value, [found.code for found in where.findings.diagnostics]


@pytest.mark.parametrize(
    ("line", "value", "codes"),
    [
        ("gateway", EvidenceLine("gateway", within=SECOND), []),
        ("gateway within 0.25 reverse", EvidenceLine("gateway", True, SECOND // 4), []),
        ("gateway within 6", DROPPED, ["SF3002"]),
        ("gateway within 0", DROPPED, ["SF3002"]),
        ("gateway within soon", DROPPED, ["SF3001"]),
        ("gateway within", DROPPED, ["SF3102"]),
        ("gateway weight 3", DROPPED, ["SF3111"]),
    ],
)
def test_lines(line, value, codes):
    assert read(line) == (value, codes)


def test_what_may_stand_in_a_line_is_told():
    entry = EvidenceEntry()
    assert entry.syntax == "NAME [OPTION]..."
    assert [option.split()[0] for option, _ in entry.options] == ["reverse", "within"]
