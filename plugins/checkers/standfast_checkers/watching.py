"""Checkers that are told a value instead of asking for it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Literal

import trio

from standfast.api import CheckResult, WatchingChecker


class ValueChecker(WatchingChecker[Any]):
    """Judges a value of core's: the number in a file, the state of a session."""

    contract = 1
    kind: ClassVar[Literal["file", "bfd"]]

    @property
    @abstractmethod
    def name(self) -> str:
        """Of the file or session."""

    @abstractmethod
    def judged(self, value: int | None) -> CheckResult:
        """What the value means; None: it is not known."""

    async def check(self) -> CheckResult:
        """What is known now."""
        values: list[int | None] = [None]
        watching = self.surroundings.watch_value(self.kind, self.name, values.append)
        await trio.lowlevel.checkpoint()
        del watching
        return self.judged(values[-1])

    async def watch(self, report: Callable[[CheckResult], None]) -> None:
        """Until cancelled."""
        watching = self.surroundings.watch_value(self.kind, self.name, lambda value: report(self.judged(value)))
        try:
            await trio.sleep_forever()
        finally:
            del watching
