"""Servers that behave as they are told."""

from __future__ import annotations

import pytest
import trio

from standfast.testing import servers
from standfast.testing.servers import Serving, tcp_server, udp_server

HEAD = b"GET / HTTP/1.0\r\n\r\n"


async def hear(server: Serving, ask: bytes = HEAD, most: int = 1 << 20, least: int = 0) -> bytes:
    """Everything until it closes, or falls silent behind the ``least`` that it has to say."""
    heard = b""
    async with await trio.open_tcp_stream(server.host, server.port) as stream:
        await stream.send_all(ask)
        while len(heard) < most:
            with trio.move_on_after(60 if len(heard) < least else 0.3) as silence:
                piece = await stream.receive_some()
            if silence.cancelled_caught or not piece:
                break
            heard += piece
    return heard


@pytest.mark.parametrize(
    ("behaviour", "begins", "whole"),
    [
        (servers.answering(servers.page(b"ok")), b"HTTP/1.1 200 Such\r\nContent-Length: 2\r\n\r\nok", True),
        (servers.answering(lambda asked: asked[:3]), b"GET", True),
        (servers.slowly(b"abc", 0.001), b"abc", True),
        (servers.wrong_length(b"abc", 9), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", True),
        (servers.half_open(b"abc"), b"abc", True),
        (servers.half_open(), b"", True),
        (servers.hangs_up, b"", True),
        (servers.endless_headers(0.001), b"HTTP/1.1 200 OK\r\nX-More: xxx", False),
        (servers.endless_body(0.001), b"HTTP/1.1 200 OK\r\n\r\nxxx", False),
    ],
)
async def test_behaviours(behaviour, begins, whole):
    async with tcp_server(behaviour) as server:
        try:
            heard = await hear(server, most=100_000, least=len(begins))
        except trio.BrokenResourceError:  # it closed before it had read everything
            heard = b""
        assert heard == begins if whole else heard.startswith(begins) and len(heard) > 5_000


async def test_garbage_is_the_same_for_the_same_seed():
    async with tcp_server(servers.garbage(50, seed=3)) as server:
        first, second = [await hear(server, b"\r\n\r\n", least=50) for _ in range(2)]
    assert first == second
    assert len(first) == 50


async def test_a_reset_is_none_but_a_reset():
    async with tcp_server(servers.resetting(b"abc")) as server:
        with pytest.raises(trio.BrokenResourceError):
            await hear(server, least=9)


async def test_what_is_asked_is_kept():
    async with tcp_server(servers.answering(b"x")) as server:
        await hear(server, least=1)
    assert server.asked == [HEAD]
    assert server.peers[0][0] == "127.0.0.1"


async def test_lines_take_turns():
    async with tcp_server(servers.talking(b"220 hi\r\n", b"250 you\r\n")) as server:
        assert await hear(server, b"HELO x\r\nQUIT\r\n", least=17) == b"220 hi\r\n250 you\r\n"


async def test_a_deaf_server_takes_no_connection():
    async with servers.deaf_server() as server:
        with trio.move_on_after(0.2) as scope:
            await trio.open_tcp_stream(server.host, server.port)
        assert scope.cancelled_caught


@pytest.mark.parametrize(("answer", "heard"), [(servers.echoing, b"x"), (servers.silent, None)])
async def test_datagrams(answer, heard):
    async with udp_server(answer) as server:
        with trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM) as one:
            await one.sendto(b"x", (server.host, server.port))
            got = None
            with trio.move_on_after(60 if heard else 0.1):
                got = await one.recv(10)
    assert got == heard
    assert server.asked == [b"x"]
