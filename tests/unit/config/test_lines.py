from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.kinds import Reader
from standfast.config.lines import OptionLine, RefusedError, c_integer
from standfast.config.tree import Statement, Word
from standfast.values import Address


def line(text: str) -> tuple[OptionLine, Findings]:
    words = tuple(Word(t, Span("f", 1, i, i + 1)) for i, t in enumerate(text.split(" "), 1))
    findings = Findings()
    return OptionLine(Reader(Statement(words, text, text), findings)), findings


def test_words_come_one_after_the_other():
    cursor, _ = line("a b")
    assert cursor.peek() == "a"
    assert [cursor.next().text, cursor.next().text, cursor.next()] == ["a", "b", None]
    assert cursor.peek() == ""


@pytest.mark.parametrize(
    ("text", "method", "code"),
    [
        ("mtu", lambda c, w: c.value(w), "SF3102"),
        ("mtu x", lambda c, w: c.number(w, 0, 9), "SF3001"),
        ("mtu 1e3", lambda c, w: c.number(w, 0, 9), "SF3001"),
        ("mtu 10", lambda c, w: c.number(w, 0, 9), "SF3002"),
        ("mark 0x1z", lambda c, w: c.c_number(c.value(w), "mark", 9), "SF3001"),
        ("mark 0x10", lambda c, w: c.c_number(c.value(w), "mark", 9), "SF3002"),
        ("via x", lambda c, w: c.address(c.value(w)), "SF3005"),
        ("via ::1", lambda c, w: c.address(c.value(w), 4), "SF3007"),
        ("dev " + "e" * 16, lambda c, w: c.interface(w), "SF3006"),
        ("vja", lambda c, w: c.unknown(w, "a route", ("via",)), "SF3111"),
    ],
)
def test_a_fault_drops_the_line(text, method, code):
    cursor, findings = line(text)
    word = cursor.next()
    with pytest.raises(RefusedError):
        method(cursor, word)
    assert [d.code for d in findings.diagnostics] == [code]


def test_values():
    cursor, findings = line("a 7")
    assert cursor.number(cursor.next(), 0, 9) == 7
    cursor, _ = line("a 192.0.2.0/24 192.0.2.1")
    cursor.next()
    assert cursor.prefix(cursor.next()) == (Address.parse("192.0.2.0"), 24)
    assert cursor.prefix(cursor.next()) == (Address.parse("192.0.2.1"), 32)
    assert findings.diagnostics == []
    cursor, findings = line("192.0.2.0/33")
    assert cursor.prefix(cursor.next()) == (Address.parse("192.0.2.0"), 32)
    assert [d.code for d in findings.diagnostics] == ["SF3101"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("10", 10), ("0x10", 16), ("010", 8), ("08", None), ("-1", None), ("1_0", None), ("", None)],
)
def test_numbers_as_c_writes_them(text, value):
    assert c_integer(text) == value


@given(st.text())
def test_no_text_is_too_strange_for_a_number(text):
    assert c_integer(text) is None or c_integer(text) >= 0
