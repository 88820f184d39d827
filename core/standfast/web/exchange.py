"""HTTP/1.1 with one client, by h11: small requests in, answers out; whoever is slow or talks too much is cut off."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import h11
import trio

HEAD_LIMIT: Final = 16_384
"""Bytes of a request's line and headers."""

PATIENCE_S: Final = 5.0
"""For a request to arrive once it has begun, and for each piece of an answer to be taken."""

IDLE_S: Final = 75.0
"""Between two requests of one connection: longer than the usual interval between scrapes."""

_PIECE: Final = 65_536

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case names; the last one of a name."""


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered: a body, or a stream that ends with the connection."""

    status: HTTPStatus
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    headers: Headers = ()
    stream: Callable[[], AsyncGenerator[bytes, None]] | None = field(default=None)


Answer: TypeAlias = Callable[[Request], Awaitable[Response]]

_ALWAYS: Final[Headers] = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def text(status: HTTPStatus, words: str, headers: Headers = ()) -> Response:
    """A line for people."""
    return Response(status, words.encode(errors="replace") + b"\n", headers=headers)


async def converse(stream: trio.abc.Stream, answer: Answer, asked: Callable[[], None]) -> None:
    """Answer one client until it goes, breaks the rules, or is too slow. ``asked`` is called when it has asked."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
    try:
        while True:
            request = await _request(connection, stream)
            if request is None:
                return
            asked()
            if not await _respond(connection, stream, request.method, await answer(request)):
                return
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()
    except h11.RemoteProtocolError as error:
        await _refuse(connection, stream, error)


async def _request(connection: h11.Connection, stream: trio.abc.Stream) -> Request | None:
    """The next one; None: there is none, or it did not come in time. Bodies are not read: nothing here takes one."""
    begun = False
    with trio.move_on_after(IDLE_S) as patience:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                return _request_of(event, connection)
            if event is not h11.NEED_DATA:
                return None
            if not begun and connection.trailing_data[0]:
                begun = True
                patience.deadline = min(patience.deadline, trio.current_time() + PATIENCE_S)
            connection.receive_data(bytes(await stream.receive_some(_PIECE)))
    return None


def _request_of(event: h11.Request, connection: h11.Connection) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
    after = connection.next_event()
    if not isinstance(after, h11.EndOfMessage):
        raise h11.RemoteProtocolError("a body is not wanted here", error_status_hint=413)
    target = event.target.decode("latin-1")
    return Request(event.method.decode("latin-1"), urlsplit(target).path or "/", headers)


async def _respond(connection: h11.Connection, stream: trio.abc.Stream, method: str, response: Response) -> bool:
    """False: the client has not taken it."""
    headers = [("Content-Type", response.kind), *_ALWAYS, *response.headers]
    if response.stream is None:
        headers.append(("Content-Length", str(len(response.body))))
    else:
        headers.append(("Connection", "close"))
    head = h11.Response(status_code=response.status, reason=response.status.phrase, headers=headers)
    if response.stream is not None and method != "HEAD":
        if not await _send(stream, [connection.send(head) or b""]):
            return False
        async with aclosing(response.stream()) as pieces:
            async for piece in pieces:
                if not await _send(stream, [connection.send(h11.Data(data=piece)) or b""]):
                    return False
        return False
    parts = [connection.send(head) or b""]
    if method != "HEAD" and response.body:
        parts.append(connection.send(h11.Data(data=response.body)) or b"")
    parts.append(connection.send(h11.EndOfMessage()) or b"")
    return await _send(stream, parts)


async def _send(stream: trio.abc.Stream, parts: Iterable[bytes]) -> bool:
    """Piece by piece, each in time."""
    data = memoryview(b"".join(parts))
    for start in range(0, len(data), _PIECE):
        with trio.move_on_after(PATIENCE_S) as patience:
            await stream.send_all(data[start : start + _PIECE])
        if patience.cancelled_caught:
            return False
    return True


async def _refuse(connection: h11.Connection, stream: trio.abc.Stream, error: h11.RemoteProtocolError) -> None:
    """Say what was wrong, if that can still be said."""
    if connection.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
        return
    status = HTTPStatus(error.error_status_hint if error.error_status_hint in set(HTTPStatus) else 400)
    response = text(status, str(error), (("Connection", "close"),))
    await _respond(connection, stream, "GET", response)
