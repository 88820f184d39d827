"""A place where distributions are installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


class Site:
    """A directory on Python's path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def install(self, name: str, code: str, version: str = "1.0") -> None:
        """As pip leaves it: a module, and the entry point that names it."""
        (self.path / f"standfast_{name}.py").write_text(code)
        info = self.path / f"standfast_{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: standfast-{name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[standfast]\n{name} = standfast_{name}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Site(tmp_path)
    for name in set(sys.modules) - before:
        del sys.modules[name]
