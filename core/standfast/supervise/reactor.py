"""The parent's loop: descriptors and deadlines; no thread, and no kernel object that a fork would share."""

from __future__ import annotations

import heapq
import itertools
import select
from collections.abc import Callable
from dataclasses import dataclass, field

from standfast.clock import now

_READABLE = select.POLLIN | select.POLLHUP | select.POLLERR


@dataclass(order=True, slots=True)
class Timer:
    """One call at one time."""

    at: int
    order: int
    call: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Do not call after all."""
        self.cancelled = True


class Reactor:
    """Calls back when a descriptor can be read (or written), and at given times (microseconds on CLOCK_BOOTTIME)."""

    def __init__(self) -> None:
        self.turned_at = now()
        """When the loop last turned: the freshness stamp of every answer."""
        self._poll = select.poll()
        self._readers: dict[int, Callable[[], None]] = {}
        self._writers: dict[int, Callable[[], None]] = {}
        self._timers: list[Timer] = []
        self._order = itertools.count()

    def on_readable(self, descriptor: int, call: Callable[[], None]) -> None:
        """Call whenever there is something to read, or the other side has gone."""
        self._readers[descriptor] = call
        self._register(descriptor)

    def on_writable(self, descriptor: int, call: Callable[[], None] | None) -> None:
        """Call whenever there is room to write; None: no longer."""
        if call is None:
            self._writers.pop(descriptor, None)
        else:
            self._writers[descriptor] = call
        self._register(descriptor)

    def forget(self, descriptor: int) -> None:
        """Before it is closed."""
        if self._readers.pop(descriptor, None) or self._writers.pop(descriptor, None):
            self._writers.pop(descriptor, None)
            self._poll.unregister(descriptor)

    def after(self, delay: int, call: Callable[[], None]) -> Timer:
        """Call once, ``delay`` microseconds from now."""
        timer = Timer(now() + delay, next(self._order), call)
        heapq.heappush(self._timers, timer)
        return timer

    def turn(self) -> None:
        """Wait for the next thing and deal with everything that is due."""
        ready = self._poll.poll(self._patience_ms())
        self.turned_at = now()
        for descriptor, events in ready:
            if events & _READABLE and descriptor in self._readers:
                self._readers[descriptor]()
            if events & select.POLLOUT and descriptor in self._writers:
                self._writers[descriptor]()
        while self._timers and (self._timers[0].cancelled or self._timers[0].at <= now()):
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.call()

    def _register(self, descriptor: int) -> None:
        events = (_READABLE if descriptor in self._readers else 0) | (
            select.POLLOUT if descriptor in self._writers else 0
        )
        if events:
            self._poll.register(descriptor, events)
        else:
            self._poll.unregister(descriptor)

    def _patience_ms(self) -> int | None:
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        if not self._timers:
            return None
        return max(0, -(-(self._timers[0].at - now()) // 1000))
