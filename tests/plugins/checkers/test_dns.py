"""``DNS_CHECK``: its own options."""

from __future__ import annotations

import pytest

from standfast_checkers.dns import DnsOptions


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("DNS_CHECK", "", DnsOptions()),
        ("DNS_CHECK", "type aaaa\nname a.example", DnsOptions(record_type="AAAA", name="a.example")),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("DNS_CHECK", "type FOO", ["SF3004"]),
        ("DNS_CHECK", "name a..b", ["SF3307"]),
        ("DNS_CHECK", "name a.", ["SF3307"]),
        ("DNS_CHECK", "name " + "a" * 64, ["SF3307"]),
        ("DNS_CHECK", "name a\nname b", ["SF2111"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found
