r"""Servers that behave as they are told, well or badly, for tests of checkers. All of them listen on loopback.

    async with tcp_server(slowly(b"HTTP/1.0 200 OK\r\n\r\n", pause=0.1)) as server:
        result = await probe(HttpGet, options, server.target())

A behaviour is an async function of one connection. Those here close the connection when they return.
"""

from __future__ import annotations

import random
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import trio

from standfast.config.lvs_model import Target
from standfast.values import SECOND, Address

Stream: TypeAlias = trio.abc.Stream
Behaviour: TypeAlias = Callable[[Stream], Awaitable[None]]
Answer: TypeAlias = Callable[[bytes], bytes | None]

MOST_ASKED = 64 * 1024
"""Bytes of a request that a server here waits for."""


@dataclass(slots=True)
class Serving:
    """A server that listens."""

    host: str
    port: int
    asked: list[bytes] = field(default_factory=list)
    """What came: of each connection the first bytes, or each datagram."""
    peers: list[tuple[str, int]] = field(default_factory=list)
    """Where from."""

    def target(self, *, connect_timeout: int = SECOND, **more: object) -> Target:
        """Where a checker finds it; ``connect_timeout`` in microseconds."""
        address = Address.parse(self.host)
        return Target(address=address, port=self.port, connect_timeout=connect_timeout, **more)  # type: ignore[arg-type]


# TCP


@asynccontextmanager
async def tcp_server(
    behave: Behaviour, *, host: str = "127.0.0.1", port: int = 0, context: ssl.SSLContext | None = None
) -> AsyncIterator[Serving]:
    """A TCP server; with ``context`` (a server's) over TLS. Handshakes that fail are no fault."""
    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(port, host=host)
        serving = Serving(host, listener.socket.getsockname()[1])

        async def handle(stream: trio.SocketStream) -> None:
            serving.peers.append(stream.socket.getpeername()[:2])
            try:
                await behave(_Recorded(stream if context is None else await _secured(stream, context), serving))
            except (trio.BrokenResourceError, trio.ClosedResourceError, ssl.SSLError, OSError):
                pass  # whoever asked has gone
            finally:
                with trio.CancelScope(shield=True, deadline=trio.current_time() + 1):
                    await trio.aclose_forcefully(stream)

        nursery.start_soon(trio.serve_listeners, handle, [listener])
        yield serving
        nursery.cancel_scope.cancel()


async def _secured(stream: trio.SocketStream, context: ssl.SSLContext) -> trio.SSLStream[trio.SocketStream]:
    secured = trio.SSLStream(stream, context, server_side=True, https_compatible=True)
    await secured.do_handshake()
    return secured


class _Recorded(trio.abc.Stream):
    """Notes what is asked; passes on everything."""

    def __init__(self, below: Stream, serving: Serving) -> None:
        self.below = below
        self._serving = serving
        self._place: int | None = None

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        data = bytes(await self.below.receive_some(max_bytes))
        if self._place is None:
            self._place = len(self._serving.asked)
            self._serving.asked.append(b"")
        self._serving.asked[self._place] += data
        return data

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self.below.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self.below.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        await self.below.aclose()


def _socket(stream: Stream) -> trio.SocketStream:
    below = getattr(stream, "below", stream)
    inner = getattr(below, "transport_stream", below)
    assert isinstance(inner, trio.SocketStream)  # noqa: S101 - a fault of this module
    return inner


async def request(stream: Stream, end: bytes = b"\r\n\r\n") -> bytes:
    """Read until ``end``, or as much as comes."""
    data = b""
    while end not in data and len(data) < MOST_ASKED:
        piece = await stream.receive_some()
        if not piece:
            break
        data += piece
    return data


def answering(answer: bytes | Callable[[bytes], bytes]) -> Behaviour:
    """A request, its answer, the end."""

    async def behave(stream: Stream) -> None:
        asked = await request(stream)
        await stream.send_all(answer if isinstance(answer, bytes) else answer(asked))
        await stream.aclose()

    return behave


def page(body: bytes = b"", status: int = 200, headers: str = "") -> bytes:
    """An answer over HTTP/1, with its length."""
    head = f"HTTP/1.1 {status} Such\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def slowly(data: bytes, pause: float) -> Behaviour:
    """A request, then one byte in each ``pause`` (seconds)."""

    async def behave(stream: Stream) -> None:
        await request(stream)
        for place in range(len(data)):
            await stream.send_all(data[place : place + 1])
            await trio.sleep(pause)  # noqa: TID251

    return behave


def talking(*lines: bytes) -> Behaviour:
    """The first line at once, each other one when a line has come: SMTP and its like."""

    async def behave(stream: Stream) -> None:
        await stream.send_all(lines[0])
        for line in lines[1:]:
            if not await request(stream, b"\n"):
                return
            await stream.send_all(line)
        await request(stream, b"\n")

    return behave


def resetting(data: bytes = b"", *, waits: bool = True) -> Behaviour:
    """A request (if it waits for one), some ``data``, then a reset instead of an end."""

    async def behave(stream: Stream) -> None:
        if waits:
            await request(stream)
        if data:
            await stream.send_all(data)
        below = _socket(stream).socket
        below.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_LINGER, struct.pack("ii", 1, 0))
        below.close()

    return behave


def endless_headers(pause: float = 0.0) -> Behaviour:
    """A status line, then headers for ever."""

    async def behave(stream: Stream) -> None:
        await request(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\n")
        while True:
            await stream.send_all(b"X-More: " + b"x" * 1000 + b"\r\n")
            await trio.sleep(pause)  # noqa: TID251

    return behave


def endless_body(pause: float = 0.0) -> Behaviour:
    """A good head, then a body for ever."""

    async def behave(stream: Stream) -> None:
        await request(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await stream.send_all(b"x" * 65536)
            await trio.sleep(pause)  # noqa: TID251

    return behave


def wrong_length(body: bytes, said: int) -> Behaviour:
    """An answer whose Content-Length is another."""
    return answering(f"HTTP/1.1 200 OK\r\nContent-Length: {said}\r\n\r\n".encode() + body)


def half_open(data: bytes = b"") -> Behaviour:
    """A request, perhaps some ``data``, then nothing more, and no end."""

    async def behave(stream: Stream) -> None:
        if data:
            await request(stream)
            await stream.send_all(data)
        await trio.sleep_forever()

    return behave


def garbage(size: int = 1000, seed: int = 0) -> Behaviour:
    """Random bytes without being asked, the same for the same ``seed``."""

    async def behave(stream: Stream) -> None:
        await stream.send_all(random.Random(seed).randbytes(size))  # noqa: S311 - noise
        await request(stream)

    return behave


async def hangs_up(stream: Stream) -> None:
    """Accepts, and closes at once."""
    await stream.aclose()


@asynccontextmanager
async def deaf_server(host: str = "127.0.0.1") -> AsyncIterator[Serving]:
    """Listens, but its queue is full: the kernel drops every new connection's first packet."""
    family = trio.socket.AF_INET6 if ":" in host else trio.socket.AF_INET
    with trio.socket.socket(family) as listener:
        await listener.bind((host, 0))
        listener.listen(0)
        waiting = [trio.socket.socket(family) for _ in range(4)]
        try:
            for one in waiting:
                with trio.move_on_after(0.05):
                    await one.connect(listener.getsockname())
            yield Serving(host, listener.getsockname()[1])
        finally:
            for one in waiting:
                one.close()


# UDP


@asynccontextmanager
async def udp_server(answer: Answer, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Serving]:
    """Answers each datagram with what ``answer`` makes of it; None: with silence."""
    family = trio.socket.AF_INET6 if ":" in host else trio.socket.AF_INET
    with trio.socket.socket(family, trio.socket.SOCK_DGRAM) as listener:
        await listener.bind((host, port))
        serving = Serving(host, listener.getsockname()[1])

        async def serve() -> None:
            while True:
                data, where = await listener.recvfrom(65536)
                serving.asked.append(data)
                serving.peers.append(where[:2])
                reply = answer(data)
                if reply is not None:
                    await listener.sendto(reply, where)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            yield serving
            nursery.cancel_scope.cancel()


def silent(_: bytes) -> None:
    """Hears everything, says nothing."""
    return


def echoing(data: bytes) -> bytes:
    """Says what it hears."""
    return data
