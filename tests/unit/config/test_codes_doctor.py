from __future__ import annotations

from standfast.config.codes import CODES
from standfast.config.codes_doctor import DOCTOR


def test_they_are_declared_in_their_range():
    assert all(CODES[code.code] is code and code.code.startswith("SF70") for code in DOCTOR)


def test_pages_say_something():
    assert all(code.page.endswith(".") and len(code.page) > 60 for code in DOCTOR)
