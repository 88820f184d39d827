"""The walls of the house: who may import what, and that every module has its test file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "standfast"
PLUGINS = sorted((ROOT / "plugins").glob("*/standfast_*"))
PURE_VRRP = (
    "packet",
    "checksum",
    "auth",
    "timing",
    "rules",
    "router",
    "announcer",
    "pacing",
    "receive",
    "counters",
    "actions",
    "frames",
    "machine",
    "backup",
    "master",
    "leaving",
    "protect",
    "reload",
    "remarks",
    "election",
    "notify_queue",
    "notify_words",
    "rise_fall",
)
PURE_HEALTH = (
    "verdict",
    "server",
    "service",
    "quorum",
    "telling",
    "reconcile",
    "agenda",
    "backends",
    "books",
    "orders",
    "describe",
)
PURE = [
    *(CORE / "health" / f"{name}.py" for name in PURE_HEALTH),
    *(CORE / "contract").glob("*.py"),
    *(CORE / "vrrp" / f"{name}.py" for name in PURE_VRRP),
    *(CORE / "config").rglob("*.py"),
    *(CORE / "metrics").glob("*.py"),
    *(CORE / "web" / f"{name}.py" for name in ("guard", "ready", "happenings", "view")),
]
LOOKS_AT_THE_MACHINE = {CORE / "config" / "machine.py"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", sorted(set(PURE) - LOOKS_AT_THE_MACHINE), ids=lambda p: str(p.relative_to(CORE)))
def test_pure_modules_know_neither_loop_nor_socket(path):
    assert not {name.split(".")[0] for name in imports(path)} & {"trio", "socket", "select", "asyncio", "pyroute2"}


def test_core_knows_no_plugin():
    guilty = [p for p in CORE.rglob("*.py") if any(name.startswith("standfast_") for name in imports(p))]
    assert guilty == []


def test_plugins_come_in_by_the_public_door():
    public = re.compile(r"standfast\.(api|net|testing)\b")
    for package in PLUGINS:
        for path in package.rglob("*.py"):
            inside = [name for name in imports(path) if name.split(".")[0] == "standfast"]
            assert [name for name in inside if not public.match(name)] == [], path


def modules() -> list[Path]:
    return [p for p in CORE.rglob("*.py") if p.name not in ("__init__.py", "__main__.py")]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(CORE)))
def test_every_module_has_its_test_file(path):
    relative = path.relative_to(CORE)
    assert (ROOT / "tests" / "unit" / relative.parent / f"test_{relative.name}").exists()


def test_the_project_stands_on_its_own():
    """No path of a machine, nothing outside the repository."""
    outside = re.compile(r"\.\./" + "shared|/wo" + "rk/")
    kinds = {".py", ".md", ".toml", ".txt", ".service", ".conf", ""}
    for top in ("core", "plugins", "tests", "docs", "bench", "script", ".ci", "changes.d"):
        for path in (ROOT / top).rglob("*"):
            if path.is_file() and path.suffix in kinds and "__pycache__" not in path.parts:
                assert not outside.search(path.read_text(errors="replace")), path
