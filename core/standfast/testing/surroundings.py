"""What core lends to checkers, for tests of checkers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import trio

from standfast.config.script_model import ScriptCall
from standfast.contract.checking import ScriptEnd

if TYPE_CHECKING:
    import ssl


class PretendSurroundings:
    """Programs end as told, values are what is set, and what is said is kept."""

    def __init__(self) -> None:
        self.script_end: ScriptEnd = ScriptEnd(status=0)
        """How the next program ends."""
        self.ran: list[ScriptCall] = []
        self.values: dict[str, int | None] = {}
        """Name of a file or session -> its value."""
        self.said: list[str] = []
        self._contexts: dict[tuple[object, ...], ssl.SSLContext] = {}
        self._watching: list[tuple[str, Callable[[int | None], None]]] = []

    async def run_script(self, call: ScriptCall, limit: int) -> ScriptEnd:
        """Runs nothing."""
        await trio.lowlevel.checkpoint()
        self.ran.append(call)
        return self.script_end

    def tls_context(self, key: tuple[object, ...], make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """One for each key."""
        if key not in self._contexts:
            self._contexts[key] = make()
        return self._contexts[key]

    def watch_value(self, kind: Literal["file", "bfd"], name: str, report: Callable[[int | None], None]) -> object:
        """Reports what :attr:`values` says, and again at each :meth:`set_value`."""
        self._watching.append((name, report))
        report(self.values.get(name))
        return report

    def set_value(self, name: str, value: int | None) -> None:
        """The value changes."""
        self.values[name] = value
        for watched, report in self._watching:
            if watched == name:
                report(value)

    def say(self, level: Literal["debug", "info", "warning", "error"], words: str) -> None:
        """Kept."""
        self.said.append(f"{level}: {words}")
