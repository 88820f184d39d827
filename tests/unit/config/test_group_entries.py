from __future__ import annotations

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.group_entries import NamesEntry
from standfast.config.kinds import DROPPED, Reader
from standfast.config.tree import Statement, Word


def test_names_share_a_line_and_interfaces_have_a_length():
    words = tuple(Word(t, Span("f", 1, i, i + 1)) for i, t in enumerate(("eth0", "e" * 16), 1))
    reader = Reader(Statement(words, "", ""), Findings())
    assert NamesEntry("INSTANCE").read(reader) == words
    assert NamesEntry("INTERFACE", interfaces=True).read(reader) == words[:1]
    assert [d.code for d in reader.findings.diagnostics] == ["SF3006"]
    alone = Reader(Statement(words[1:], "", ""), Findings())
    assert NamesEntry("INTERFACE", interfaces=True).read(alone) is DROPPED
