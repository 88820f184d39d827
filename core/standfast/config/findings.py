"""Where the stages after the parser put what they find; they never stop at the first fault."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from standfast.config.diagnostics import Diagnostic, Severity, Span
from standfast.config.tree import Statement, Word

MAX_FINDINGS = 5000
"""Nobody reads more; a text of another kind taken for a configuration has a fault in every line."""


@dataclass(slots=True)
class Findings:
    """Collects diagnostics. ``stops`` are those for which keepalived would not start at all."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    stops: list[Diagnostic] = field(default_factory=list)
    _known: set[tuple[str, Span | None]] = field(default_factory=set)
    _waiting: dict[str, int] = field(default_factory=dict)
    """What is not acted on yet: keyword path -> index of its one diagnostic."""
    _places: dict[str, dict[int, None]] = field(default_factory=dict)

    def error(self, code: str, at: Statement, message: str, *, word: Word | None = None, hint: str = "") -> None:
        """A statement that is refused or dropped, while the rest goes on."""
        self._add("error", code, at, message, word=word, hint=hint)

    def warning(self, code: str, at: Statement, message: str, *, word: Word | None = None, hint: str = "") -> None:
        """Accepted, but surely not meant, or without effect."""
        self._add("warning", code, at, message, word=word, hint=hint)

    def note(self, code: str, at: Statement, message: str, *, word: Word | None = None, hint: str = "") -> None:
        """Worth knowing."""
        self._add("note", code, at, message, word=word, hint=hint)

    def stop(self, code: str, at: Statement, message: str, *, word: Word | None = None, hint: str = "") -> None:
        """An error that keeps the daemon from starting (as it keeps keepalived)."""
        if self._add("error", code, at, message, word=word, hint=hint):
            self.stops.append(self.diagnostics[-1])
        elif not self.stops and len(self.diagnostics) > MAX_FINDINGS:
            span = (word or at.keyword).span
            self.stops.append(Diagnostic("error", code, span, message, hint, at.source_line, at.via))

    def not_acted_on(self, path: str, at: Statement, message: str, *, hint: str = "") -> None:
        """Warn once for each keyword (``SF5001``), however often it is used; the hint names the other lines."""
        line = at.keyword.span.line
        if path in self._waiting:
            self._places[path][line] = None
            return
        self._waiting[path] = len(self.diagnostics)
        self._places[path] = {line: None}
        self.diagnostics.append(Diagnostic("warning", "SF5001", at.keyword.span, message, hint, at.source_line, at.via))

    def finish(self) -> list[Diagnostic]:
        """All diagnostics; those that stand for several places say so."""
        for path, index in self._waiting.items():
            _, *others = self._places[path]
            if others:
                shown = ", ".join(map(str, others[:5])) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
                told = self.diagnostics[index]
                hint = f"{told.hint}; " if told.hint else ""
                self.diagnostics[index] = replace(told, hint=f"{hint}also in line {shown}")
        self._waiting.clear()
        return self.diagnostics

    def _add(self, severity: Severity, code: str, at: Statement, message: str, *, word: Word | None, hint: str) -> bool:
        """The same code at the same place is the same fault in another turn of a loop: said once."""
        span = (word or at.keyword).span
        if len(self.diagnostics) >= MAX_FINDINGS:
            return self._more(span, at)
        if (code, span) in self._known:
            return False
        self._known.add((code, span))
        self.diagnostics.append(Diagnostic(severity, code, span, message, hint, at.source_line, at.via))
        return True

    def _more(self, span: Span, at: Statement) -> bool:
        if ("SF1602", None) not in self._known:
            self._known.add(("SF1602", None))
            message = f"more than {MAX_FINDINGS} faults: the rest is not listed"
            self.diagnostics.append(
                Diagnostic("note", "SF1602", span, message, "mend the first ones", at.source_line, at.via)
            )
        return False
