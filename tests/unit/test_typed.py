"""The public surface is typed: plugins that are right pass `mypy --strict`, those that are not are told where."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from followed import steps

from standfast.cli.plugins import KINDS
from standfast.cli.template import texts

ROOT = Path(__file__).parents[2]

WRONG = """\
from collections.abc import Sequence

from standfast.api import Checker, CheckResult, Code, NotDelivered, Notice, Notifier, Record, bad, good
from standfast.config import load_text
from standfast.net.probe import connect
from standfast.testing.servers import tcp_server


class Options(Record, frozen=True):
    level: int = 1


class Sloppy(Checker[Options]):
    contract = 1

    async def check(self) -> bool:  # E: override
        return self.options.level  # E: return-value


class Quick(Checker[Options]):
    async def check(self) -> CheckResult:
        await connect(self.target)  # E: arg-type
        assert self.target is not None
        connection = await connect(self.target)
        await connection.send("PING")  # E: arg-type
        self.options.levle  # E: attr-defined
        return bad("refused", "no")  # E: arg-type


class Post(Notifier[Options]):
    async def deliver(self, notices: Sequence[Notice]) -> None:
        raise NotDelivered(notices[0].event.at)  # E: arg-type


def places() -> list[str]:
    return [found.span for found in load_text("").diagnostics]  # E: misc
"""


def mypy(path: Path) -> list[tuple[int, str]]:
    """Line and code of each error."""
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-pretty", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    name = re.escape(path.name)
    return [
        (int(found[1]), found[2]) for found in re.finditer(rf"{name}:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.M)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("typed")


def test_the_checker_of_the_tutorial(folder):
    page = ROOT / "docs" / "plugins" / "checker.md"
    (source,) = [step.text for step in steps(page) if step.file.endswith("/__init__.py")]
    (folder / "tutorial.py").write_text(source)
    assert mypy(folder / "tutorial.py") == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_new_projects_begin_with(folder, kind):
    (folder / f"new_{kind}.py").write_text(texts("redis", kind)["src/standfast_redis/__init__.py"])
    assert mypy(folder / f"new_{kind}.py") == []


def test_what_is_wrong_is_told_at_its_line(folder):
    (folder / "wrong.py").write_text(WRONG)
    expected = [
        (number, line.partition("# E: ")[2]) for number, line in enumerate(WRONG.splitlines(), 1) if "# E: " in line
    ]
    assert mypy(folder / "wrong.py") == expected
