"""httpx on connections of our own."""

from __future__ import annotations

import httpcore
import pytest

from standfast.contract.checking import CheckError, Code
from standfast.testing import servers
from standfast.values import Address
from standfast_checkers.client import Backend, broken


async def test_only_the_checked_server_is_connected_to():
    async with servers.tcp_server(servers.answering(servers.page(b"x"))) as server:
        backend = Backend(server.target(bind_to=Address.parse("127.0.0.9")), "web", 80, 1000)
        stream = await backend.connect_tcp("web", 80)
        await stream.write(b"\r\n\r\n")
        assert await stream.read(8) == b"HTTP/1.1"
        assert backend.received == 8
        await stream.aclose()
        assert server.peers[0][0] == "127.0.0.9"  # bound before it connected
        with pytest.raises(CheckError, match="redirected to another host, mail"):
            await backend.connect_tcp("mail", 80)
        with pytest.raises(CheckError, match="connection refused"):
            await backend.connect_tcp("web", 1)


async def drain(stream: httpcore.AsyncNetworkStream) -> None:
    while await stream.read(65536):
        pass


async def test_an_answer_has_a_limit():
    async with servers.tcp_server(servers.endless_body()) as server:
        backend = Backend(server.target(), "web", 80, 100_000)
        stream = await backend.connect_tcp("web", 80)
        await stream.write(b"\r\n\r\n")
        with pytest.raises(CheckError, match="longer than 100000 bytes"):
            await drain(stream)
        await stream.aclose()


def test_what_httpcore_complains_of():
    assert broken(httpcore.RemoteProtocolError("Bad thing")).result.words == "bad thing"
    assert broken(httpcore.RemoteProtocolError()).result.words == "the answer is no HTTP"
    assert broken(httpcore.RemoteProtocolError("x"), silent=True).result.code == Code.RESET
