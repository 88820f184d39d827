"""``UDP_CHECK``: its own options."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standfast.contract.checking import Code
from standfast.testing import servers
from standfast_checkers.udp import PAYLOAD, UdpCheck, UdpOptions, judged


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("UDP_CHECK", "payload ab c 1 2 def", UdpOptions(payload=bytes.fromhex("ab0c0102de0f"))),
        ("UDP_CHECK", "require_reply", UdpOptions(require_reply=True)),
        ("UDP_CHECK", "require_reply 0x", UdpOptions(require_reply=True, reply=b"\0", reply_mask=b"\xf0")),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


def test_a_reply_is_required_whatever_it_was_to_be(check):
    assert check.options("UDP_CHECK", "require_reply gg") == UdpOptions(require_reply=True)


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("UDP_CHECK", "payload zz", ["SF3308"]),
        ("UDP_CHECK", "payload", ["SF2108"]),
        ("UDP_CHECK", "require_reply gg", ["SF3308"]),
        ("UDP_CHECK", "min_reply_length 65536", ["SF3002"]),
        ("UDP_CHECK", "min_reply_length 5", ["SF4504"]),
        ("UDP_CHECK", "require_reply 01\nmin_reply_length 10\nmax_reply_length 5", ["SF4503"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.binary(min_size=1, max_size=40), st.sampled_from([1, 2, 4]))
def test_bytes_are_read_however_they_are_spaced(check, data, size):
    digits = data.hex()
    words = " ".join(digits[i : i + size * 2] for i in range(0, len(digits), size * 2))
    assert check.options("UDP_CHECK", f"payload {words}").payload == data


@pytest.mark.parametrize(
    ("answer", "options", "verdict", "code"),
    [
        (None, UdpOptions(), "good", Code.OK),
        (None, UdpOptions(require_reply=True), "bad", Code.TIMEOUT),
        (b"x", UdpOptions(), "good", Code.OK),
        (b"", UdpOptions(require_reply=True), "good", Code.OK),
        (b"\x10\x23", UdpOptions(require_reply=True, reply=b"\x10\x20", reply_mask=b"\xff\xf0"), "good", Code.OK),
        (b"\x10\x33", UdpOptions(require_reply=True, reply=b"\x10\x20", reply_mask=b"\xff\xf0"), "bad", Code.CONTENT),
        (b"\x10", UdpOptions(require_reply=True, reply=b"\x10\x20", reply_mask=b"\xff\xf0"), "good", Code.OK),
        (
            b"\x10",
            UdpOptions(require_reply=True, reply=b"\x10\x20", reply_mask=b"\xff\xf0", min_reply_length=2),
            "bad",
            Code.CONTENT,
        ),
        (b"a" * 256, UdpOptions(require_reply=True, reply=b"a", reply_mask=b"\xff"), "bad", Code.CONTENT),
    ],
)
def test_what_an_answer_means(answer, options, verdict, code):
    result = judged(answer, options, "1 s")
    assert (result.verdict, result.code) == (verdict, code)


async def test_silence_is_good_unless_an_answer_is_required(around, autojump_clock):
    async with servers.udp_server(servers.silent) as server:
        target = server.target(connect_timeout=300_000)
        assert (await UdpCheck(UdpOptions(), target, around).check()).words == "no error within 0.3 s"
        assert (await UdpCheck(UdpOptions(require_reply=True), target, around).check()).code == Code.TIMEOUT
    assert server.asked == [PAYLOAD, PAYLOAD]
    assert len(PAYLOAD) == 32


async def test_a_closed_port(around):
    async with servers.udp_server(servers.silent) as server:
        target = server.target()
    assert (await UdpCheck(UdpOptions(), target, around).check()).code == Code.REFUSED


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_an_answer(around, host):
    options = UdpOptions(payload=b"abc", require_reply=True, reply=b"ab", reply_mask=b"\xff\xff")
    async with servers.udp_server(servers.echoing, host=host) as server:
        assert (await UdpCheck(options, server.target(), around).check()).words == "answered as required"
