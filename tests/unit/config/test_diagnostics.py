from __future__ import annotations

from standfast.config.diagnostics import Diagnostic, Span


def fault(line: int, text: str) -> Diagnostic:
    return Diagnostic("error", "SF3001", Span("a.conf", line, 5, 9), "`x` is not a number", source_line=text)


def test_a_fault_that_only_moved_is_the_same_fault():
    assert fault(3, "  priority x").identity == fault(9, "priority x").identity
    assert fault(3, "  priority x").identity != fault(3, "  priority xx").identity


def test_a_span_reads_as_editors_have_it():
    assert str(Span("a.conf", 3, 5, 9)) == "a.conf:3:5"
