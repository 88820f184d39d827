"""The grammar of address and peer lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Span
from standfast.config.entries import ADDRESS_OPTIONS, AddressEntry, PeerEntry
from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader
from standfast.config.schema import EntryKind
from standfast.config.tree import Statement, Word
from standfast.values import Address


def read(entry: EntryKind, line: str) -> tuple[Any, list[str]]:
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(line.split(" "), 1))
    findings = Findings()
    value = entry.read(Reader(Statement(words, line, line), findings))
    return value, [d.code for d in findings.diagnostics]


def address(line: str) -> tuple[Any, list[str]]:
    return read(AddressEntry(), line)


@pytest.mark.parametrize(
    ("line", "prefix", "codes"),
    [
        ("192.0.2.1", 32, []),
        ("2001:db8::1", 128, []),
        ("192.0.2.1/24", 24, []),
        ("192.0.2.1/0", 0, []),
        ("192.0.2.1/33", 32, ["SF3101"]),
        ("192.0.2.1/x", 32, ["SF3101"]),
        ("192.0.2.1/24;", 24, ["SF3101"]),
        ("192.0.2.1/33;", 32, ["SF3101"]),
        ("192.0.2.1/", 32, ["SF3101"]),
        ("2001:db8::1/129", 128, ["SF3101"]),
    ],
)
def test_a_wrong_length_becomes_that_of_one_host(line, prefix, codes):
    value, found = address(line)
    assert (value.prefix, found) == (prefix, codes)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("<VIP>/24", ["SF3005"]),
        ("192.168.100./24", ["SF3005"]),
        ("192.0.2.1 dev eth0 dev eth1", ["SF3105"]),
        ("192.0.2.1 dev", ["SF3102"]),
        ("192.0.2.1 dev " + "e" * 16, ["SF3006"]),
        ("192.0.2.1 label " + "l" * 16, ["SF3006"]),
        ("192.0.2.1 brd x", ["SF3005"]),
        ("192.0.2.1 brd ::1", ["SF3007"]),
        ("2001:db8::1 brd +", ["SF3104"]),
        ("192.0.2.1 peer ::1", ["SF3007"]),
        ("192.0.2.1 scope galaxy", ["SF3004"]),
        ("192.0.2.1 preferred_lft soon", ["SF3001"]),
    ],
)
def test_what_drops_a_line(line, codes):
    assert address(line) == (DROPPED, codes)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("192.0.2.1 via", ["SF3103"]),
        ("2001:db8::1 scope link", ["SF3104"]),
        ("2001:db8::1 label x", ["SF3104"]),
        ("192.0.2.1/31 brd +", ["SF3104"]),
        ("192.0.2.1/24 peer 192.0.2.2", ["SF3104"]),
        ("192.0.2.1 peer 192.0.2.2/24", ["SF3101"]),
        ("192.0.2.1 track_group g", ["SF3103", "SF3103"]),
    ],
)
def test_what_is_only_ignored(line, codes):
    value, found = address(line)
    assert value is not DROPPED
    assert found == codes


@pytest.mark.parametrize(("word", "scope"), [("global", 0), ("site", 200), ("link", 253), ("host", 254), ("42", 42)])
def test_scopes_are_the_kernels(word, scope):
    assert address(f"192.0.2.1 scope {word}")[0].scope == scope


@pytest.mark.parametrize(
    ("line", "broadcast"),
    [
        ("192.0.2.17/28 brd +", "192.0.2.31"),
        ("192.0.2.17/28 broadcast -", "192.0.2.16"),
        ("192.0.2.17/28 brd 192.0.2.255", "192.0.2.255"),
    ],
)
def test_broadcast_addresses(line, broadcast):
    assert address(line)[0].broadcast == Address.parse(broadcast)


def test_a_peer_has_neither_length_nor_broadcast():
    value, _ = address("192.0.2.1/24 brd + peer 192.0.2.2")
    assert (value.prefix, value.broadcast, value.peer) == (32, None, Address.parse("192.0.2.2"))


@pytest.mark.parametrize(
    ("line", "lifetime"),
    [
        ("2001:db8::1", 0),
        ("2001:db8::1/64", None),
        ("2001:db8::1 preferred_lft forever", None),
        ("2001:db8::1 preferred_lft 30", 30),
        ("192.0.2.1", None),
    ],
)
def test_an_ipv6_host_address_is_no_source_unless_asked(line, lifetime):
    assert address(line)[0].preferred_lft_s == lifetime


def test_flags_stand_alone():
    flags = {"home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track"}
    assert address("2001:db8::1 " + " ".join(sorted(flags)))[0].flags == flags
    assert address("192.0.2.1 use_vmac")[0].flags == {"use_vmac"}


def test_static_addresses_know_other_words():
    value, codes = read(AddressEntry(static=True), "192.0.2.1 track_group up use_vmac")
    assert (value.track_group, codes) == ("up", ["SF3103"])
    assert {text.split()[0] for text, _ in AddressEntry().options} == set(ADDRESS_OPTIONS) - {"track_group"}


@pytest.mark.parametrize(
    ("line", "bounds", "checks", "codes"),
    [
        ("192.0.2.3", (0, 255), False, []),
        ("192.0.2.3 min_ttl 254", (254, 255), True, []),
        ("192.0.2.3 max_ttl 5 min_ttl 3", (3, 5), True, []),
        ("192.0.2.3 min_ttl 9 max_ttl 5", (9, 5), True, ["SF4032"]),
        ("192.0.2.3 min_ttl 256", (0, 255), False, ["SF3002"]),
        ("192.0.2.3 min_ttl", (0, 255), False, ["SF3102"]),
        ("192.0.2.3 port 5 min_ttl 3", (0, 255), False, ["SF3103"]),
    ],
)
def test_peers_keep_their_line_whatever_its_options(line, bounds, checks, codes):
    value, found = read(PeerEntry(), line)
    assert ((value.peer.min_ttl, value.peer.max_ttl), value.checks_ttl, found) == (bounds, checks, codes)


def test_a_peer_is_an_address():
    assert read(PeerEntry(), "ip address host") == (DROPPED, ["SF3005"])


LINE = st.lists(
    st.one_of(st.sampled_from([*ADDRESS_OPTIONS, "192.0.2.1/24", "::1", "+", "-", "7"]), st.text(max_size=9))
)


@given(LINE, st.sampled_from([AddressEntry(), AddressEntry(static=True), PeerEntry()]))
def test_no_line_raises_and_what_is_dropped_was_complained_of(words, entry):
    line = " ".join(words) or "x"
    value, codes = read(entry, line)
    assert value is not DROPPED or codes
