"""What the health process lends to checkers: programs, TLS contexts, values that are watched, a voice in the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from standfast.config.script_model import ScriptCall
from standfast.contract.checking import ScriptEnd
from standfast.health.probe import Say

if TYPE_CHECKING:
    import ssl

RunScript: TypeAlias = Callable[[ScriptCall, int], Awaitable[ScriptEnd]]
Report: TypeAlias = Callable[[int | None], None]


class WatchValue(Protocol):
    """Who knows the numbers of files and sessions."""

    def __call__(self, kind: Literal["file", "bfd"], name: str, report: Report) -> object:
        """As :meth:`standfast.contract.checking.Surroundings.watch_value`."""


class Lent:
    """Keeps :class:`standfast.contract.checking.Surroundings`."""

    def __init__(self, run_script: RunScript, watch_value: WatchValue, say: Say) -> None:
        self._run_script = run_script
        self._watch_value = watch_value
        self._say = say
        self._contexts: dict[tuple[object, ...], ssl.SSLContext] = {}

    async def run_script(self, call: ScriptCall, limit: int) -> ScriptEnd:
        """By the process that starts programs."""
        return await self._run_script(call, limit)

    def tls_context(self, key: tuple[object, ...], make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """Made once for each ``key``."""
        if key not in self._contexts:
            self._contexts[key] = make()
        return self._contexts[key]

    def forget_contexts(self) -> None:
        """A reload may mean other certificates in the same files."""
        self._contexts.clear()

    def watch_value(self, kind: Literal["file", "bfd"], name: str, report: Report) -> object:
        """By whoever knows it."""
        return self._watch_value(kind, name, report)

    def say(self, level: Literal["debug", "info", "warning", "error"], words: str) -> None:
        """To the log."""
        self._say(level, "health.check", words)
