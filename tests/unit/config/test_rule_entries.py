from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader
from standfast.config.route_words import RULE_OPTIONS
from standfast.config.rule_entries import _OPTIONS, RuleEntry
from standfast.config.tree import Statement, Word


def read(line: str | list[str], *, static: bool = False) -> tuple[Any, list[str]]:
    texts = line.split(" ") if isinstance(line, str) else line
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(texts, 1))
    findings = Findings()
    value = RuleEntry(static).read(Reader(Statement(words, "", ""), findings))
    return value, [d.code for d in findings.diagnostics]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("from 10.0.0.0/8 table 100", {"action": "table", "table": 100, "source_prefix": 8}),
        ("to 10.0.0.0/8 from all lookup main", {"table": 254, "source_prefix": 0}),
        ("fwmark 0x10/0xff blackhole", {"mark": 16, "mask": 255, "action": "blackhole"}),
        ("type unreachable from 10.0.0.1", {"action": "unreachable", "source_prefix": 32}),
        ("preference 0x10 goto 20", {"preference": 16, "goto": 20}),
        ("sport 80-80 dport 80-90 ipproto tcp l3mdev", {"source_ports": (80, 80), "destination_ports": (80, 90)}),
        ("ipproto 17 nop uidrange 1-5", {"ip_protocol": 17, "uids": (1, 5)}),
        ("not iif eth0 oif eth1 tunnel-id 9 prohibit", {"inverted": True, "tunnel_id": 9}),
        ("table 5 realms 1/2 suppress_prefixlength 3 sup_group 4", {"suppress_prefixlength": 3, "suppress_group": 4}),
    ],
)
def test_good_lines(line, fields):
    value, codes = read(line)
    assert codes == []
    assert {name: value.fields[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("sport 80 table 5", {"source_ports": (80, 80)}),
        ("ip_proto 17 nop", {"ip_protocol": 17}),
        ("uidrange 5 nop", {"uids": (5, 5)}),
    ],
)
def test_what_keepalived_would_not_take(line, fields):
    value, codes = read(line)
    assert codes == ["SF3103"]
    assert {name: value.fields[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("from 10.0.0.0/8", ["SF3113"]),
        ("from 10.0.0.0/8 to ::/0 table 4", ["SF3112"]),
        ("table 4 blackhole", ["SF3115"]),
        ("table 0", ["SF3002"]),
        ("blackhole realms 4", ["SF3104"]),
        ("goto 5 preference 6", ["SF3104"]),
        ("goto 5", ["SF3104"]),
        ("sport 90-80 table 4", ["SF3002"]),
        ("sport 0 table 4", ["SF3002"]),
        ("uidrange 5- table 4", ["SF3001"]),
        ("ipproto nonsense table 4", ["SF3004"]),
        ("type table 4", ["SF3004"]),
        ("tabel 4", ["SF3111"]),
        ("table 4 track_group g", ["SF3111"]),
    ],
)
def test_a_fault_drops_the_line(line, codes):
    assert read(line) == (DROPPED, codes)


def test_every_option_has_words():
    assert {*_OPTIONS, "track_group"} == set(RULE_OPTIONS)
    assert read("iif eth0 table 4 track_group g", static=True)[0].fields["track_group"] == "g"


VALUES = st.sampled_from([*RULE_OPTIONS, "10.0.0.0/8", "::1", "eth0", "7", "5-9", "0x10/3", "all", "tcp"])


@given(st.lists(VALUES | st.text(), min_size=1, max_size=9), st.booleans())
def test_no_line_raises_and_what_is_dropped_was_complained_of(texts, static):
    value, codes = read(texts, static=static)
    assert value is not DROPPED or codes
