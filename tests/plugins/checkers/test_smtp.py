"""``SMTP_CHECK``: its own options."""

from __future__ import annotations

import os
import socket

import pytest
import trio
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.lvs_model import Target
from standfast.contract.checking import Code
from standfast.testing import servers
from standfast.values import Address
from standfast_checkers.smtp import Replies, SmtpCheck, SmtpOptions


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("SMTP_CHECK", "helo_name lb", SmtpOptions(helo_name="lb")),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("SMTP_CHECK", "helo_name", ["SF2108"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found


def test_a_host_block_is_one_more_check(check):
    loaded = check.load("SMTP_CHECK", "connect_port 25\nretry 4\nhost {\nconnect_ip 10.0.0.9\n}")
    assert [d.code for d in loaded.diagnostics if d.code not in ("SF5001", "SF4107")] == ["SF2112"]
    found = loaded.balancing.virtual_servers[0].real_servers[0].checkers
    targets = [(str(each.target.address), each.target.port, each.pace.retry) for each in found if each.target]
    assert targets == [("10.0.0.1", 25, 4), ("10.0.0.9", 25, 4)]


def test_without_a_target_of_its_own_only_its_hosts_are_checked(check):
    loaded = check.load("SMTP_CHECK", "retry 4\nhost {\nconnect_ip 10.0.0.9\n}\nhost {\nconnect_port 26\n}")
    found = loaded.balancing.virtual_servers[0].real_servers[0].checkers
    targets = [(str(each.target.address), each.target.port, each.pace.retry) for each in found if each.target]
    assert targets == [("10.0.0.9", 80, 4), ("10.0.0.1", 26, 4)]


# An address of this process's own: a port that was free a moment ago is not taken by another worker.
HERE = f"127.{os.getpid() >> 16 & 255}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
GREETED = (b"220 mail.example ESMTP\r\n", b"250 mail.example\r\n", b"221 bye\r\n")


@pytest.mark.parametrize(
    ("behaviour", "verdict", "code", "words"),
    [
        (servers.talking(*GREETED), "good", Code.OK, "greeted"),
        (
            servers.talking(b"220-mail\r\n220-more\r\n220 last\r\n", b"250-a\r\n250 b\r\n", b"xyz\r\n"),
            "good",
            Code.OK,
            "greeted",
        ),
        (servers.talking(b"220 mail\n", b"250 a\n", b"221 b\n"), "good", Code.OK, "greeted"),
        (servers.talking(b"554 no service\r\n"), "bad", Code.STATUS, "the greeting is `554 no service`, not 220"),
        (servers.talking(GREETED[0], b"502 what?\r\n"), "bad", Code.STATUS, "HELO is `502 what?`, not 250"),
        (servers.talking(b"SSH-2.0-OpenSSH\r\n"), "bad", Code.PROTOCOL, "the greeting is no SMTP reply"),
        (servers.hangs_up, "bad", Code.RESET, "closed instead of an answer to the greeting"),
        (servers.talking(GREETED[0]), "bad", Code.RESET, "closed instead of an answer to HELO"),
        (servers.resetting(waits=False), "bad", Code.RESET, "connection reset"),
        (servers.half_open(), "bad", Code.TIMEOUT, "no answer within 1 s"),
        (servers.garbage(200_000), "bad", Code.PROTOCOL, ""),
    ],
)
async def test_conversations(around, behaviour, verdict, code, words):
    async with servers.tcp_server(behaviour) as server:
        target = server.target(connect_timeout=1_000_000 if code == Code.TIMEOUT else 30_000_000)
        result = await SmtpCheck(SmtpOptions(), target, around).check()
    assert (result.verdict, result.code) == (verdict, code)
    assert words in result.words


async def test_against_aiosmtpd(around):
    with socket.create_server((HERE, 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname=HERE, port=port)
    await trio.to_thread.run_sync(controller.start)
    try:
        target = Target(address=Address.parse(HERE), port=port)
        result = await SmtpCheck(SmtpOptions(helo_name="lb.example"), target, around).check()
        assert result.words == "greeted"
    finally:
        await trio.to_thread.run_sync(controller.stop)


@given(st.lists(st.binary(max_size=30), max_size=6))
def test_replies_in_any_pieces(pieces):
    whole, cut = Replies(), Replies()
    whole.feed(b"".join(pieces))
    found = []
    for piece in pieces:
        cut.feed(piece)
        while (line := cut.take()) is not None:
            found.append(line)
    expected = []
    while (line := whole.take()) is not None:
        expected.append(line)
    assert found == expected
