"""Which path is answered with what."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from http import HTTPStatus
from typing import Final

import trio

from standfast.config.health_model import Listener, Service, TokenSource
from standfast.metrics.exposition import OPENMETRICS, TEXT, wants_openmetrics
from standfast.web import guard, page
from standfast.web.exchange import Request, Response, text
from standfast.web.newsroom import Newsroom

WATCHERS: Final = 16
"""Pages that are kept up to date at once."""

BEAT_S: Final = 1.0
"""A page hears at least so often; after three times that in silence it says UNKNOWN."""

BREATH_S: Final = 0.2
"""Between two pictures, however much happens."""

_JSON: Final = "application/json"
_OPEN: Final = ("/livez", "/readyz")
"""Answered in one word to those who have no token."""


class Site:
    """Answers for all listeners."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.token: TokenSource | None = None
        self._newsroom = newsroom
        self._watchers = 0
        self._routes: dict[str, tuple[Service, Callable[[Request], Awaitable[Response]]]] = {
            "/metrics": ("metrics", self._metrics),
            "/livez": ("status", self._livez),
            "/readyz": ("status", self._readyz),
            "/status": ("status", self._status),
            "/events": ("status", self._events),
            "/": ("status", self._page),
        }

    async def answer(self, listener: Listener, request: Request) -> Response:
        """One request that came in at this listener."""
        service, route = self._routes.get(request.path, (None, None))
        refusal = guard.refusal(request, listener, self.token)
        if refusal is not None:
            if request.path in _OPEN and service in listener.serves and refusal.status is HTTPStatus.UNAUTHORIZED:
                return await self._in_a_word(request)
            return refusal
        if route is None or service not in listener.serves:
            return text(HTTPStatus.NOT_FOUND, "nothing here; known: " + ", ".join(self._known(listener)))
        if request.method not in ("GET", "HEAD"):
            return text(HTTPStatus.METHOD_NOT_ALLOWED, "this is read-only", (("Allow", "GET, HEAD"),))
        return await route(request)

    def _known(self, listener: Listener) -> list[str]:
        return [path for path, (service, _) in self._routes.items() if service in listener.serves]

    async def _metrics(self, request: Request) -> Response:
        asked = wants_openmetrics(request.headers.get("accept", ""))
        body = await self._newsroom.metrics(as_openmetrics=asked)
        return Response(HTTPStatus.OK, body, OPENMETRICS if asked else TEXT)

    async def _livez(self, _request: Request) -> Response:
        return text(HTTPStatus.OK, "alive")

    async def _readyz(self, _request: Request) -> Response:
        issue = await self._newsroom.latest()
        if not issue.lacking:
            return text(HTTPStatus.OK, "ready")
        return text(HTTPStatus.SERVICE_UNAVAILABLE, "not ready\n" + "\n".join(issue.lacking))

    async def _in_a_word(self, request: Request) -> Response:
        response = await self._routes[request.path][1](request)
        return text(response.status, response.body.decode().partition("\n")[0])

    async def _status(self, _request: Request) -> Response:
        return Response(HTTPStatus.OK, (await self._newsroom.latest()).status(), _JSON)

    async def _page(self, _request: Request) -> Response:
        return Response(HTTPStatus.OK, page.HTML, "text/html; charset=utf-8", page.HEADERS)

    async def _events(self, request: Request) -> Response:
        if self._watchers >= WATCHERS and request.method == "GET":
            words = f"{WATCHERS} pages are watched already"
            return text(HTTPStatus.SERVICE_UNAVAILABLE, words, (("Retry-After", "10"),))
        return Response(HTTPStatus.OK, kind="text/event-stream; charset=utf-8", stream=self._follow)

    async def _follow(self) -> AsyncGenerator[bytes, None]:
        """Pictures as server-sent events, at least one each second."""
        self._watchers += 1
        try:
            yield b"retry: 2000\n\n"
            while True:
                issue = await self._newsroom.latest(BREATH_S)
                yield b"event: picture\ndata: " + issue.view + b"\n\n"
                with trio.move_on_after(BEAT_S):
                    await self._newsroom.news()
                    await trio.sleep(BREATH_S)
        finally:
            self._watchers -= 1
