from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.net.routing_cases import RULES

from standfast.net.netlink import MalformedMessage
from standfast.net.policy import decode_rule, rule_body, rule_key, rule_words


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_kernel_would_tell_of_it_under_our_key(rule):
    body = rule_body(rule)
    seen = decode_rule(body, 0, len(body))
    assert (seen.key, seen.protocol) == (rule_key(rule), 18)


def test_words_for_people():
    words = [rule_words(rule) for rule in RULES.values()]
    assert words[0] == "rule 100: from 10.9.0.0/24 iif eth0 table 300"
    assert words[1] == "rule 101: not from all to 10.9.1.0/24 fwmark 0x5 prohibit"
    assert words[2] == "rule 102: from all oif eth9 goto 200"


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_refused_or_read(data):
    with contextlib.suppress(MalformedMessage):
        decode_rule(data, 0, len(data))
