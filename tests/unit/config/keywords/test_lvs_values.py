"""Services, ports, forwarding methods, masks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.findings import Findings
from standfast.config.keywords import lvs_values
from standfast.config.keywords.lvs_values import Endpoint, ServiceKey
from standfast.config.kinds import DROPPED, Reader
from standfast.config.lvs_model import Forwarding
from standfast.config.tree import Statement, Word
from standfast.values import Address


def read(function: Any, line: str) -> tuple[Any, list[Diagnostic]]:
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(f"keyword {line}".split(), 1))
    findings = Findings()
    return function(words[1:], Reader(Statement(words, line, line), findings)), findings.diagnostics


def codes(function: Any, line: str) -> list[str]:
    return [d.code for d in read(function, line)[1]]


VIP = Address.parse("192.0.2.1")


@pytest.mark.parametrize(
    ("line", "key", "shown"),
    [
        ("192.0.2.1 80", ServiceKey("address", VIP, 80), "[192.0.2.1]:tcp:80"),
        ("192.0.2.1", ServiceKey("address", VIP), "[192.0.2.1]:tcp:0"),
        ("192.0.2.1 00", ServiceKey("address", VIP), "[192.0.2.1]:tcp:0"),
        ("fwmark 5", ServiceKey("mark", mark=5), "FWM 5"),
        ("group web", ServiceKey("group", group="web"), "[web]:tcp"),
    ],
)
def test_services(line, key, shown):
    assert read(lvs_values.service, line) == (key, [])
    assert key.shown("TCP") == shown


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("192.0.2.1 http", ["SF3001"]),
        ("192.0.2.1 65536", ["SF3002"]),
        ("www 80", ["SF3005"]),
        ("www http", ["SF3005", "SF3001"]),
        ("fwmark x", ["SF3001"]),
        ("fwmark 0x10", ["SF3001"]),
        ("fwmark 0", ["SF3002"]),
        ("fwmark", ["SF2105"]),
        ("group", ["SF2105"]),
    ],
)
def test_what_is_no_service(line, found):
    assert read(lvs_values.service, line)[0] is DROPPED
    assert codes(lvs_values.service, line) == found


@pytest.mark.parametrize("text", ["192.0.2.1:80", "[192.0.2.1]:80"])
def test_address_and_port_in_one_word_are_taken_apart_in_the_hint(text):
    ((told,)) = read(lvs_values.endpoint, text)[1]
    assert told.hint == "write `192.0.2.1 80`"


def test_a_prefix_length_is_left_out():
    value, (told,) = read(lvs_values.endpoint, "192.0.2.1/24 80")
    assert (value, told.code, told.severity) == (Endpoint(VIP, 80), "SF3301", "warning")


@given(st.integers(0, 2**128 - 1), st.integers(1, 65535))
def test_every_address_and_port_is_read_as_written(number, port):
    address = Address.unpack(number.to_bytes(16, "big"))
    assert read(lvs_values.endpoint, f"{address} {port}") == (Endpoint(address, port), [])


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAT", Forwarding()),
        ("DR", Forwarding(method="DR")),
        ("TUN", Forwarding(method="TUN")),
        ("NAT masquerade", Forwarding(masquerade=True)),
        ("TUN type ipip", Forwarding(method="TUN")),
        ("TUN type gue port 99 remcsum", Forwarding(method="TUN", tunnel="gue", port=99, checksum="remcsum")),
        ("TUN type gre csum", Forwarding(method="TUN", tunnel="gre", checksum="csum")),
    ],
)
def test_forwarding_methods(line, value):
    assert read(lvs_values.forwarding, line) == (value, [])


@pytest.mark.parametrize(
    ("line", "method", "code"),
    [
        ("DR foo", "DR", "SF3302"),
        ("NAT type ipip", "NAT", "SF3302"),
        ("NAT foo", "NAT", "SF3302"),
        ("TUN foo", "TUN", "SF3302"),
        ("TUN type", "TUN", "SF3302"),
        ("TUN type vxlan", "TUN", "SF3302"),
        ("TUN type gue", "TUN", "SF3302"),
        ("TUN type gue port 0", "TUN", "SF3002"),
        ("TUN type gre remcsum", "TUN", "SF3302"),
        ("TUN type ipip csum", "TUN", "SF3302"),
        ("TUN type gre port 5", "TUN", "SF3302"),
    ],
)
def test_wrong_options_leave_the_plain_method(line, method, code):
    assert read(lvs_values.forwarding, line)[0] == Forwarding(method=method)
    assert codes(lvs_values.forwarding, line) == [code]


@pytest.mark.parametrize(
    ("function", "text", "hint"),
    [
        (lvs_values.forwarding, "dr", "did you mean `DR`? Capitals count"),
        (lvs_values.scheduler, "wrrr", "did you mean `wrr`?"),
        (lvs_values.protocol, "TCPP", "did you mean `TCP`?"),
    ],
)
def test_unknown_words_get_the_nearest_one(function, text, hint):
    value, (told,) = read(function, text)
    assert value is DROPPED
    assert (told.code, told.hint) == ("SF3004", hint)


def test_protocols_are_known_in_any_case():
    assert [read(lvs_values.protocol, text)[0] for text in ("tcp", "Udp", "SCTP")] == ["TCP", "UDP", "SCTP"]


def test_persistence_cannot_be_switched_off_by_zero():
    assert read(lvs_values.persistence_timeout, "")[0] == 360
    assert read(lvs_values.persistence_timeout, "2678400")[0] == 2678400
    value, (told,) = read(lvs_values.persistence_timeout, "0")
    assert (value, told.code) == (DROPPED, "SF3002")
    assert told.hint == "leave the line out for a service without persistence"
    assert codes(lvs_values.persistence_timeout, "2678401") == ["SF3002"]


def test_granularity_is_a_mask_or_a_length():
    assert read(lvs_values.granularity, "255.255.255.0")[0] == Address.parse("255.255.255.0")
    assert read(lvs_values.granularity, "64")[0] == 64
    assert codes(lvs_values.granularity, "129") == ["SF3002"]


def test_an_argument_that_keepalived_ignores_is_obeyed_and_told():
    assert read(lvs_values.own_switch, "") == (True, [])
    value, (told,) = read(lvs_values.own_switch, "off")
    assert (value, told.code, told.severity) == (False, "SF3303", "warning")
