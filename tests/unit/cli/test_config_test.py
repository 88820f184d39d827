from __future__ import annotations

import pytest

from standfast.cli.config_test import CANNOT_RUN, FAULTS, INSECURE, OK, status
from standfast.config.diagnostics import Diagnostic, Span


def found(severity, code):
    return Diagnostic(severity, code, Span("f", 1, 1, 1), "words")


ERROR, WARNING, NOTE = found("error", "SF2101"), found("warning", "SF5001"), found("note", "SF1103")
SECURITY, INTERFACE = found("warning", "SF6004"), found("error", "SF6001")


@pytest.mark.parametrize(
    ("diagnostics", "runs", "expected"),
    [
        ([], True, OK),
        ([NOTE], True, OK),
        ([found("warning", "SF4029")], True, OK),
        ([ERROR], True, FAULTS),
        ([WARNING], True, FAULTS),
        ([INTERFACE], True, CANNOT_RUN),
        ([INTERFACE, ERROR], True, FAULTS),
        ([], False, CANNOT_RUN),
        ([ERROR], False, CANNOT_RUN),
        ([SECURITY, ERROR, INTERFACE], False, INSECURE),
    ],
)
def test_as_the_program_ends(diagnostics, runs, expected):
    assert status(diagnostics, runs=runs) == expected
