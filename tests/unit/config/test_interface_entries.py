from __future__ import annotations

import pytest

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.interface_entries import DelayEntry, LinkbeatEntry
from standfast.config.interface_model import PolledInterface, UpDownDelay
from standfast.config.kinds import DROPPED, Reader
from standfast.config.tree import Statement, Word


def read(entry, line):
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(line.split(" "), 1))
    findings = Findings()
    return entry.read(Reader(Statement(words, line, line), findings)), [d.code for d in findings.diagnostics]


@pytest.mark.parametrize(
    ("entry", "line", "value", "codes"),
    [
        (LinkbeatEntry(), "eth0", PolledInterface(name="eth0"), []),
        (LinkbeatEntry(), "eth0 MII", PolledInterface(name="eth0", method="MII"), []),
        (LinkbeatEntry(), "eth0 mii", PolledInterface(name="eth0"), ["SF3103"]),
        (LinkbeatEntry(), "eth0 MII more", PolledInterface(name="eth0", method="MII"), ["SF2109"]),
        (LinkbeatEntry(), "e" * 16, DROPPED, ["SF3006"]),
        (DelayEntry(), "eth0 2 0.5", UpDownDelay(name="eth0", down=2_000_000, up=500_000), []),
        (DelayEntry(), "eth0 2", UpDownDelay(name="eth0", down=2_000_000), []),
        (DelayEntry(), "eth0", DROPPED, ["SF3102"]),
        (DelayEntry(), "eth0 256", DROPPED, ["SF3002"]),
        (DelayEntry(), "eth0 -1", DROPPED, ["SF3001"]),
    ],
)
def test_lines(entry, line, value, codes):
    assert read(entry, line) == (value, codes)
