"""Who is connected to a socket, so that clients that hang never keep out the one that only asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import trio


@dataclass(slots=True, eq=False)
class Seat:
    """One client's place; when it is needed for another, its scope is cancelled."""

    scope: trio.CancelScope
    asked: bool = False
    """It has said what it wants."""


class Audience:
    """Everybody, longest first."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._seats: dict[Seat, None] = {}

    def __len__(self) -> int:
        return len(self._seats)

    @contextmanager
    def seat(self) -> Iterator[Seat]:
        """A place for a new client, if need be that of the oldest that has not asked yet, or else of the oldest."""
        if len(self._seats) >= self._places:
            leaving = next((seat for seat in self._seats if not seat.asked), next(iter(self._seats)))
            del self._seats[leaving]
            leaving.scope.cancel()
        seat = Seat(trio.CancelScope())
        self._seats[seat] = None
        try:
            with seat.scope:
                yield seat
        finally:
            self._seats.pop(seat, None)
