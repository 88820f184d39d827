"""Collects what the front of the pipeline has to say: each fault once, however often a loop passes by."""

from __future__ import annotations

from collections.abc import Iterable

from standfast.config.codes import CODES
from standfast.config.diagnostics import Diagnostic, Frame, Span
from standfast.config.text import Text

MAX_NOTICES = 1000
"""Binary data taken for a configuration draws one complaint a line; nobody reads more than this."""
MAX_FRAMES = 10
"""Of deep recursion the innermost steps are enough."""


class Notices:
    """Diagnostics in the order found. The severity comes from the table of codes."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Span], Diagnostic] = {}
        self.fatal: list[Diagnostic] = []
        """Those for which nothing starts (keepalived: exit 6)."""

    def say(self, code: str, where: Text, start: int, end: int, message: str, *, hint: str = "") -> None:
        """A fault in characters ``start:end`` of a line."""
        self.add(code, where.span(start, end), message, hint=hint, source=where.line.text, via=where.via)

    def add(
        self,
        code: str,
        span: Span,
        message: str,
        *,
        hint: str = "",
        source: str = "",
        via: tuple[Frame, ...] = (),
        fatal: bool = False,
    ) -> None:
        """One fault. A second one with the same code at the same place is the same fault in another turn of a loop."""
        diagnostic = Diagnostic(CODES[code].severity, code, span, message, hint, source, via[:MAX_FRAMES])
        if fatal:
            self.fatal.append(diagnostic)
        if (code, span) in self._found:
            return
        if fatal or len(self._found) < MAX_NOTICES:
            self._found[code, span] = diagnostic
        elif len(self._found) == MAX_NOTICES:
            message = f"more than {MAX_NOTICES} faults: the rest is not listed"
            self._found["SF1602", span] = Diagnostic("note", "SF1602", span, message, "mend the first ones", source)

    def __bool__(self) -> bool:
        return bool(self._found)

    def all(self) -> list[Diagnostic]:
        """Every fault, in the order found."""
        return list(self._found.values())


def lines_at_fault(diagnostics: Iterable[Diagnostic]) -> frozenset[tuple[str, int]]:
    """Places (file, line) that already have an error, for later stages that would only report its follow-up."""
    return frozenset((d.span.file, d.span.line) for d in diagnostics if d.severity == "error")
