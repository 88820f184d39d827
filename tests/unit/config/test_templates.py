from __future__ import annotations

import pytest

from standfast.config.templates import TemplateLine, is_plain
from standfast.config.text import Line

PLAIN = {"N": "7", "IF": "eth0"}


def line(text: str) -> TemplateLine:
    return TemplateLine(text, Line("a.conf", 3, text))


def test_a_prepared_line_is_filled_in_with_the_places_of_its_references():
    word = line('  dev eth${N} "on $IF now" {').pieces(PLAIN)
    assert [piece.raw for piece in word] == ['dev eth7 "on eth0 now"', "{"]
    assert [(w.text, w.quoted, w.span.column, w.span.end) for w in word[0].words] == [
        ("dev", False, 3, 6),
        ("eth7", False, 7, 14),
        ("on eth0 now", True, 15, 27),
    ]


def test_a_line_without_references_is_cut_only_once():
    constant = line("state BACKUP")
    assert constant.pieces({})[0] is constant.pieces({})[0]


def test_literal_braces_and_format_signs_stay():
    assert line("a ${N}% {{").pieces(PLAIN) is not None
    assert line('"{0}{N}" ${N}').pieces(PLAIN)[0].raw == '"{0}{N}" 7'


@pytest.mark.parametrize(
    "text",
    [
        "dev $UNKNOWN",
        "@main x",
        "~SEQ(N, 1, 2) x",
        "$X=${N}",
        "include ${N}.conf",
        "${_RANDOM 1 2}",
        "$IF/24",
        "a\\#b",
        'open "quote ${N}',
        "<${N}> <placeholder>",
        "x" * 300,
    ],
)
def test_what_may_mean_more_goes_the_long_way(text):
    assert line(text).pieces(PLAIN) is None


def test_a_value_that_makes_an_include_goes_the_long_way():
    assert line("${A} x").pieces({"A": "include"}) is None


@pytest.mark.parametrize("value", ["", "a b", "a#b", '"a"', "{", "$X", "@id", "~SEQ", "a,b", "x" * 41, "a\\"])
def test_values_that_mean_something_are_not_plain(value):
    assert not is_plain(value)
    assert is_plain("2001:db8::1/64")


def test_what_may_become_another_programs_placeholder_is_read_like_any_other_line():
    assert line("{{${A}}}").pieces({"A": "1"}) is None
