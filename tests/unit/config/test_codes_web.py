from __future__ import annotations

from standfast.config import codes_web
from standfast.config.codes import CODES


def test_they_are_in_the_table():
    assert codes_web
    assert {"SF3361", "SF3362", "SF4561", "SF4562"} <= set(CODES)
