from __future__ import annotations

from standfast.dumps.layout import heading


def test_a_heading():
    assert heading("Interfaces") == "------< Interfaces >------"
