"""The order of notify scripts of one instance or group: one state after the other, the last one always last. Pure.

Scripts of one state are started together, as keepalived does it. The next state waits until they have ended, or until
they have had their time; states that were overtaken while they waited are dropped, and counted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from standfast.config.script_model import ScriptCall

WAITING: Final = 16
"""Entries that are no states (a lower priority was heard) kept at most."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be run on one occasion."""

    occasion: str
    """``MASTER``, ``BACKUP`` ...; ``MASTER_RX_LOWER_PRI``."""
    calls: tuple[ScriptCall, ...]
    state: bool = True
    """It tells a state: what waits has been overtaken by it."""


class NotifyQueue:
    """One instance's or group's."""

    def __init__(self, timeout: int) -> None:
        self.timeout = timeout
        """Microseconds after which a running script no longer holds up the next; 0: scripts hold nobody up."""
        self.dropped = 0
        """Entries that were never run."""
        self.calls: tuple[ScriptCall, ...] = ()
        """Of the entry that was started last."""
        self._waiting: deque[Entry] = deque()
        self._running = 0
        self._since = 0
        self._round = 0

    @property
    def waiting(self) -> int:
        """Entries whose turn has not come."""
        return len(self._waiting)

    @property
    def held_up(self) -> tuple[str, ...]:
        """Occasions that wait for the scripts that run, in their order."""
        return tuple(entry.occasion for entry in self._waiting)

    @property
    def idle(self) -> bool:
        """Has everything been run, and ended (or had its time)?"""
        return not self._running and not self._waiting

    @property
    def deadline(self) -> int | None:
        """When the running scripts have had their time; None: nothing runs."""
        return self._since + self.timeout if self._running else None

    @property
    def round(self) -> int:
        """Number of the entry that runs; an end of an earlier one does not count any more."""
        return self._round

    def waits_for(self, number: int) -> bool:
        """Do the scripts of the entry with this number hold up the next?"""
        return number == self._round and self._running > 0

    def put(self, entry: Entry, now: int) -> Entry | None:
        """Something happened. Gives what is to be started now."""
        if entry.state:
            self.dropped += len(self._waiting)
            self._waiting.clear()
        elif len(self._waiting) >= WAITING:
            self.dropped += 1
            return None
        if entry.calls:
            self._waiting.append(entry)
        return self._next(now)

    def ended(self, number: int, now: int) -> Entry | None:
        """A script of the entry with this number has ended."""
        if self.waits_for(number):
            self._running -= 1
        return self._next(now)

    def tick(self, now: int) -> Entry | None:
        """Look at the clock: scripts that have had their time hold nobody up any more."""
        deadline = self.deadline
        if deadline is not None and now >= deadline:
            self._running = 0
        return self._next(now)

    def _next(self, now: int) -> Entry | None:
        if self._running or not self._waiting:
            return None
        entry = self._waiting.popleft()
        self._round += 1
        self._since, self.calls = now, entry.calls
        self._running = len(entry.calls) if self.timeout else 0
        return entry
