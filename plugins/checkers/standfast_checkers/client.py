"""httpx on connections of our own: bound and marked before they connect, and to the checked server alone.

httpcore's own connections set such options too late, and follow names wherever they lead.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx
import trio
from msgspec import structs

from standfast.api import CheckError, Code, Target, bad
from standfast.net.probe import Connection, connect
from standfast.net.tls import TlsConnection, secure


@dataclass(slots=True)
class Backend(httpcore.AsyncNetworkBackend):
    """Connects to one server, whatever its name."""

    target: Target
    host: str
    """The name that this server answers to."""
    port: int
    """The port behind that name which stands for the target's."""
    longest: int
    """Bytes that may come in answer to one request."""
    received: int = 0
    certificate: bytes = b""
    """What the server showed last, as DER."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the base's; the target's counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection. Raises :class:`CheckError`, as everything here."""
        if host != self.host:
            raise CheckError(bad(Code.STATUS, f"redirected to another host, {host}"))
        target = self.target if port == self.port else structs.replace(self.target, port=port)
        self.received = 0
        return Stream(await connect(target), self)

    async def sleep(self, seconds: float) -> None:
        """Between httpcore's own retries, of which we ask for none."""
        await trio.sleep(seconds)


class Stream(httpcore.AsyncNetworkStream):
    """One connection, as httpcore wants it."""

    def __init__(self, connection: Connection, backend: Backend) -> None:
        self._connection = connection
        self._backend = backend

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - the base's
        """What has come. An answer that is too long ends here: what raises at the bottom leaves nothing half done."""
        data = await self._connection.receive(max_bytes)
        self._backend.received += len(data)
        if self._backend.received > self._backend.longest:
            raise CheckError(bad(Code.CONTENT, f"the answer is longer than {self._backend.longest} bytes"))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the base's
        """All of it."""
        if buffer:
            await self._connection.send(buffer)

    async def aclose(self) -> None:
        """Hang up."""
        self._connection.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the base's
    ) -> httpcore.AsyncNetworkStream:
        """TLS on top of it."""
        above = await secure(self._connection, ssl_context, server_hostname or "")
        self._connection = above
        self._backend.certificate = above.certificate()
        return self

    def get_extra_info(self, info: str) -> Any:
        """``ssl_object`` tells which protocol was agreed on."""
        if info == "ssl_object" and isinstance(self._connection, TlsConnection):
            return self._connection.tls
        return self._connection.socket if info == "socket" else None


class Transport(httpx.AsyncBaseTransport):
    """One request after another, each on a connection of its own."""

    def __init__(self, backend: Backend, context: ssl.SSLContext | None, *, http2: bool, tls: bool) -> None:
        self._backend = backend
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=1,
            max_keepalive_connections=0,
            http1=tls or not http2,
            http2=http2,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and read the head of its answer."""
        url = request.url
        assert isinstance(request.stream, httpx.AsyncByteStream)  # noqa: S101 - of an AsyncClient
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = await self._pool.handle_async_request(asked)
        except _PROTOCOL as error:
            raise broken(error, silent=not self._backend.received) from error
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Hang up."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, below: Any) -> None:
        self._below = below

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._below:
                yield piece
        except _PROTOCOL as error:
            raise broken(error) from error

    async def aclose(self) -> None:
        await self._below.aclose()


_PROTOCOL = (httpcore.ProtocolError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.UnsupportedProtocol)


def broken(error: Exception, *, silent: bool = False) -> CheckError:
    """What httpcore and httpx complain of, as a result; ``silent``: nothing had come."""
    if silent:
        return CheckError(bad(Code.RESET, "the connection was closed without an answer"))
    words = str(error) or "the answer is no HTTP"
    return CheckError(bad(Code.PROTOCOL, words[:1].lower() + words[1:]))
