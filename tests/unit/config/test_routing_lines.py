from __future__ import annotations

import pytest

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.iproute_names import Named
from standfast.config.kinds import Reader
from standfast.config.lines import RefusedError
from standfast.config.routing_lines import RoutingReader
from standfast.config.tree import Statement, Word


def line(text: str) -> RoutingReader:
    words = tuple(Word(t, Span("f", 1, i, i + 1)) for i, t in enumerate(text.split(" "), 1))
    return RoutingReader(Reader(Statement(words, text, text), Findings()))


def codes(reader: RoutingReader) -> list[str]:
    return [d.code for d in reader.reader.findings.diagnostics]


def test_the_first_address_decides_the_family():
    reader = line("192.0.2.0/24 all 0.0.0.0/0 2001:db8::1")
    assert str(reader.one_prefix(reader.next())[0]) == "192.0.2.0"
    assert reader.one_prefix(reader.next()) == (None, 0)
    assert reader.one_prefix(reader.next()) == (None, 0)
    word = reader.next()
    with pytest.raises(RefusedError):
        reader.one_address(word)
    assert (codes(reader), reader.result.family) == (["SF3112"], 4)


def test_names_wait_and_numbers_do_not():
    reader = line("table blue main 7")
    assert reader.named(reader.next(), "table") == Named("table", reader.reader.statement.words[1])
    assert [reader.named_in(reader.next(), "table") for _ in range(2)] == [254, 7]


@pytest.mark.parametrize(("text", "code"), [("scope 256", "SF3002"), ("scope 1x", "SF3001"), ("scope -1", "SF3001")])
def test_numbers_have_limits(text, code):
    reader = line(text)
    word = reader.next()
    with pytest.raises(RefusedError):
        reader.named(word, "scope")
    assert codes(reader) == [code]


def test_pairs():
    reader = line("realms 1/2 realms 3 sport 5 sport 5-7")
    fields: dict[str, int] = {}
    reader.realms(reader.next(), fields)
    assert fields == {"realm_from": 1, "realm_to": 2}
    reader.realms(reader.next(), fields)
    assert fields["realm_to"] == 3
    assert [reader.span_of(reader.next(), 1, 9) for _ in range(2)] == [(5, 5), (5, 7)]


def test_a_protocol_of_ones_own_needs_no_track():
    reader = line("x")
    reader.fields.update(protocol=3)
    reader.protocol()
    assert (reader.fields, codes(reader)) == ({}, ["SF3116"])
    reader.fields.update(protocol=3, no_track=True)
    reader.protocol()
    assert reader.fields["protocol"] == 3
