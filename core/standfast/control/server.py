"""The answering side of a Unix socket, for processes that have a trio loop. No client can hold it up."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeAlias

import msgspec
import trio

from standfast.control.audience import Audience, Seat
from standfast.control.protocol import Outcome, Request, decode_request, encode

Answer: TypeAlias = Callable[[Request], AsyncGenerator[bytes, None]]
"""Lines to send back, one by one; the connection ends with the last."""

CLIENTS = 32
"""At once; the next one makes the place free of whoever has been idle longest."""

_LINE_LIMIT = 4096
_PATIENCE_S = 5
"""For the request to arrive, and for each answer to be read."""


async def serve(listening: socket.socket, answer: Answer) -> None:
    """Answer clients of ``listening`` for ever."""
    audience = Audience(CLIENTS)

    async def attend(stream: trio.SocketStream) -> None:
        async with stream:
            with audience.seat() as seat:
                # A client that hangs up, or is too slow, is its own business.
                try:
                    await _converse(stream, answer, seat)
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    return

    listening.setblocking(False)
    listener = trio.SocketListener(trio.socket.from_stdlib_socket(listening))
    await trio.serve_listeners(attend, [listener])


async def _converse(stream: trio.SocketStream, answer: Answer, seat: Seat) -> None:
    line = await _read_line(stream)
    if not line:
        return
    seat.asked = True
    try:
        request = decode_request(line)
    except msgspec.DecodeError as error:
        await _send(stream, encode(Outcome(ok=False, words=f"not a request: {error}")))
        return
    async with aclosing(answer(request)) as lines:
        async for said in lines:
            if not await _send(stream, said):
                return


async def _read_line(stream: trio.SocketStream) -> bytes:
    """One line without its end; empty if none came in time."""
    heard = b""
    with trio.move_on_after(_PATIENCE_S):
        while b"\n" not in heard and len(heard) < _LINE_LIMIT:
            piece = await stream.receive_some(_LINE_LIMIT)
            if not piece:
                break
            heard += piece
        return heard.partition(b"\n")[0]
    return b""


async def _send(stream: trio.SocketStream, said: bytes) -> bool:
    """False: the client does not read."""
    with trio.move_on_after(_PATIENCE_S) as patience:
        await stream.send_all(said)
    return not patience.cancelled_caught
