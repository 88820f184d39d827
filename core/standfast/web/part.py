"""The part of the health process that answers over HTTP."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import trio

from standfast.config.health_model import HealthConfig, Listener
from standfast.control.audience import Audience
from standfast.control.picture import take
from standfast.events import Event
from standfast.health.feed import Item, Numbered
from standfast.health.hub import Hub
from standfast.health.part import Part
from standfast.web import sockets
from standfast.web.exchange import Request, Response, converse
from standfast.web.newsroom import Newsroom, Take
from standfast.web.site import Site

CLIENTS: Final = 64
"""Connected at once; the next one makes the place free of whoever has been there longest without asking."""

RETRY_S: Final = 5.0
"""Between two tries to listen at a place that somebody else has."""


@dataclass(slots=True, eq=False)
class Open:
    """A listener that is there."""

    listener: Listener
    socket: socket.socket
    scope: trio.CancelScope


class Http(Part):
    """Metrics, health endpoints, status as JSON and as a page."""

    name = "http"

    def __init__(self, hub: Hub, *, take: Take = take) -> None:
        super().__init__(hub)
        self._newsroom = Newsroom(hub.run_dir, take)
        self._site = Site(self._newsroom)
        self._audience = Audience(CLIENTS)
        self._open: dict[tuple[object, ...], Open] = {}
        self._failing: dict[tuple[object, ...], str] = {}
        self._prepared: dict[tuple[object, ...], tuple[Listener, socket.socket]] = {}
        self._nursery: trio.Nursery | None = None
        self._answered = 0
        hub.on_vrrp(self._hear)
        hub.on_event(self._note)

    # What happens

    def _hear(self, item: Item) -> None:
        if isinstance(item, Numbered):
            self._note(item.event)

    def _note(self, event: Event) -> None:
        self._newsroom.happenings.note(event)
        self._newsroom.stir()

    # The life

    async def run(self) -> None:
        """Listen wherever it is possible; where it is not, try again."""
        async with trio.open_nursery() as self._nursery:
            self._run_by(self.hub.config)
            while True:
                await trio.sleep(RETRY_S)
                self._listen(self.hub.config)

    async def prepare(self, config: HealthConfig) -> str:
        """Can we listen there?"""
        self._drop_prepared()
        for listener in config.web.listeners:
            if listener.place in self._open:
                continue
            try:
                self._prepared[listener.place] = listener, sockets.bound(listener)
            except OSError as error:
                return f"cannot listen at {listener.words}: {error.strerror or error}"
        return ""

    async def commit(self, config: HealthConfig) -> tuple[str, ...]:
        """From now on these listeners."""
        before = set(self._open)
        self._run_by(config)
        words = {place: open_.listener.words for place, open_ in self._open.items()}
        return tuple(f"HTTP is answered at {words[place]} now" for place in self._open if place not in before)

    async def stop(self, *, leave: bool) -> None:
        """Nobody is answered any more."""
        self._drop_prepared()
        for place in list(self._open):
            self._close(place)

    def describe(self) -> Any:
        """Who listens, and how much was asked."""
        if not self.hub.config.web.listeners:
            return None
        return {
            "listening": [open_.listener.words for open_ in self._open.values()],
            "failing": {str(words): why for words, why in self._failing_words().items()},
            "problem": "" if (token := self._site.token) is None else token.problem,
            "clients": len(self._audience),
            "answered": self._answered,
        }

    def _failing_words(self) -> dict[str, str]:
        known = {listener.place: listener.words for listener in self.hub.config.web.listeners}
        return {known[place]: why for place, why in self._failing.items() if place in known}

    # Listeners

    def _run_by(self, config: HealthConfig) -> None:
        self._site.token = config.web.token
        self._newsroom.compat = config.web.compat
        wanted = {listener.place: listener for listener in config.web.listeners}
        for place, open_ in list(self._open.items()):
            if place not in wanted or wanted[place].mode != open_.listener.mode:
                self._close(place)
            else:
                open_.listener = wanted[place]
        self._failing = {place: why for place, why in self._failing.items() if place in wanted}
        self._listen(config)
        self._drop_prepared()

    def _listen(self, config: HealthConfig) -> None:
        for listener in config.web.listeners:
            if listener.place not in self._open:
                self._try(listener)

    def _try(self, listener: Listener) -> None:
        if self._nursery is None:
            raise RuntimeError("listeners are opened only while run() runs")
        _, made = self._prepared.pop(listener.place, (listener, None))
        try:
            made = made or sockets.bound(listener)
            sockets.put_in_place(listener, made)
        except OSError as error:
            if made is not None:
                made.close()
            why = error.strerror or str(error)
            if self._failing.get(listener.place) != why:
                self.hub.say("error", "http.listen", f"cannot listen at {listener.words}: {why}; trying again")
            self._failing[listener.place] = why
            return
        self._failing.pop(listener.place, None)
        open_ = Open(listener, made, trio.CancelScope())
        self._open[listener.place] = open_
        self._nursery.start_soon(self._serve, open_)

    def _close(self, place: tuple[object, ...]) -> None:
        open_ = self._open.pop(place)
        open_.scope.cancel()
        sockets.give_up(open_.listener, open_.socket, listening=True)

    def _drop_prepared(self) -> None:
        for listener, made in self._prepared.values():
            sockets.give_up(listener, made, listening=False)
        self._prepared.clear()

    # Clients

    async def _serve(self, open_: Open) -> None:
        listener = trio.SocketListener(trio.socket.from_stdlib_socket(open_.socket))
        with open_.scope:
            await trio.serve_listeners(partial(self._attend, open_), [listener])

    async def _attend(self, open_: Open, stream: trio.SocketStream) -> None:
        async with stream:
            with self._audience.seat() as seat:

                def asked() -> None:
                    seat.asked = True
                    self._answered += 1

                # A client that hangs up, or is too slow, is its own business.
                try:
                    await converse(stream, self._answer_at(open_), asked)
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    return

    def _answer_at(self, open_: Open) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            return await self._site.answer(open_.listener, request)

        return answer
