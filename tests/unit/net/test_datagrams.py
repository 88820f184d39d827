"""Datagrams, and what ICMP says of them."""

from __future__ import annotations

import socket

import pytest

from standfast.config.lvs_model import Target
from standfast.contract.checking import CheckError, Code
from standfast.net.datagrams import Datagrams
from standfast.values import SECOND, Address


@pytest.fixture(params=["127.0.0.1", "::1"])
def server(request):
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as made:
        made.bind((request.param, 0))
        yield made


def target(server: socket.socket) -> Target:
    address, port = server.getsockname()[:2]
    return Target(address=Address.parse(address), port=port, connect_timeout=30 * SECOND)


async def test_there_and_back(server):
    with Datagrams(target(server)) as channel:
        channel.send(b"ping")
        data, where = server.recvfrom(100)
        server.sendto(data + b"!", where)
        assert await channel.receive() == b"ping!"


async def test_silence_ends_with_the_time(server, autojump_clock):
    with Datagrams(target(server)) as channel:
        channel.send(b"ping")
        assert await channel.receive() is None


async def test_a_closed_port_is_told(server):
    where = target(server)
    server.close()
    with Datagrams(where) as channel:
        channel.send(b"ping")
        with pytest.raises(CheckError) as ended:
            await channel.receive()
    assert ended.value.result.code == Code.REFUSED


async def test_one_datagram_of_another_is_not_heard(server):
    with Datagrams(target(server)) as channel, socket.socket(server.family, socket.SOCK_DGRAM) as stranger:
        channel.send(b"ping")
        _, where = server.recvfrom(100)
        stranger.sendto(b"stranger", where)
        server.sendto(b"pong", where)
        assert await channel.receive() == b"pong"
