from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config import kinds
from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Kind, Reader
from standfast.config.load import load_text
from standfast.config.tree import Statement, Word
from standfast.values import SECOND, Address


def read(kind: Kind, *texts: str, keyword: str = "keyword") -> tuple[Any, list[str]]:
    """The value, and the codes of the complaints."""
    words = tuple(Word(text, Span("f", 1, 1, 2)) for text in (keyword, *texts))
    findings = Findings()
    value = kind.read(words[1:], Reader(Statement(words, "", ""), findings))
    return value, [d.code for d in findings.diagnostics]


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ("5", 5, []),
        ("+5", 5, []),
        ("007", 7, []),
        (" 7 ", 7, []),
        ("1", 1, []),
        ("255", 255, []),
        ("0", DROPPED, ["SF3002"]),
        ("256", DROPPED, ["SF3002"]),
        ("-1", DROPPED, ["SF3002"]),
        ("9" * 5000, DROPPED, ["SF3002"]),
        ("100abc", 100, ["SF3001"]),  # as keepalived, which warns
        ("300abc", DROPPED, ["SF3001"]),
        ("0x10", DROPPED, ["SF3001"]),
        ("1.5", 1, ["SF3001"]),
        ("", DROPPED, ["SF3001"]),
        ("٣", DROPPED, ["SF3001"]),
    ],
)
def test_integers_are_decimal_and_within_limits(text, value, codes):
    assert read(kinds.Integer(1, 255), text) == (value, codes)


def test_a_wrong_number_voids_some_keywords():
    assert read(kinds.Integer(1, 255), "100abc", keyword="priority") == (DROPPED, ["SF3001"])
    assert read(kinds.Seconds(0, 300 * SECOND, places=0), "9s", keyword="time_window") == (DROPPED, ["SF3001"])


def test_a_clamped_number_is_used_at_the_limit_with_an_error():
    assert read(kinds.Integer(1, 99, clamp=True), "200") == (99, ["SF3002"])


def test_a_number_may_be_left_out():
    assert read(kinds.Integer(1, 254, least=0, bare=254)) == (254, [])


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ("1", SECOND, []),
        ("0.01", 10_000, []),
        (".5", 500_000, []),
        ("2.", 2 * SECOND, []),
        ("1.000000", SECOND, []),
        ("1.0000004", SECOND, ["SF3003"]),
        ("1.0000005", SECOND + 1, ["SF3003"]),
        ("300", DROPPED, ["SF3002"]),
        ("-1", DROPPED, ["SF3001"]),
        ("1e3", DROPPED, ["SF3001"]),
        ("1.2.3", DROPPED, ["SF3001"]),
        (".", DROPPED, ["SF3001"]),
        ("1s", DROPPED, ["SF3001"]),
    ],
)
def test_seconds_become_microseconds(text, value, codes):
    assert read(kinds.Seconds(0, 255 * SECOND), text) == (value, codes)


def test_whole_seconds_allow_no_fraction():
    assert read(kinds.Seconds(0, 10 * SECOND, places=0), "1.5") == (DROPPED, ["SF3003"])
    assert read(kinds.Seconds(0, 10 * SECOND, places=0), "3s") == (3 * SECOND, ["SF3001"])
    assert read(kinds.Seconds(0, 10 * SECOND, places=0), "30s") == (DROPPED, ["SF3001"])


@given(st.integers(0, 4294_967_295))
def test_what_is_shown_is_read_back(micros):
    assert read(kinds.Seconds(0, 4294_967_295), kinds.plain_seconds(micros)) == (micros, [])


@pytest.mark.parametrize(
    ("words", "value", "codes"),
    [((), True, []), (("on",), True, []), (("no",), False, []), (("On",), DROPPED, ["SF3004"])],
)
def test_a_switch_is_on_when_bare_and_minds_its_case(words, value, codes):
    assert read(kinds.Switch(), *words) == (value, codes)


def test_a_choice_says_that_capitals_count():
    findings = Findings()
    words = tuple(Word(text, Span("f", 1, 1, 2)) for text in ("state", "master"))
    kinds.Choice({"MASTER": 1, "BACKUP": 2}).read(words[1:], Reader(Statement(words, "", ""), findings))
    assert findings.diagnostics[0].message == "`state` knows `MASTER`, `BACKUP`, not `master`"
    assert "MASTER" in findings.diagnostics[0].hint


@pytest.mark.parametrize(
    ("kind", "text", "value", "codes"),
    [
        (kinds.IpAddress(), "192.0.2.1", Address.parse("192.0.2.1"), []),
        (kinds.IpAddress(), "2001:db8::1", Address.parse("2001:db8::1"), []),
        (kinds.IpAddress(), "router1", DROPPED, ["SF3005"]),
        (kinds.IpAddress(), "192.0.2.1/24", Address.parse("192.0.2.1"), ["SF3301"]),
        (kinds.IpAddress(), "192.0.2/24", DROPPED, ["SF3005"]),
        (kinds.IpAddress(4, multicast=True), "224.0.0.18", Address.parse("224.0.0.18"), []),
        (kinds.IpAddress(4, multicast=True), "192.0.2.1", DROPPED, ["SF3007"]),
        (kinds.IpAddress(4, multicast=True), "ff02::12", DROPPED, ["SF3007"]),
    ],
)
def test_addresses(kind, text, value, codes):
    assert read(kind, text) == (value, codes)


def test_names_of_interfaces_have_15_bytes():
    assert read(kinds.interface(), "a" * 15) == ("a" * 15, [])
    assert read(kinds.interface(), "a" * 16) == (DROPPED, ["SF3006"])


KINDS = [
    kinds.Integer(0, 9),
    kinds.Seconds(0, 9),
    kinds.Switch(),
    kinds.Choice({"a": 1}),
    kinds.Text(),
    kinds.IpAddress(),
    kinds.Flag(),
]


@given(st.sampled_from(KINDS), st.text())
def test_no_text_raises_and_what_is_dropped_was_complained_of(kind, text):
    value, codes = read(kind, text)
    assert (value is not DROPPED) or codes


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: type(k).__name__)
def test_every_kind_describes_itself(kind):
    assert isinstance(kind.syntax, str)
    assert kind.most is None or kind.least <= kind.most


@pytest.mark.parametrize(
    ("text", "unfilled"),
    [("%VIP%", True), ("10.x.x.1", True), ("xxx.xxx.xxx.xxx", True), ("VIP_ADDRESS", True), ("router1", False)],
)
def test_a_stand_in_for_an_address_is_to_be_filled_in(text, unfilled):
    (found,) = load_text(f"vrrp_instance a {{\nmcast_src_ip {text}\n}}\n").diagnostics[:1]
    assert found.hint == ("fill the address in" if unfilled else "names are not looked up here")
