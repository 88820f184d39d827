"""Following the VRRP process's events from another process, across restarts of either side.

The VRRP process keeps its last events in a ring with numbers and waits for nobody. A follower that was away asks for
what came after the last number it has; what the ring has forgotten meanwhile is a gap, told by a :class:`Snapshot`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec
import trio

from standfast.control.protocol import EventPage, InstanceNow, Request, encode
from standfast.events import AnyEvent

RETRY_S: Final = 0.1
"""Between two tries to reach the VRRP process."""

_PIECE: Final = 262_144

Why: TypeAlias = Literal["first", "restart", "gap"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How things stand: told at the beginning, after a restart of VRRP, and after a gap.

    Events with numbers up to ``number`` may still follow: for whoever keeps states they are history, for whoever tells
    people what happened they are news.
    """

    why: Why
    number: int
    """Of the last event that is worked into it."""
    instances: tuple[InstanceNow, ...]
    missed: int = 0
    """Events that nobody will ever tell us."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """One event."""

    number: int
    event: AnyEvent


Item: TypeAlias = Snapshot | Numbered


class Feed:
    """The events of one daemon's VRRP process.

    ``seen``: PID and number of the last event that a predecessor of ours has dealt with; (0, 0): none, so that what the
    VRRP process has lived through so far comes as events.
    """

    def __init__(self, run_dir: Path, *, seen: tuple[int, int] = (0, 0), socket_name: str = "vrrp.status") -> None:
        self.connected = False
        """Is there a VRRP process that we hear?"""
        self.known = False
        """Has there been a snapshot?"""
        self._run_dir = run_dir
        self._name = socket_name
        self._pid, self._number = seen

    @property
    def seen(self) -> tuple[int, int]:
        """PID and number of the last event that was given."""
        return self._pid, self._number

    async def follow(self) -> AsyncGenerator[Item, None]:
        """Items, for ever: a :class:`Snapshot` first, and again whenever the thread is lost."""
        while True:
            try:
                async with self._connection() as stream, aclosing(self._pages(stream)) as pages:
                    async for page in pages:
                        self.connected = True
                        for item in self._digest(page):
                            yield item
                            if isinstance(item, Numbered):
                                self._number = item.number
                        self._pid, self._number = page.pid, page.last
            except (OSError, trio.BrokenResourceError, msgspec.DecodeError):
                pass  # it is being replaced, or has sent us away; the next try says
            self.connected = False
            await trio.sleep(RETRY_S)

    def _digest(self, page: EventPage) -> list[Item]:
        """What a page says; one with instances is a new beginning."""
        items: list[Item] = []
        if page.instances is not None:
            why: Why = "first" if not self.known else "gap" if page.pid == self._pid else "restart"
            before = self._number if page.pid == self._pid else 0
            items.append(Snapshot(why, page.newest, page.instances, max(page.first - 1 - before, 0)))
            self.known = True
            self._pid, self._number = page.pid, page.first - 1
        items += [Numbered(page.first + index, event) for index, event in enumerate(page.events)]
        return items

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[trio.SocketStream]:
        directory = os.open(self._run_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # By way of the descriptor: sun_path holds 108 bytes, the directory's name may be longer.
            stream = await trio.open_unix_socket(f"/proc/self/fd/{directory}/{self._name}")
        finally:
            os.close(directory)
        async with stream:
            yield stream

    async def _pages(self, stream: trio.SocketStream) -> AsyncGenerator[EventPage, None]:
        await stream.send_all(
            encode(Request(do="events", since=self._number, of=self._pid, follow=True, states=not self.known))
        )
        heard = b""
        while piece := await stream.receive_some(_PIECE):
            *lines, heard = (heard + piece).split(b"\n")
            for line in lines:
                yield msgspec.json.decode(line, type=EventPage)
