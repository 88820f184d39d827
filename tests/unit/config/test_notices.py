from __future__ import annotations

from standfast.config.diagnostics import Frame, Span
from standfast.config.notices import MAX_FRAMES, MAX_NOTICES, Notices, lines_at_fault
from standfast.config.text import Line, Text


def where(number: int) -> Text:
    return Text("some words", Line("a.conf", number, "some words"))


def test_a_fault_is_said_once_however_often_a_loop_passes():
    notices = Notices()
    for turn in range(3):
        notices.say("SF1202", where(1), 0, 4, f"turn {turn}")
    notices.say("SF1202", where(1), 5, 10, "elsewhere in the line")
    assert [found.message for found in notices.all()] == ["turn 0", "elsewhere in the line"]
    assert notices


def test_the_severity_comes_from_the_code():
    notices = Notices()
    notices.say("SF1103", where(1), 0, 1, "x")
    notices.say("SF1202", where(2), 0, 1, "y", hint="do it")
    first, second = notices.all()
    assert (first.severity, second.severity) == ("note", "error")
    assert (second.source_line, second.hint) == ("some words", "do it")


def test_a_flood_is_cut_but_what_is_fatal_always_stands():
    notices = Notices()
    for number in range(1, MAX_NOTICES + 50):
        notices.say("SF1202", where(number), 0, 1, "x")
    notices.add("SF1601", Span("a.conf", 1, 1, 2), "stop", fatal=True)
    found = notices.all()
    assert len(found) == MAX_NOTICES + 2
    assert [d.code for d in found[-2:]] == ["SF1602", "SF1601"]
    assert [d.code for d in notices.fatal] == ["SF1601"]


def test_long_chains_are_cut():
    notices = Notices()
    frames = tuple(Frame(f"step {n}", Span("a", n, 1, 2)) for n in range(1, 100))
    notices.add("SF1202", Span("a", 1, 1, 2), "x", via=frames)
    assert notices.all()[0].via == frames[:MAX_FRAMES]


def test_only_errors_put_a_line_at_fault():
    notices = Notices()
    notices.say("SF1202", where(3), 0, 1, "error")
    notices.say("SF1203", where(4), 0, 1, "note")
    assert lines_at_fault(notices.all()) == {("a.conf", 3)}
