from __future__ import annotations

import re
from pathlib import Path

import standfast.config.codes_binding  # noqa: F401 - what `explain` imports
from standfast.config import nodes
from standfast.config.codes import CODES


def test_every_code_that_is_used_is_declared_and_the_other_way_round():
    used = set(re.findall(r"SF55\d\d", Path(nodes.__file__).read_text()))
    assert used == {code for code in CODES if code.startswith("SF55")}


def test_every_page_says_what_happens_and_what_to_do():
    for code in CODES.values():
        if code.code.startswith("SF55"):
            assert code.page.count(".") >= 2
            assert not code.title.endswith(".")
