"""``TCP_CHECK``: its own options."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from standfast.config.lvs_model import Target
from standfast.contract.checking import Code
from standfast.testing.servers import deaf_server, hangs_up, tcp_server
from standfast.values import Address
from standfast_checkers.tcp import TcpCheck


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("TCP_CHECK", "", None),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


async def test_a_connection_is_good(around):
    async with tcp_server(hangs_up) as server:
        result = await TcpCheck(None, server.target(), around).check()
        assert (result.verdict, result.code) == ("good", Code.OK)


async def test_refused(around):
    async with tcp_server(hangs_up) as server:
        target = server.target()
    result = await TcpCheck(None, target, around).check()
    assert (result.verdict, result.code, result.words) == ("bad", Code.REFUSED, "connection refused")


async def test_no_connection_in_time(around):
    async with deaf_server() as server:
        result = await TcpCheck(None, server.target(connect_timeout=100_000), around).check()
    assert (result.verdict, result.code, result.words) == ("bad", Code.TIMEOUT, "no connection within 0.1 s")


async def test_a_source_that_is_not_here_says_nothing_of_the_server(around):
    async with tcp_server(hangs_up) as server:
        target = server.target(bind_to=Address.parse("192.0.2.77"))
        result = await TcpCheck(None, target, around).check()
    assert (result.verdict, result.code) == ("none", Code.UNABLE)


async def test_without_a_port_there_is_nothing_to_check(around):
    target = Target(address=Address.parse("127.0.0.1"), port=0)
    result = await TcpCheck(None, target, around).check()
    assert result.verdict == "none"
    assert "connect_port" in result.words


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_nothing_stays_open(around):
    before = open_files()
    async with tcp_server(hangs_up) as server:
        checker = TcpCheck(None, server.target(), around)
        for _ in range(20):
            await checker.check()
    async with deaf_server() as server:
        with trio.move_on_after(0.05):  # cancelled in the middle
            await TcpCheck(None, server.target(), around).check()
    assert open_files() <= before + 1
