r"""Patterns mean what they mean in PCRE2, whatever the binding does to ``\x``."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast_checkers.pattern import BITS, PagePattern, PatternError
from standfast_checkers.url import OPTIONS


def test_every_option_that_can_be_written_has_its_bit():
    assert set(BITS) == OPTIONS


@pytest.mark.parametrize(
    ("pattern", "options", "page", "found"),
    [
        ("status: *ok", (), b"x\nstatus:  ok", True),
        ("STATUS", (), b"status", False),
        ("STATUS", ("caseless",), b"status", True),
        ("a.b", (), b"a\nb", False),
        ("a.b", ("dotall",), b"a\nb", True),
        ("^b", (), b"a\nb", False),
        ("^b", ("multiline",), b"a\nb", True),
        ("a b # c", ("extended",), b"ab", True),
        ("a$", (), b"a\n", True),
        ("a$", ("dollar_endonly",), b"a\n", False),
        ("b", ("firstline",), b"a\nb", False),
        (r"(?<n>a)(?<n>b)", ("dupnames",), b"ab", True),
        ("[]", ("allow_empty_class",), b"a", False),
        (r"\w", (), b"\xc3\xa9", False),
        (r"\w", ("utf",), "é".encode(), False),
        (r"\w", ("utf", "ucp"), "é".encode(), True),
        ("^.$", (), "é".encode(), False),
        ("^.$", ("utf",), "é".encode(), True),
        (r"(?i)straße", ("utf",), "STRAßE".encode(), True),
        (r"\x41\x{42}\x{043}", (), b"ABC", True),
        (r"\xe9\x{e9}", (), b"\xe9\xe9", True),
        (r"\xe9", ("utf",), "é".encode(), True),
        (r"\x{20ac}", ("utf",), "€".encode(), True),
        (r"\x{1f600}", ("utf",), "😀".encode(), True),
        (r"\x4", (), b"\x04", True),
        (r"\\x{41}", (), b"A", False),
        (r"\Q\x41\E", (), rb"\x41", True),
        (r"\u0041", ("alt_bsux",), b"A", True),
        (r"(a)|\1b", ("match_unset_backref",), b"b", True),
        ("[[:alpha:]]+", (), b"12a", True),
        (r"(?>a+)b", (), b"aab", True),
        (r"(a(?R)?b)", (), b"aabb", True),
    ],
)
def test_patterns(pattern, options, page, found):
    assert PagePattern(pattern, options).found(page) is found


def test_ungreedy_is_felt_where_a_match_begins_and_ends():
    assert PagePattern("^a+$", ("ungreedy",)).found(b"aaa")


@pytest.mark.parametrize(
    ("least", "most", "found"),
    [(0, None, True), (3, None, True), (4, None, False), (0, 3, True), (0, 2, False), (9, None, False)],
)
def test_where_a_match_may_begin(least, most, found):
    assert PagePattern("x", (), least, most).found(b"abcx") is found


@pytest.mark.parametrize("pattern", ["a(", "a)", "[a", "*", "(?<n>a)(?<n>b)", r"\C"])
def test_what_does_not_compile(pattern):
    with pytest.raises(PatternError) as error:
        PagePattern(pattern)
    assert str(error.value)
    assert "position" not in str(error.value)


def test_a_pattern_that_backtracks_without_end_gives_up():
    pattern = PagePattern("(a+)+$")
    before = time.monotonic()
    with pytest.raises(PatternError, match="match limit"):
        pattern.found(b"a" * 5000 + b"b")
    assert time.monotonic() - before < 30


def test_a_page_that_is_no_utf_8():
    with pytest.raises(PatternError, match="UTF-8"):
        PagePattern("a", ("utf",)).found(b"\xff")


@given(st.text(max_size=30), st.binary(max_size=100), st.lists(st.sampled_from(sorted(OPTIONS)), max_size=4))
def test_anything_goes_or_is_refused(pattern, page, options):
    try:
        PagePattern(pattern, tuple(options)).found(page)
    except PatternError as error:
        assert str(error)  # noqa: PT017 - either may happen
