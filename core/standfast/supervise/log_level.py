"""The log's level at run time: changed by an order, and back again by itself if that was asked for."""

from __future__ import annotations

from standfast.control.protocol import Outcome, Request
from standfast.events import Level
from standfast.supervise.diary import Diary
from standfast.supervise.reactor import Reactor, Timer
from standfast.values import SECOND, seconds


class LogLevel:
    """Of one daemon."""

    def __init__(self, reactor: Reactor, diary: Diary) -> None:
        self._reactor = reactor
        self._diary = diary
        self._timer: Timer | None = None
        self._lasting = diary.level
        """What it goes back to."""

    def order(self, request: Request) -> Outcome:
        """``standfast log-level [LEVEL [--for TIME]]``."""
        if request.level is None:
            return Outcome(ok=True, words=self._diary.level)
        if self._timer is None:  # else it is one that passes by itself
            self._lasting = self._diary.level
        before = self._lasting
        self._set(request.level)
        if request.lasting is None:
            return Outcome(ok=True, words=f"log level {request.level}, until somebody changes it")
        lasting = round(request.lasting * SECOND)
        self._timer = self._reactor.after(lasting, lambda: self._set(before))
        return Outcome(ok=True, words=f"log level {request.level} for {seconds(lasting)}, then {before} again")

    def _set(self, level: Level) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._diary.set_level(level)
