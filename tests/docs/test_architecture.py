"""The architecture page names what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
MODULES = {path.name for top in ("core", "plugins", "tests") for path in (ROOT / top).rglob("*.py")}
PACKAGES = sorted(path.name for path in (ROOT / "core" / "standfast").iterdir() if (path / "__init__.py").exists())


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\b(\w+\.py)\b", PAGE))))
def test_a_module_that_is_named_exists(name):
    assert name in MODULES


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_explained(package):
    assert f"`{package}/`" in PAGE


def test_every_dependency_has_its_reason():
    declared = re.search(r"^dependencies = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), flags=re.M | re.S)
    assert declared
    for name in re.findall(r'"(\w+)>=', declared[1]):
        assert f"| {name} |" in PAGE
