"""The grammar of routes; names and defaults are tested with ``routing``."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader
from standfast.config.route_entries import RouteEntry
from standfast.config.route_words import ROUTE_OPTIONS
from standfast.config.tree import Statement, Word


def found_in(line: str | list[str], *, static: bool = False) -> tuple[Any, list[Diagnostic]]:
    texts = line.split(" ") if isinstance(line, str) else line
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(texts, 1))
    findings = Findings()
    value = RouteEntry(static).read(Reader(Statement(words, "", ""), findings))
    return value, findings.diagnostics


def read(line: str | list[str], *, static: bool = False) -> tuple[Any, list[str]]:
    value, found = found_in(line, static=static)
    return value, [d.code for d in found]


@pytest.mark.parametrize(
    "line",
    [
        "192.0.2.0/24 dev eth0",
        "to 192.0.2.0/24 via 10.0.0.1 dev eth0",
        "default via 10.0.0.1 dev eth0",
        "src 10.0.0.5 default via 10.0.0.1 dev eth0",
        "inet6 default via fe80::1 dev eth0",
        "default via fe80::1 dev eth0 inet6",
        "192.0.2.0/24 via inet6 fe80::1 dev eth0",
        "blackhole 192.0.2.0/24 no_track",
        "192.0.2.0/24 dev eth0 mtu lock 1400 rtt 300ms features ecn quickack 1 congctl cubic",
        "192.0.2.0/24 dev eth0 table 100 metric 5 scope link tos 0x10 realms 1/2",
        "192.0.2.0/24 no_track nexthop via 10.0.0.1 weight 3 nexthop dev eth1 onlink realms 4",
        "2001:db8::/32 from 2001:db8:1::/48 dev eth0 expires 10 pref high ttl-propagate enabled",
        "192.0.2.0/24 dev eth0 encap ip id 3 dst 10.0.0.1 ttl 4",
        "192.0.2.0/24 dev eth0 encap mpls 100/200",
        "192.0.2.0/24 dev eth0 encap ila 2001:db8:1:2",
        "192.0.2.0/24 dev eth0 append no_track protocol 3",
    ],
)
def test_good_lines(line):
    value, codes = read(line)
    assert (value is not DROPPED, codes) == (True, [])


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("via 10.0.0.1", ["SF3113"]),
        ("192.0.2.0/24 via fe80::1 dev eth0", ["SF3112"]),
        ("192.0.2.0/24 gateway 10.0.0.1", ["SF3111"]),
        ("2001:db8::/32 dev eth0 realms 5", ["SF3104"]),
        ("192.0.2.0/24 dev eth0 realms 256", ["SF3002"]),
        ("192.0.2.0/24 dev", ["SF3102"]),
        ("192.0.2.0/24 dev eth0 metric x", ["SF3001"]),
        ("192.0.2.0/24 dev eth0 quickack 2", ["SF3002"]),
        ("192.0.2.0/24 dev eth0 pref high", ["SF3104"]),
        ("192.0.2.0/24 dev eth0 encap ip ttl 3", ["SF3113"]),
        ("192.0.2.0/24 dev eth0 encap vxlan 3", ["SF3004"]),
        ("192.0.2.0/24 nexthop weight 3", ["SF3113"]),
        ("192.0.2.0/24 nexthop via 10.0.0.1 weight 257", ["SF3002"]),
        ("192.0.2.0/24 dev eth0 track_group g", ["SF3111"]),
        ("192.0.2.0/24 dev eth0 features ecm", ["SF3004"]),
        ("192.0.2.0/24", ["SF3120"]),
        ("192.0.2.0/24 metric 3 no_track", ["SF3120"]),
    ],
)
def test_a_fault_drops_the_line(line, codes):
    assert read(line) == (DROPPED, codes)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("192.0.2.0/24 via 10.0.0.1", ["SF3117"]),
        ("192.0.2.0/24 dev eth0 dev eth1", ["SF3105"]),
        ("192.0.2.0/24 gw 10.0.0.1 dev eth0", ["SF3114"]),
        ("192.0.2.0/24 dev eth0 protocol 3", ["SF3116"]),
        ("192.0.2.0/33 dev eth0", ["SF3101"]),
        ("192.0.2.0/24 dev eth0 as to 10.0.0.1", ["SF3103"]),
        ("192.0.2.0/24 dev eth0 192.0.3.0/24", ["SF3115"]),
        ("192.0.2.0/24 via 10.0.0.1 or 10.0.0.2 no_track", ["SF3114"]),
        ("default6 via fe80::1 dev eth0", ["SF3114"]),
    ],
)
def test_what_is_only_reported(line, codes):
    value, found = read(line)
    assert (value is not DROPPED, found) == (True, codes)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("192.0.2.0/24 via 10.0.0.1", "add `dev` and the interface, or `no_track`"),
        ("blackhole 192.0.2.0/24", "add `no_track`"),
        ("192.0.2.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.0.2 dev eth0", "add `no_track`"),
    ],
)
def test_what_to_do_about_a_route_without_an_interface_of_its_own(line, hint):
    assert [d.hint for d in found_in(line)[1]] == [hint]


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("default via inet6 fe80::1 dev eth0", 6),
        ("default via inet 10.0.0.1 dev eth0", 4),
        ("default no_track nexthop via inet6 fe80::1 dev eth0 nexthop via inet6 fe80::2 dev eth0", 6),
        ("0.0.0.0/0 via inet6 fe80::1 dev eth0", 4),
        ("192.0.2.0/24 via inet6 fe80::1 dev eth0", 4),
        ("default dev eth0", None),
    ],
)
def test_a_default_route_is_of_its_gateways_family(line, family):
    assert read(line)[0].family == family


def test_groups_are_for_static_routes():
    value, codes = read("192.0.2.0/24 dev eth0 track_group g", static=True)
    assert (value.fields["track_group"], codes) == ("g", [])
    names = [syntax.split()[0] for syntax, _ in RouteEntry().options]
    assert "track_group" not in names
    assert "track_group" in [syntax.split()[0] for syntax, _ in RouteEntry(static=True).options]


def test_a_second_gateway_makes_two_legs():
    value, _ = read("192.0.2.0/24 via 10.0.0.1 or 10.0.0.2 no_track")
    assert [str(leg["via"]) for leg in value.legs] == ["10.0.0.1", "10.0.0.2"]
    assert "via" not in value.fields


VALUES = st.sampled_from(
    [*ROUTE_OPTIONS, "10.0.0.1", "10.0.0.0/8", "::1", "eth0", "7", "0x", "lock", "ip", "mpls", "1/2"]
)


@given(st.lists(VALUES | st.text(), min_size=1, max_size=9), st.booleans())
def test_no_line_raises_and_what_is_dropped_was_complained_of(texts, static):
    value, codes = read(texts, static=static)
    assert value is not DROPPED or codes
