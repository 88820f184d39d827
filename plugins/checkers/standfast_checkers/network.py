"""What the checkers that connect to something have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from standfast.api import Checker, CheckError, CheckResult, Surroundings, Target, unable


class NetworkChecker(Checker[Any]):
    """A checker with a target, whose failures may be raised from wherever they are noticed."""

    contract = 1
    target: Target

    def __init__(self, options: Any, target: Target | None, surroundings: Surroundings) -> None:
        super().__init__(options, target, surroundings)
        if target is None:
            raise ValueError(f"{type(self).__name__} needs a target")
        self.target = target

    async def check(self) -> CheckResult:
        """Look once."""
        if not self.target.port and self.declaration.needs_port:
            return unable("no port to connect to: add `connect_port`")
        try:
            return await self.look()
        except CheckError as ended:
            return ended.result

    @abstractmethod
    async def look(self) -> CheckResult:
        """Look once; may raise :class:`CheckError`."""
