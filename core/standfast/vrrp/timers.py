"""One heap of deadlines over one timerfd: what wakes the process.

trio's own timeouts are rounded up to a millisecond by epoll, and stand still while the machine is
suspended.  A timerfd on CLOCK_BOOTTIME with absolute times is 0.1-0.2 ms late and knows of the suspension.
"""

from __future__ import annotations

import ctypes
import heapq
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Generic, TypeVar

import trio

_TFD_NONBLOCK = os.O_NONBLOCK
_TFD_CLOEXEC = os.O_CLOEXEC
_TFD_TIMER_ABSTIME = 1

Key = TypeVar("Key")


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class Alarm:
    """A timerfd. Everything that :meth:`set` needs is made once: it runs after every turn of the loop."""

    def __init__(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor: int = libc.timerfd_create(time.CLOCK_BOOTTIME, _TFD_NONBLOCK | _TFD_CLOEXEC)
        if self.descriptor < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"timerfd_create: {os.strerror(number)}")
        self._settime = libc.timerfd_settime
        self._settime.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        self._spec = _Itimerspec()
        self._value = self._spec.value
        self._pointer = ctypes.addressof(self._spec)
        self._at: int | None = None

    def set(self, at: int | None) -> None:
        """Ring at this moment (microseconds, CLOCK_BOOTTIME); None: not at all. A past moment rings at once."""
        if at == self._at:
            return
        self._at = at
        # Zero would switch the timer off instead of ringing at once (timerfd_create(2)).
        self._value.seconds, rest = divmod(0 if at is None else max(at, 1), 1_000_000)
        self._value.nanoseconds = rest * 1000
        if self._settime(self.descriptor, _TFD_TIMER_ABSTIME, self._pointer, None) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"timerfd_settime: {os.strerror(number)}")

    async def wait(self) -> None:
        """Until it rings."""
        await trio.lowlevel.wait_readable(self.descriptor)
        with suppress(BlockingIOError):  # set anew between waking and reading: the loop looks at the heap anyway
            os.read(self.descriptor, 8)
        self._at = None

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.descriptor)


class Deadlines(Generic[Key]):
    """A heap with one deadline for each key; replacing one leaves a stale entry that is skipped later."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Key]] = []
        self._current: dict[Key, int] = {}
        self._ticket = 0

    def set(self, key: Key, at: int | None) -> None:
        """From now on ``key`` is due at this moment; None: not any more."""
        if self._current.get(key) == at:
            return
        if at is None:
            self._current.pop(key, None)
            return
        self._current[key] = at
        self._ticket += 1  # keys need not be comparable
        heapq.heappush(self._heap, (at, self._ticket, key))

    def get(self, key: Key) -> int | None:
        """When ``key`` is due."""
        return self._current.get(key)

    def next(self) -> int | None:
        """The earliest deadline."""
        self._skip_stale()
        return self._heap[0][0] if self._heap else None

    def first(self) -> Key | None:
        """Whose deadline that is."""
        self._skip_stale()
        return self._heap[0][2] if self._heap else None

    def pop_due(self, now: int) -> Iterator[tuple[Key, int]]:
        """Take what is due at ``now`` out, one by one, earliest first: ``(key, deadline)``."""
        while True:
            self._skip_stale()
            if not self._heap or self._heap[0][0] > now:
                return
            at, _, key = heapq.heappop(self._heap)
            del self._current[key]
            yield key, at

    def _skip_stale(self) -> None:
        heap, current = self._heap, self._current
        while heap and current.get(heap[0][2]) != heap[0][0]:
            heapq.heappop(heap)
