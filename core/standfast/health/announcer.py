"""Tells what has happened, in its order: only when the data planes have it, and in pieces, so that checks go on.

Of a thousand servers that fail together telling takes as long as programming. Whoever hears of a change, a script
perhaps, finds the kernel changed already, as with keepalived.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Protocol

import trio

from standfast import clock
from standfast.config.script_model import ScriptCall
from standfast.contract.checking import ScriptEnd
from standfast.events import Event
from standfast.health.probe import Say
from standfast.health.telling import Told
from standfast.scripts.running import About

PATIENCE_S: Final = 1.0
"""For the data planes; who hangs in the kernel is not to keep it secret that servers are down."""

PIECE: Final = 1_000
"""Microseconds of telling, before others have their turn."""


class TellingScript(Protocol):
    """Runs a program; ``about``: what it tells, if it is not a check."""

    async def __call__(self, call: ScriptCall, limit: int, about: About | None = None, /) -> ScriptEnd:
        """``limit``: microseconds; 0: none."""


class Announcer:
    """Keeps what is to be told; nothing is ever left out."""

    def __init__(
        self,
        publish: Callable[[Event], None],
        run_script: TellingScript,
        say: Say,
        programmed: Callable[[], Awaitable[None]],
    ) -> None:
        """``programmed`` returns when the data planes have what has been decided so far."""
        self._publish = publish
        self._run_script = run_script
        self._say = say
        self._programmed = programmed
        self._untold: deque[Told] = deque()
        self._told = 0
        """How many so far."""
        self._telling = trio.Lock()
        """Of two that tell by turns, scripts would begin in any order."""
        self._news = trio.Event()
        self._nursery: trio.Nursery | None = None
        self._running = 0
        self._silent = trio.Event()

    def put(self, told: Iterable[Told]) -> None:
        """To be told; what follows from it is in the hands of the data planes already."""
        self._untold.extend(told)
        if self._untold:
            self._news.set()

    def begin(self, nursery: trio.Nursery) -> None:
        """Tell from now on; scripts run in this nursery."""
        self._nursery = nursery
        nursery.start_soon(self._run)

    async def flush(self) -> None:
        """Tell all there is, programmed or not."""
        await self._tell(self._last)

    async def quiet(self) -> None:
        """Until no script runs that was told of something."""
        while self._running:
            self._silent = trio.Event()
            await self._silent.wait()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news = trio.Event()
            last = self._last
            with trio.move_on_after(PATIENCE_S):
                await self._programmed()
            await self._tell(last)

    @property
    def _last(self) -> int:
        """Number of the newest that was put here."""
        return self._told + len(self._untold)

    async def _tell(self, last: int) -> None:
        """All up to that number that nobody has told meanwhile."""
        async with self._telling:
            piece_ends = clock.now() + PIECE
            while self._told < last:
                told = self._untold.popleft()
                self._told += 1
                self._publish(told.event)
                if told.script is not None:
                    self._start(told.script, told.about)
                # Tasks begin in any order; with a turn between two, scripts begin in the order of what they tell.
                if told.script is not None or clock.now() >= piece_ends:
                    await trio.lowlevel.checkpoint()
                    piece_ends = clock.now() + PIECE

    def _start(self, call: ScriptCall, about: About) -> None:
        if self._nursery is None:
            raise RuntimeError("nothing is told before begin()")
        self._running += 1
        self._nursery.start_soon(self._call, call, about)

    async def _call(self, call: ScriptCall, about: About) -> None:
        try:
            end = await self._run_script(call, 0, about)
            if end.problem:
                self._say("error", "lvs.script", f"`{call}` was not run: {end.problem}")
        finally:
            self._running -= 1
            self._silent.set()
