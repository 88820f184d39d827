"""Notifiers: they bring events to a target outside. Core keeps the queue: order, retries, time-outs, replay."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from standfast.config.record import Record
from standfast.events import Event


class Notice(Record, frozen=True):
    """One event on its way to one target."""

    sequence: int
    """Counts per target, without gaps; what was dropped is counted in ``dropped`` of the next."""
    wall: float
    """Unix seconds of the event."""
    host: str
    event: Event
    replayed: bool = False
    """The current state told once more, after a restart of the target or of us."""
    dropped: int = 0
    """Older notices for this target that were given up or overtaken since the last one."""


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
        self.options = options

    @abstractmethod
    async def deliver(self, notices: Sequence[Notice]) -> None:
        """Return when the target has taken them; raise :class:`NotDelivered`, or anything else, if not.

        May be cancelled by the time-out.
        """

    async def close(self) -> None:
        """The end: let go of connections."""
