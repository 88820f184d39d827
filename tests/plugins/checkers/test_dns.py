"""``DNS_CHECK``: its own options."""

from __future__ import annotations

import dns.flags
import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.contract.checking import Code
from standfast.testing import servers
from standfast_checkers.dns import DnsCheck, DnsOptions, judged


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
        ("DNS_CHECK", "name a..", ["SF3307"]),
        ("DNS_CHECK", "name ..", ["SF3307"]),
        ("DNS_CHECK", "name " + "a" * 64, ["SF3307"]),
        ("DNS_CHECK", "name a\nname b", ["SF2111"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found


def test_a_name_may_end_in_a_dot(check):
    assert check.options("DNS_CHECK", "name www.example.com.").name == "www.example.com"
    assert check.options("DNS_CHECK", "name .").name == "."


NUMBER = b"\x12\x34"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (NUMBER + b"\x81\x80" + bytes(8), Code.OK),
        (NUMBER + b"\x81\x83" + bytes(8), Code.STATUS),
        (NUMBER + b"\x81\x8c" + bytes(8), Code.STATUS),
        (b"\x12\x35\x81\x80" + bytes(8), None),
        (NUMBER + b"\x01\x80" + bytes(8), None),
        (NUMBER + b"\x81\x80" + bytes(7), None),
        (b"", None),
    ],
)
def test_what_a_datagram_means(answer, code):
    result = judged(answer, NUMBER)
    assert (result and result.code) == code


@given(st.binary(max_size=40))
def test_any_datagram_is_judged(data):
    assert judged(data, data[:2]) is None or len(data) >= 12


def answering(rcode: int):
    def answer(data: bytes) -> bytes:
        asked = dns.message.from_wire(data)
        reply = dns.message.make_response(asked)
        reply.set_rcode(rcode)
        return reply.to_wire()

    return answer


@pytest.mark.parametrize(
    ("rcode", "verdict", "words"),
    [(0, "good", "answered"), (2, "bad", "answered SERVFAIL"), (5, "bad", "answered REFUSED")],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_server(around, rcode, verdict, words, host):
    async with servers.udp_server(answering(rcode), host=host) as server:
        checker = DnsCheck(DnsOptions(record_type="AAAA", name="www.example.com"), server.target(), around)
        result = await checker.check()
        again = await checker.check()
    assert (result.verdict, result.words, again.verdict) == (verdict, words, verdict)
    asked = dns.message.from_wire(server.asked[0])
    assert str(asked.question[0]) == "www.example.com. IN AAAA"
    assert asked.flags & dns.flags.RD
    assert server.asked[0][:2] != server.asked[1][:2] or server.asked[0] == server.asked[1]


async def test_other_datagrams_do_not_count(around, autojump_clock):
    async with servers.udp_server(lambda data: b"\0\0" + data[2:]) as server:
        result = await DnsCheck(DnsOptions(), server.target(connect_timeout=100_000), around).check()
    assert (result.code, result.words) == (Code.TIMEOUT, "no answer within 0.1 s")


async def test_a_closed_port(around):
    async with servers.udp_server(servers.silent) as server:
        target = server.target()
    assert (await DnsCheck(DnsOptions(), target, around).check()).code == Code.REFUSED
