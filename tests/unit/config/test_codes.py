from __future__ import annotations

import re
from pathlib import Path

import pytest

import standfast.config
from standfast.config.codes import CODES, Code, declare

FRONT = ("parser", "preprocess", "parameters", "lexer", "builder", "textfaults", "notices", "loops")


def test_every_code_of_the_front_is_declared_and_every_declared_one_is_used():
    folder = Path(standfast.config.__file__).parent
    used = {code for name in FRONT for code in re.findall(r"SF[0-9]{4}", (folder / f"{name}.py").read_text())}
    declared = set(re.findall(r"SF[0-9]{4}", (folder / "codes.py").read_text()))
    assert used == declared
    assert declared <= set(CODES)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_a_page_says_something(code):
    assert re.fullmatch(r"SF[1-7][0-9]{3}", code.code)
    assert not code.title.endswith(".")
    assert code.page.endswith((".", "`."))
    assert len(code.page) > len(code.title)


def test_a_number_has_one_meaning():
    taken = next(iter(CODES))
    with pytest.raises(ValueError, match=taken):
        declare(Code(taken, "note", "another", "Another."))
