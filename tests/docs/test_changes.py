"""Changelog fragments are where towncrier finds them, and say something."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["towncrier"]
KINDS = {kind["directory"] for kind in SETTINGS["type"]}
FRAGMENTS = sorted(path for path in (ROOT / SETTINGS["directory"]).iterdir() if path.name != ".gitkeep")
NAME = re.compile(rf"(\d+|\+[a-z0-9-]+)\.({'|'.join(sorted(KINDS))})(\.\d+)?\.md")


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_named_and_says_something(path):
    assert NAME.fullmatch(path.name), f"ISSUE.KIND.md or +word.KIND.md, KIND one of {', '.join(sorted(KINDS))}"
    text = path.read_text()
    assert text.strip().endswith(".")
    assert text == text.strip() + "\n"


def test_the_name_is_looked_at():
    assert NAME.fullmatch("2.feature.md")
    assert NAME.fullmatch("+vrrp.feature.md")
    assert not NAME.fullmatch("vrrp.md")
    assert not NAME.fullmatch("2.nonsense.md")
