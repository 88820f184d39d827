"""The last events, numbered, for whoever wants to catch up. Nobody is ever waited for."""

from __future__ import annotations

from collections import deque

import trio

from standfast.events import Event

CAPACITY = 4096


class EventRing:
    """A bounded memory of events; numbers start at 1 and are never used twice by one process."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._events: deque[Event] = deque(maxlen=capacity)
        self.last = 0
        """Number of the newest event; 0 before the first."""
        self._waiting = trio.lowlevel.ParkingLot()

    def append(self, event: Event) -> None:
        """Remember an event and wake whoever waits for news."""
        self.last += 1
        self._events.append(event)
        self._waiting.unpark_all()

    def since(self, number: int) -> tuple[int, list[Event]]:
        """Events after ``number``, with the number of the first one given: a gap tells what was forgotten.

        A number that has not come yet is taken for the newest: whoever asks on from it must not come round at once.
        """
        first = max(min(number, self.last) + 1, self.last - len(self._events) + 1)
        skip = first - (self.last - len(self._events) + 1)
        return first, list(self._events)[skip:]

    async def news(self, number: int) -> None:
        """Until there is an event after ``number``."""
        while self.last <= number:
            await self._waiting.park()
