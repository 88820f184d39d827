"""The grammar of lines in ``virtual_server_group``."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader
from standfast.config.lvs_entries import GroupEntry
from standfast.config.lvs_model import AddressRange, MarkEntry
from standfast.config.tree import Statement, Word
from standfast.values import Address


def read(line: str) -> tuple[Any, list[str]]:
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(line.split(" "), 1))
    findings = Findings()
    value = GroupEntry().read(Reader(Statement(words, line, line), findings))
    return value, [d.code for d in findings.diagnostics]


def span(first: str, last: str, port: int = 0) -> AddressRange:
    return AddressRange(first=Address.parse(first), last=Address.parse(last), port=port)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("192.0.2.1", span("192.0.2.1", "192.0.2.1")),
        ("192.0.2.1 80", span("192.0.2.1", "192.0.2.1", 80)),
        ("192.0.2.1 0", span("192.0.2.1", "192.0.2.1")),
        ("192.0.2.1-9 80", span("192.0.2.1", "192.0.2.9", 80)),
        ("192.0.2.1-192.0.3.9 80", span("192.0.2.1", "192.0.3.9", 80)),
        ("192.0.2.0/30 80", span("192.0.2.0", "192.0.2.3", 80)),
        ("fd00::1-ff", span("fd00::1", "fd00::ff")),
        ("fd00::1-fd00::5", span("fd00::1", "fd00::5")),
        ("fwmark 5", MarkEntry(mark=5)),
        ("fwmark 5 inet6", MarkEntry(mark=5, family=6)),
    ],
)
def test_good_lines(line, value):
    assert read(line) == (value, [])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("192.0.2.9-3 80", "SF3304"),
        ("192.0.2.9-9 80", "SF3304"),
        ("192.0.2.1-256 80", "SF3304"),
        ("192.0.2.1- 80", "SF3304"),
        ("192.0.2.1-a 80", "SF3304"),
        ("192.0.2.1-fd00::1", "SF3007"),
        ("fd00::1-10000", "SF3304"),
        ("192.0.2.1/24 80", "SF3305"),
        ("192.0.2.0/33", "SF3101"),
        ("192.0.2.0/24-30", "SF3101"),
        ("192.0.2.1 http", "SF3001"),
        ("192.0.2.1 - 192.0.2.5 80", "SF3001"),
        ("web 80", "SF3005"),
        ("fwmark x", "SF3001"),
        ("fwmark", "SF2108"),
        ("fwmark 5 ipv4", "SF3004"),
    ],
)
def test_bad_lines_are_dropped_with_one_reason(line, code):
    assert read(line) == (DROPPED, [code])


def test_what_is_too_much_is_told():
    assert read("192.0.2.1 80 90")[1] == ["SF2109"]
    assert read("10.0.0.0/16 80")[1] == ["SF3306"]


V4 = st.integers(0, 2**32 - 2).map(IPv4Address)
V6 = st.integers(0, 2**128 - 2).map(IPv6Address)


@settings(max_examples=150)
@given(st.one_of(V4, V6), st.integers(1, 2**16), st.integers(1, 65535))
def test_a_range_written_in_full_is_read_as_it_stands(first, more, port):
    most = 2**first.max_prefixlen - 1
    last = type(first)(min(int(first) + more, most))
    value, codes = read(f"{first}-{last} {port}")
    assert value == span(str(first), str(last), port)
    assert set(codes) <= {"SF3306"}


@settings(max_examples=150)
@given(st.one_of(V4, V6), st.integers(0, 128))
def test_a_prefix_is_all_its_addresses(address, length):
    network = ip_network((address, min(length, address.max_prefixlen)), strict=False)
    value, _ = read(str(network))
    assert value == span(str(network[0]), str(network[-1]))


@settings(max_examples=300)
@given(st.lists(st.text("0123456789abcdef.:-/ fwmark inet6", max_size=12), min_size=1, max_size=4))
def test_anything_is_a_line_or_a_complaint(words):
    value, codes = read(" ".join(words))
    assert (value is DROPPED) == bool(set(codes) - {"SF2109", "SF3306"})
    if isinstance(value, AddressRange):
        assert value.first <= value.last
        assert 0 <= value.port <= 65535
