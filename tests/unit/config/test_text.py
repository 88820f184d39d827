from __future__ import annotations

from standfast.config.diagnostics import Span
from standfast.config.text import MAX_LINE, Line, Text, identity, too_long

LINE = Line("a.conf", 7, "  use $X end")


def test_without_marks_a_character_stands_where_it_is():
    assert Text(LINE.text, LINE).span(2, 5) == Span("a.conf", 7, 3, 6)


def test_marks_lead_back_to_the_reference():
    marks = identity(6) + [(7, 9)] * 5 + [(9, 10)]
    text = Text("  use value.", LINE, (), marks)
    assert text.span(6, 11) == Span("a.conf", 7, 7, 9)
    assert text.span(6, 12) == Span("a.conf", 7, 7, 10)
    assert text.cut(8).span(6, 8) == Span("a.conf", 7, 7, 9)


def test_blanking_the_start_keeps_columns():
    rest = Text("@main use", LINE).without_start(5)
    assert rest.text == "      use"
    assert rest.head == "use"
    assert rest.span(6, 9) == Span("a.conf", 7, 7, 10)


def test_marks_of_any_length_can_be_had():
    assert identity(3) == [(1, 2), (2, 3), (3, 4)]
    assert identity(5000)[-1] == (5000, 5001)


def test_the_limit_counts_bytes_without_the_blanks_around():
    assert not too_long(" " * 500 + "x" * MAX_LINE + " " * 500)
    assert too_long("x" * (MAX_LINE + 1))
    assert not too_long("ä" * (MAX_LINE // 2))
    assert too_long("ä" * (MAX_LINE // 2 + 1))


def test_places_of_words_share_their_numbers():
    """Ten million words have twenty million columns; each of its own would take 640 MB."""
    line = Text("x" * 900, Line("a.conf", 1, "x" * 900))
    assert line.span(500, 600).column is line.span(500, 700).column
    assert line.span(400, 600).end is line.span(500, 600).end
