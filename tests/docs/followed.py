"""Does what a page of docs/plugins says, in order: writes its files, runs its commands, compares what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FILE = re.compile(r"`([\w./-]+)`:")
_NOT_LENT = re.compile(r"standfast|pip(-|$)|__editable__|.*\.pth$|_virtualenv")


@dataclass(frozen=True)
class Step:
    """One fenced block."""

    line: int
    language: str
    text: str
    file: str
    """What the line above says that it is; empty: commands."""


def steps(page: Path) -> Iterator[Step]:
    lines = page.read_text().splitlines()
    at = 0
    while at < len(lines):
        if lines[at].startswith("```"):
            end = lines.index("```", at + 1)
            above = next((line for line in reversed(lines[:at]) if line), "")
            named = _FILE.fullmatch(above)
            yield Step(at + 1, lines[at][3:], "\n".join(lines[at + 1 : end]) + "\n", named[1] if named else "")
            at = end
        at += 1


class Reader:
    """Somebody at a terminal, who begins in an empty directory."""

    def __init__(self, directory: Path, wheels: Path, lent: Path) -> None:
        self.directory = directory
        self.env = os.environ | {
            "PATH": f"{Path(sys.executable).resolve().parent}:{os.environ['PATH']}",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this as: no isolation
            "PIP_NO_CACHE_DIR": "1",
            "PYTHONPATH": str(lent),
            "COLUMNS": "200",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.env.pop("VIRTUAL_ENV", None)

    def follow(self, page: Path) -> None:
        for step in steps(page):
            if step.file:
                (self.directory / step.file).write_text(step.text)
            elif step.language == "sh":
                self.run(step.text)
            elif step.language == "console":
                for command, expected in sessions(step.text):
                    printed = self.run(command, may_fail=True)
                    assert matches(expected, printed), f"{page.name}:{step.line}: {command}\n{printed}"

    def run(self, commands: str, *, may_fail: bool = False) -> str:
        """What is printed; the directory stays changed."""
        where = self.directory / ".where"
        script = f"{'' if may_fail else 'set -e'}\n{commands}\npwd > {where}\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.directory,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=400,
            check=False,
        )
        assert may_fail or done.returncode == 0, f"{commands}\n{done.stdout}"
        self.directory = Path(where.read_text().strip())
        where.unlink()
        return done.stdout


def sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Command -> the lines behind it."""
    command, expected = "", []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, expected
            command, expected = line[2:], []
        else:
            expected.append(line)
    yield command, expected


def matches(expected: list[str], printed: str) -> bool:
    """`...` in a line stands for anything, as a line for any lines."""
    pattern = ""
    for line in expected:
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ ]*\n"
    return re.fullmatch(pattern, printed if printed.endswith("\n") or not printed else printed + "\n") is not None


def lend(directory: Path) -> Path:
    """What the tests' environment has, without standfast: nothing is downloaded."""
    import pluggy

    directory.mkdir()
    for entry in Path(pluggy.__file__).parents[1].iterdir():
        if not _NOT_LENT.match(entry.name):
            (directory / entry.name).symlink_to(entry)
    return directory


def build(wheels: Path) -> Path:
    """standfast's own wheel."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    (wheel,) = wheels.glob("standfast-*.whl")
    return wheel
