"""Least distance between two announcement frames on one interface (``garp_interval``, ``gna_interval``).

Frames of several instances share an interface, so the pacer stands beside the instances: whatever may
not leave at once queues up, and the queue is served one frame per interval, round robin.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class Pacer(Generic[Item]):
    """A queue of frames yet to be sent; an item is whatever names a frame (instance and address)."""

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self._pending: dict[Item, int] = {}
        self._next_allowed: int | None = None

    def __len__(self) -> int:
        """Frames that wait."""
        return sum(self._pending.values())

    @property
    def deadline(self) -> int | None:
        """When :meth:`take` may give something; None while nothing waits."""
        return self._next_allowed if self._pending else None

    def offer(self, item: Item, burst: int, now: int) -> bool:
        """Ask to send a frame. True: send it now. False: it waits, at most ``burst`` times over."""
        if self.interval == 0:
            return True
        if not self._pending and (self._next_allowed is None or self._next_allowed <= now):
            self._next_allowed = now + self.interval
            return True
        self._pending[item] = min(self._pending.get(item, 0) + 1, max(burst, 1))
        return False

    def take(self, now: int) -> Item | None:
        """The next frame if its time has come. Lateness is not made up for with a burst."""
        if not self._pending or self._next_allowed is None or self._next_allowed > now:
            return None
        item = next(iter(self._pending))
        left = self._pending.pop(item) - 1
        if left:
            self._pending[item] = left  # to the end of the line: round robin
        self._next_allowed = now + self.interval
        return item

    def cancel(self, unwanted: Callable[[Item], bool]) -> None:
        """Forget frames, of an instance that is no longer MASTER for example."""
        self._pending = {item: count for item, count in self._pending.items() if not unwanted(item)}
