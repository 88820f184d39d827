"""``keepalived --config-test``: the same exit statuses, by which playbooks and reload scripts decide.

They are those of the program, not of its manual: 0 nothing to say, 4 cannot be run, 5 anything else, mere warnings
included, 6 scripts without script security. What only we find, and keepalived would run without a word, does not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from standfast.config.diagnostics import Diagnostic

OK: Final = 0
CANNOT_RUN: Final = 4
FAULTS: Final = 5
INSECURE: Final = 6

_SECURITY: Final = frozenset(("SF6004", "SF6007"))
_MISSING: Final = frozenset(("SF1001", "SF6001", "SF6008"))
"""File, interface, namespace."""

_OURS: Final = frozenset(("SF4012", "SF4028", "SF4029", "SF4038", "SF4109", "SF6005", "SF6006"))
"""Doubts about what is accepted, of which keepalived says nothing."""


def status(diagnostics: Iterable[Diagnostic], *, runs: bool) -> int:
    """``runs``: something would start with it. Security hides faults, and faults hide that it cannot be run."""
    found = [each for each in diagnostics if each.severity != "note" and each.code not in _OURS]
    if any(each.code in _SECURITY for each in found):
        return INSECURE
    stopping = [each for each in found if each.code in _MISSING]
    if len(found) > len(stopping) and runs:
        return FAULTS
    if found or not runs:
        return CANNOT_RUN
    return OK
