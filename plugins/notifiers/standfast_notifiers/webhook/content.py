"""A request's body without an async generator, which trio complains of when a request breaks off."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx


class Content(httpx.AsyncByteStream):
    """All of it in one piece."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Once(self._data)


class _Once(AsyncIterator[bytes]):
    def __init__(self, data: bytes) -> None:
        self._left = data

    async def __anext__(self) -> bytes:
        data, self._left = self._left, b""
        if not data:
            raise StopAsyncIteration
        return data
