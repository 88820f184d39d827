"""The queue of one target: what it is told next and when, whatever the target does. Pure.

Every call takes ``now`` (microseconds on our clock). Who drives it asks :attr:`Delivery.due`, takes a batch, tries to
deliver it, and says how that went; meanwhile others may go on to :meth:`Delivery.put`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from standfast.contract.notifying import Manner, Notice
from standfast.events import Event
from standfast.health.subjects import Subject, ended_by, is_last, subject_of
from standfast.values import SECOND

LONGEST_WISH: Final = 600 * SECOND
"""A target may ask for a longer pause (Retry-After); it does not get one."""

_DOUBLINGS: Final = 16


@dataclass(slots=True, eq=False)
class Entry:
    """One notice that waits."""

    event: Event
    wall: float
    since: int
    """When it was put here."""
    replayed: bool = False
    number: int = 0
    """Given when it is first sent."""
    dropped: int = 0

    @property
    def subject(self) -> Subject:
        """Empty: it tells of no lasting state."""
        found = subject_of(self.event)
        return "" if found is None else found[0]

    @property
    def state(self) -> str:
        """The state that it tells."""
        found = subject_of(self.event)
        return "" if found is None else found[1]


@dataclass(slots=True)
class Delivery:
    """Bounded and ordered; what is dropped is counted."""

    manner: Manner
    host: str
    jitter: Callable[[], float]
    """A random number from 0 to 1."""
    told: dict[Subject, str] = field(default_factory=dict)
    """The last state that the target took, of each subject."""
    sequence: int = 0
    delivered: int = 0
    dropped: int = 0
    """Overtaken, crowded out, too old, or refused for good."""
    failures: int = 0
    """Tries in a row that failed."""
    last_error: str = ""
    last_delivered: int | None = None
    failing_since: int | None = None
    not_before: int = 0
    waiting: deque[Entry] = field(default_factory=deque)
    under_way: tuple[Entry, ...] = ()
    wants_replay: bool = False
    """It has been away and is back: :meth:`replay` is asked for."""
    _unconfessed: int = 0
    """Dropped since the last notice that was given a number."""

    # In

    def put(self, event: Event, wall: float, now: int, *, replayed: bool = False) -> None:
        """One more. What the target has been told last, and needs no repetition, is left out."""
        entry = Entry(event, wall, now, replayed)
        if self.manner.only_changes and entry.subject and self.expected(entry.subject) == entry.state:
            return
        self.waiting.append(entry)
        self._thin(now)

    def expected(self, subject: Subject) -> str | None:
        """What the target will have been told when everything that is here is delivered."""
        for entry in (*reversed(self.waiting), *reversed(self.under_way)):
            if entry.subject == subject:
                return entry.state
        return self.told.get(subject)

    def replay(self, events: Iterable[Event], wall: float, now: int, *, everything: bool) -> None:
        """Tell how things stand: all of them, or only what the target has been told otherwise (or never)."""
        for event in events:
            found = subject_of(event)
            if found is not None and (everything or self.expected(found[0]) != found[1]):
                self.put(event, wall, now, replayed=True)
        self.wants_replay = False

    # Out

    def due(self) -> int | None:
        """When :meth:`take` gives something; None: nothing waits, or something is under way."""
        if not self.waiting or self.under_way:
            return None
        full = len(self.waiting) >= self.manner.batch
        gathered = self.waiting[0].since + (0 if full else self.manner.collect)
        return max(self.not_before, gathered)

    def take(self, now: int) -> tuple[Notice, ...]:
        """What is to be delivered now, at most a batch."""
        due = self.due()
        if due is None or due > now:
            return ()
        self._thin(now)
        count = min(len(self.waiting), max(self.manner.batch, 1))
        self.under_way = tuple(self.waiting.popleft() for _ in range(count))
        return tuple(map(self._notice, self.under_way))

    def _notice(self, entry: Entry) -> Notice:
        if not entry.number:
            self.sequence += 1
            entry.number = self.sequence
        entry.dropped += self._unconfessed
        self._unconfessed = 0
        return Notice(
            sequence=entry.number,
            wall=entry.wall,
            host=self.host,
            event=entry.event,
            replayed=entry.replayed,
            dropped=entry.dropped,
        )

    def succeeded(self, now: int) -> None:
        """The target has taken what was under way."""
        for entry in self.under_way:
            if is_last(entry.event):
                for subject in (entry.subject, *ended_by(entry.event, list(self.told))):
                    self.told.pop(subject, None)
            elif entry.subject:
                self.told[entry.subject] = entry.state
        self.delivered += len(self.under_way)
        self.under_way = ()
        self.wants_replay = self.wants_replay or (self.failures > 0 and self.manner.replays)
        self.failures, self.failing_since, self.last_error, self.not_before = 0, None, "", 0
        self.last_delivered = now

    def failed(self, words: str, now: int, *, retry: bool = True, retry_after: int | None = None) -> None:
        """It has not. ``retry_after``: microseconds that the target asked for."""
        self.last_error = words
        if not retry:
            self._forget(*self.under_way)
            self.under_way = ()
            return
        self.failing_since = now if self.failing_since is None else self.failing_since
        self.waiting.extendleft(reversed(self.under_way))
        self.under_way = ()
        self.failures += 1
        self.not_before = now + self._pause(retry_after)
        self._thin(now)

    def _pause(self, wish: int | None) -> int:
        doubled = self.manner.first_pause << min(self.failures - 1, _DOUBLINGS)
        pause = round(min(doubled, self.manner.longest_pause) * (1 - self.jitter() / 2))
        return pause if wish is None else max(pause, min(wish, LONGEST_WISH))

    def given_back(self) -> None:
        """The try was broken off by us: as if it had not been."""
        self.waiting.extendleft(reversed(self.under_way))
        self.under_way = ()

    # What goes

    def _thin(self, now: int) -> None:
        """Drop what is not worth telling any more."""
        if self.waiting and now - self.waiting[0].since > max(self.manner.slow, self.manner.collect):
            self._coalesce(now)
        if len(self.waiting) > self.manner.queue:
            self._coalesce(now)
        while len(self.waiting) > max(self.manner.queue, 1):
            self._forget(self.waiting.popleft())

    def _coalesce(self, now: int) -> None:
        """Keep the latest state of each subject, and what tells of no state while it is fresh."""
        seen: set[Subject] = set()
        kept: deque[Entry] = deque()
        for entry in reversed(self.waiting):
            stale = now - entry.since > self.manner.expires if not entry.subject else entry.subject in seen
            if stale:
                self._forget(entry)
                continue
            if entry.subject:
                seen.add(entry.subject)
            kept.appendleft(entry)
        self.waiting = kept
        if self.manner.only_changes and not self.under_way:
            known = [entry for entry in kept if entry.subject and self.told.get(entry.subject) == entry.state]
            self._forget(*known)
            self.waiting = deque(entry for entry in kept if entry not in known)

    def _forget(self, *entries: Entry) -> None:
        for entry in entries:
            self.dropped += 1
            self._unconfessed += 1 + entry.dropped
