from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.keywords import values
from standfast.config.kinds import DROPPED, Reader
from standfast.config.tree import Statement, Word


def read(function, *texts):
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(("keyword", *texts), 1))
    findings = Findings()
    value = function(words[1:], Reader(Statement(words, "", ""), findings))
    return value, [d.code for d in findings.diagnostics]


@pytest.mark.parametrize(
    ("function", "words", "value", "codes"),
    [
        (values.count, "0", 1, ["SF3002"]),
        (values.count, "3", 3, []),
        (values.count, "-1", DROPPED, ["SF3002"]),
        (values.cpus, "0 2 7", (0, 2, 7), []),
        (values.cpus, "0 x 7", DROPPED, ["SF3001"]),
        (values.rx_policy, "MTU", "mtu", []),
        (values.rx_policy, "ADVERT", "advert", []),
        (values.rx_policy, "65536", 65536, []),
        (values.rx_policy, "mtu", DROPPED, ["SF3004"]),
        (values.password, "12345678", b"12345678", []),
        (values.password, "123456789", b"12345678", ["SF3009"]),
        (values.rttime, "1", 2, []),
        (values.rttime, "10000", 10000, []),
        (values.rttime, "0", DROPPED, ["SF3002"]),
        (values.extra_interfaces, "all 30", (True, 30_000_000), []),
        (values.extra_interfaces, "30", (False, 30_000_000), []),
        (values.extra_interfaces, "all", DROPPED, ["SF3001"]),
        (values.extra_interfaces, "all 1.5", DROPPED, ["SF3003"]),
        (values.umask, "0177", 0o177, []),
        (values.umask, "0x3f", 0o077, []),
        (values.umask, "18", 0o22, []),
        (values.umask, "IXUSR|IRWXG | IRWXO", 0o177, []),
        (values.umask, "IWGRP|IWOTH", 0o022, []),
        (values.umask, "IXALL", DROPPED, ["SF3004"]),
        (values.umask, "08", DROPPED, ["SF3001"]),
        (values.umask, "01000", DROPPED, ["SF3002"]),
    ],
)
def test_values(function, words, value, codes):
    assert read(function, *words.split(" ")) == (value, codes)


FUNCTIONS = [values.count, values.cpus, values.rx_policy, values.password, values.rttime, values.extra_interfaces]


@given(st.sampled_from([*FUNCTIONS, values.umask]), st.lists(st.text(), min_size=1, max_size=3))
def test_no_text_raises_and_what_is_dropped_was_complained_of(function, words):
    value, codes = read(function, *words)
    assert value is not DROPPED or codes
