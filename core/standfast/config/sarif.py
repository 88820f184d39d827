"""Diagnostics as SARIF 2.1.0 (OASIS), which code hosts and editors show at the line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from standfast import __version__
from standfast.config.codes import CODES
from standfast.config.diagnostics import Diagnostic, Frame, Span
from standfast.config.render import printable

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "note": "note"}


def as_sarif(diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    """The whole document: one run, the codes that occur as its rules."""
    found = list(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in found})
    driver = {
        "name": "standfast",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    results = [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    known = CODES.get(code)
    if known is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": known.page},
        "help": {"text": f"{known.page} (standfast explain {code})"},
        "defaultConfiguration": {"level": _LEVELS[known.severity]},
    }


def _result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    words = printable(diagnostic.message)
    hint = f" Hint: {printable(diagnostic.hint)}." if diagnostic.hint else ""
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": f"{words}.{hint}"},
        "locations": [_location(diagnostic.span, diagnostic.source_line)],
    }
    if diagnostic.via:
        result["relatedLocations"] = [_related(number, frame) for number, frame in enumerate(diagnostic.via, 1)]
    return result


def _location(span: Span, line: str = "") -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": span.line, "startColumn": span.column, "endColumn": span.end}
    if line:
        region["snippet"] = {"text": printable(line)}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(span.file)}, "region": region}}


def _related(number: int, frame: Frame) -> dict[str, Any]:
    return {"id": number, "message": {"text": printable(frame.what)}, **_location(frame.span)}


def _uri(name: str) -> str:
    """A relative name stays relative to where the tool ran; bytes that are not UTF-8 keep their values."""
    path = quote(name.encode("utf-8", "surrogateescape"))
    return f"file://{path}" if PurePath(name).is_absolute() else path
