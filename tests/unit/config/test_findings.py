from __future__ import annotations

from standfast.config.diagnostics import Span
from standfast.config.findings import MAX_FINDINGS, Findings
from standfast.config.tree import Statement, Word


def at(line: int, *texts: str) -> Statement:
    words = tuple(Word(text, Span("f", line, 1 + i, 2 + i)) for i, text in enumerate(texts or ("word",)))
    return Statement(words, " ".join(texts), f"line {line}")


def test_a_complaint_has_place_and_line():
    findings = Findings()
    place = at(3, "priority", "x")
    findings.error("SF3001", place, "no number", word=place.words[1], hint="write one")
    (found,) = findings.finish()
    assert (found.severity, found.code, found.span.line, found.span.column) == ("error", "SF3001", 3, 2)
    assert (found.source_line, found.hint) == ("line 3", "write one")


def test_what_stops_is_an_error_too():
    findings = Findings()
    findings.stop("SF4001", at(1), "no number")
    assert findings.stops == findings.diagnostics
    assert findings.stops[0].severity == "error"


def test_another_turn_of_a_loop_is_not_another_fault():
    findings = Findings()
    for turn in range(3):
        findings.error("SF3001", at(1), f"turn {turn}")
    findings.error("SF3002", at(1), "another")
    assert [d.message for d in findings.finish()] == ["turn 0", "another"]


def test_what_waits_is_said_once_with_the_other_lines():
    findings = Findings()
    for line in range(1, 9):
        findings.not_acted_on("vrrp_instance/notify", at(line), "not yet")
    findings.not_acted_on("vrrp_instance/vrf", at(9), "not yet")
    first, second = findings.finish()
    assert first.hint == "also in line 2, 3, 4, 5, 6 and 2 more"
    assert second.hint == ""


def test_two_things_that_wait_at_one_place_are_both_said():
    findings = Findings()
    findings.not_acted_on("a", at(1), "a")
    findings.not_acted_on("b", at(1), "b")
    assert [d.message for d in findings.finish()] == ["a", "b"]


def test_nobody_gets_more_than_he_can_read():
    findings = Findings()
    for number in range(MAX_FINDINGS + 10):
        findings.error("SF2101", at(number + 1), "unknown")
    findings.stop("SF4001", at(99_999), "nothing starts like this")
    assert len(findings.diagnostics) == MAX_FINDINGS + 1
    assert findings.diagnostics[-1].code == "SF1602"
    assert [found.code for found in findings.stops] == ["SF4001"]
