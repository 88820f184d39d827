"""Notifiers: they bring events to a target outside. Core keeps the queue: order, retries, time-outs, replay."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from standfast.config.record import Record
from standfast.events import CheckChange, Event, PriorityChange, Remark
from standfast.values import SECOND


class Notice(Record, frozen=True):
    """One event on its way to one target."""

    sequence: int
    """Counts per target: given when it is first sent, and kept when it is sent again. 0: a test."""
    wall: float
    """Unix seconds of the event."""
    host: str
    event: Event
    replayed: bool = False
    """The current state told once more, after a restart of the target or of us."""
    dropped: int = 0
    """Older notices for this target that were given up or overtaken since the last one."""


class Manner(Record, frozen=True):
    """How core treats one target. Times in microseconds."""

    timeout: int = 10 * SECOND
    """For one delivery; then it is cancelled and tried again later."""
    first_pause: int = SECOND
    """Before the second try; each pause is twice as long as the one before, less a random part of up to a half."""
    longest_pause: int = 60 * SECOND
    queue: int = 256
    """Notices that wait at most; when there are more, those that later ones have overtaken go, then the oldest."""
    slow: int = 2 * SECOND
    """When the oldest notice has waited so long, the target is slow: of each subject only the latest state is kept."""
    expires: int = 3600 * SECOND
    """After so long a notice that is no subject's latest state is not worth telling any more."""
    batch: int = 1
    """Notices in one delivery at most; more than one only with ``batches``."""
    collect: int = 0
    """How long the first notice waits for others to go with it."""
    only_changes: bool = False
    """A state that is the one told last is not told again, whatever has been in between."""
    replays: bool = True
    """When the target is back after failures it is told how everything stands."""
    refresh: int = 0
    """How often what is wrong (a fault, something down) is told again while it lasts; 0: never."""


class NotDelivered(Exception):  # noqa: N818 - a verdict, not a fault of the program
    """``str()`` says why, for people."""

    def __init__(self, words: str, *, retry: bool = True, retry_after_s: float | None = None) -> None:
        super().__init__(words)
        self.retry = retry
        """False: trying again will not help (the target refuses the message itself)."""
        self.retry_after_s = retry_after_s
        """What the target asked for (Retry-After)."""


O = TypeVar("O", bound=Record)  # noqa: E741 - the options


class Notifier(ABC, Generic[O]):
    """A kind of target. The class has the declaration, each object is one target."""

    contract: ClassVar[int]
    """The version of the contract (:data:`standfast.contract.checking.CONTRACT`) that it was written for."""
    declaration: ClassVar[Any]
    """A :class:`standfast.api.NotifierType`: the block, and how options are made of it."""
    batches: ClassVar[bool] = False
    """True: takes several notices in one delivery (a digest); False: gets them one by one."""

    def __init__(self, options: O) -> None:
        """Raises :class:`ValueError`, with words, if these options cannot work here: a file is missing, say.

        Nothing is connected yet, and nothing waits.
        """
        self.options = options

    @property
    def manner(self) -> Manner:
        """How to treat this target."""
        return Manner()

    def wants(self, event: Event) -> bool:
        """Is it to be told of this? By default of everything but remarks and priorities."""
        return not isinstance(event, Remark | PriorityChange | CheckChange)

    @abstractmethod
    async def deliver(self, notices: Sequence[Notice]) -> str | None:
        """Return when the target has taken them; raise :class:`NotDelivered`, or anything else, if not.

        What is returned, if anything, are words for people about what went wrong all the same (a recipient who was
        refused while others were not).

        One delivery at a time is under way. It may be cancelled, by the time-out or the end.
        """

    async def close(self) -> None:
        """The end: let go of connections."""
