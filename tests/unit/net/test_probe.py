"""Connections for checks: what an error means, and that a socket is as it was to be before it connects."""

from __future__ import annotations

import errno
import os
import socket

import pytest
import trio

from standfast.config.lvs_model import Target
from standfast.contract.checking import CheckError, Code
from standfast.net.probe import Connection, connect, open_socket, seen
from standfast.values import SECOND, Address

HERE = Address.parse("127.0.0.1")
# This process's own: a port that was free a moment ago is not taken by another worker.
OWN = Address.parse(f"127.{os.getpid() >> 16 & 255}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}")


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def target(server: socket.socket | None = None, **options) -> Target:
    port = server.getsockname()[1] if server else 9
    return Target(address=HERE, port=port, **{"connect_timeout": 30 * SECOND, **options})


@pytest.mark.parametrize(
    ("number", "code", "verdict"),
    [
        (errno.ECONNREFUSED, Code.REFUSED, "bad"),
        (errno.EHOSTUNREACH, Code.UNREACHABLE, "bad"),
        (errno.ENETUNREACH, Code.UNREACHABLE, "bad"),
        (errno.EACCES, Code.UNREACHABLE, "bad"),
        (errno.ETIMEDOUT, Code.TIMEOUT, "bad"),
        (errno.ECONNRESET, Code.RESET, "bad"),
        (errno.EPIPE, Code.RESET, "bad"),
        (errno.EMFILE, Code.UNABLE, "none"),
        (errno.EADDRNOTAVAIL, Code.UNABLE, "none"),
        (errno.EPERM, Code.UNABLE, "none"),
    ],
)
def test_what_an_error_means(number, code, verdict):
    result = seen(OSError(number, os.strerror(number)), "connecting")
    assert (result.code, result.verdict) == (code, verdict)
    assert result.words


async def test_a_connection(listening):
    connection = await connect(target(listening))
    other, _ = listening.accept()
    await connection.send(b"ping")
    assert other.recv(10) == b"ping"
    other.sendall(b"pong")
    assert await connection.receive() == b"pong"
    other.close()
    assert await connection.receive() == b""
    connection.close()


async def test_a_closed_port_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = target(server)
    with pytest.raises(CheckError) as ended:
        await connect(closed)
    assert ended.value.result.code == Code.REFUSED


async def test_source_port_and_mark_are_there_before_connecting(listening):
    with socket.socket() as free:
        free.bind((str(OWN), 0))
        port = free.getsockname()[1]
    for _ in range(2):  # the second time the port must be free again
        connection = await connect(target(listening, bind_to=OWN, bind_port=port))
        other, peer = listening.accept()
        assert peer == (str(OWN), port)
        connection.close()
        other.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="marks need root")
def test_mark_and_interface():
    with open_socket(target(mark=7, bind_if="lo")) as made:
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_MARK) == 7
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16).rstrip(b"\0") == b"lo"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bind_to": Address.parse("192.0.2.77")}, "no socket with source 192.0.2.77"),
        ({"bind_if": "no-such-if"}, "no socket with interface no-such-if"),
    ],
)
def test_what_cannot_be_bound_is_no_fault_of_the_server(options, words):
    with pytest.raises(CheckError) as ended:
        open_socket(target(**options))
    assert ended.value.result.verdict == "none"
    assert ended.value.result.words.startswith(words)


async def test_a_silent_server_is_a_timeout(listening, autojump_clock):
    connection = Connection(socket.create_connection(listening.getsockname()), 3 * SECOND)
    connection.socket.setblocking(False)
    before = trio.current_time()
    with pytest.raises(CheckError) as ended:
        await connection.receive()
    assert ended.value.result.code == Code.TIMEOUT
    assert ended.value.result.words == "no answer within 3 s"
    assert trio.current_time() - before == pytest.approx(3)
    connection.close()


async def test_what_does_not_fit_is_sent_in_pieces(listening):
    connection = await connect(target(listening))
    other, _ = listening.accept()
    data = os.urandom(8 << 20)
    got = bytearray()

    def drain() -> None:
        with other:
            while piece := other.recv(1 << 20):
                got.extend(piece)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, drain)
        await connection.send(data)
        connection.close()
    assert bytes(got) == data


async def test_a_reset_is_told():
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = await connect(target(server))
        other, _ = server.accept()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        other.close()
        with pytest.raises(CheckError) as ended:
            await connection.receive()
    assert ended.value.result.code == Code.RESET
    connection.close()
