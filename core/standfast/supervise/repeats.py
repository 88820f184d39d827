"""Lines that say nothing new are kept back and counted, so that the log shows what changes.

A line is news if it says of its subject something else than the one before it. What goes up, down and up again is
three lines; what is refused for the same reason a thousand times is two, the second with the count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from standfast.supervise.logpipe import Record

PERIOD_S = 60.0
CAPACITY = 256

_Key = tuple[object, ...]

_SUBJECTS = ("name", "server", "service", "group", "source", "target")
"""Fields that say what a record is about."""


@dataclass(slots=True)
class _Said:
    first: Record
    again: int = 0


class Repeats:
    """The last line of each subject within the last minute. Transitions and what the parent says are always told."""

    def __init__(self, period_s: float = PERIOD_S, capacity: int = CAPACITY) -> None:
        self._period = period_s
        self._capacity = capacity
        self._said: dict[_Key, _Said] = {}  # oldest first
        self._over: list[Record] = []
        """Summaries of what has been overtaken by news."""

    def new(self, record: Record) -> bool:
        """Is it worth a line? If not it is counted."""
        if record.event.endswith("transition") or record.process == "parent":
            return True
        key = (record.process, record.pid, record.event, record.instance, *map(record.fields.get, _SUBJECTS))
        known = self._said.get(key)
        if known is not None and known.first.words == record.words:
            known.again += 1
            return False
        if known is not None:
            del self._said[key]
            self._over += [_summary(known, record.time)] if known.again else []
        if len(self._said) < self._capacity:
            self._said[key] = _Said(record)
        return True

    def due(self, now: float) -> Iterator[Record]:
        """A line for each one whose minute is over and that was said again; ``now`` in Unix seconds."""
        yield from self._over
        self._over = []
        while self._said:
            key, said = next(iter(self._said.items()))
            if said.first.time + self._period > now:
                return
            del self._said[key]
            if said.again:
                yield _summary(said, now)

    def rest(self, now: float) -> Iterator[Record]:
        """The same for all, at the end."""
        yield from self._over
        for said in self._said.values():
            if said.again:
                yield _summary(said, now)
        self._said.clear()

    @property
    def wait_s(self) -> float | None:
        """How long one may wait before asking what is due; None: as long as one likes."""
        return (
            None if not self._over and not any(said.again for said in self._said.values()) else min(self._period, 1.0)
        )


def _summary(said: _Said, now: float) -> Record:
    words = f"{said.first.words} (said {said.again} more times, kept back)"
    fields = said.first.fields | {"suppressed": said.again}
    return msgspec.structs.replace(said.first, time=now, words=words, fields=fields)
