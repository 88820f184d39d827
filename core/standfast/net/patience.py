"""Waits for sockets that end when they have taken long enough, with one alarm for all of them.

A cancel scope for each wait would cost as much as the rest of a check's way through the loop. Here a wait is a line in
a table, and one task sleeps until the first of them is over.
"""

from __future__ import annotations

import math
import socket
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import trio

Until: TypeAlias = Callable[[socket.socket], Awaitable[None]]
"""`trio.lowlevel.wait_readable` or `wait_writable`."""


async def wait(until: Until, what: socket.socket, most_s: float) -> bool:
    """Wait for a socket, at most so many seconds; False: they are over. One wait at a time for each socket."""
    try:
        alarm = _alarm.get()
    except LookupError:
        alarm = _Alarm()
        _alarm.set(alarm)
        trio.lowlevel.spawn_system_task(alarm.run, name="alarm of waits")
    return await alarm.wait(until, what, trio.current_time() + most_s)


class _Alarm:
    """Of one run of trio's."""

    def __init__(self) -> None:
        self._ends: dict[socket.socket, float] = {}
        self._sleep = trio.CancelScope()

    async def wait(self, until: Until, what: socket.socket, end: float) -> bool:
        if what in self._ends:
            raise trio.BusyResourceError("another task already waits for this socket")
        self._ends[what] = end
        if end < self._sleep.deadline:  # noqa: PLR1730 - setting it costs more than looking
            self._sleep.deadline = end
        try:
            await until(what)
        except trio.ClosedResourceError:
            if what in self._ends:
                raise
            return False
        finally:
            self._ends.pop(what, None)
        return True

    async def run(self) -> None:
        """Wake whoever waits too long. A wait that is over moves nothing: the alarm rings and looks anew."""
        while True:
            with self._sleep:
                await trio.sleep_forever()
            now = trio.current_time()
            for what in [what for what, end in self._ends.items() if end <= now]:
                del self._ends[what]
                trio.lowlevel.notify_closing(what)
            self._sleep = trio.CancelScope(deadline=min(self._ends.values(), default=math.inf))


_alarm: trio.lowlevel.RunVar[_Alarm] = trio.lowlevel.RunVar("standfast.net.patience")
