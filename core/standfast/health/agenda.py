"""What is due when: one heap for all probes, so that nothing sleeps for each of them. Pure."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

T = TypeVar("T")


class Agenda(Generic[T]):
    """Each item stands in it at most once; to enter it again moves it. Costs one push and one pop for each entry."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, T]] = []
        self._valid: dict[T, int] = {}
        """Item -> number of the entry that counts; older ones are skipped when their time comes."""
        self._numbers = 0

    def __len__(self) -> int:
        return len(self._valid)

    def __contains__(self, item: T) -> bool:
        return item in self._valid

    def enter(self, item: T, due: int) -> None:
        """At this time."""
        self._numbers += 1
        self._valid[item] = self._numbers
        heapq.heappush(self._heap, (due, self._numbers, item))

    def remove(self, item: T) -> None:
        """Not at all; without effect if it does not stand here."""
        self._valid.pop(item, None)

    @property
    def next(self) -> int | None:
        """When the first item is due."""
        heap = self._heap
        while heap and self._valid.get(heap[0][2]) != heap[0][1]:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def take(self, now: int, most: int) -> list[tuple[int, T]]:
        """Up to ``most`` items that are due, with the times at which they were; they are taken out."""
        taken: list[tuple[int, T]] = []
        while len(taken) < most:
            due = self.next
            if due is None or due > now:
                break
            _, _, item = heapq.heappop(self._heap)
            del self._valid[item]
            taken.append((due, item))
        return taken
