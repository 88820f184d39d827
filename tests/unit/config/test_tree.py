from __future__ import annotations

from standfast.config.diagnostics import Span
from standfast.config.tree import Statement, Word


def test_the_first_word_is_the_keyword():
    words = tuple(Word(t, Span("f", 1, 1, 2)) for t in ("priority", "150"))
    statement = Statement(words, "priority 150", "priority 150")
    assert statement.keyword.text == "priority"
    assert [w.text for w in statement.arguments] == ["150"]
