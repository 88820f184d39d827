"""Cases on disk for the front of the pipeline: ``parse/NAME/main.conf`` must give ``parse/NAME/expected.txt``.

``STANDFAST_RECORD=1`` rewrites the expected texts; look at the difference before committing it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from standfast.config.parser import Parsed, parse
from standfast.config.source import MemoryReader
from standfast.config.tree import Statement

CASES = Path(__file__).parent / "parse"


def files(case: Path) -> dict[str, bytes]:
    """The case's files, read here so that names in messages do not depend on where the repository lies."""
    return {
        str(p.relative_to(case)): p.read_bytes() for p in case.rglob("*") if p.is_file() and p.name != "expected.txt"
    }


def tree_lines(statements: list[Statement], depth: int = 0) -> Iterator[str]:
    for statement in statements:
        words = " ".join(f'"{word.text}"' if word.quoted else word.text for word in statement.words)
        place = statement.keyword.span
        end = {(False, False): "", (True, True): " {", (True, False): " { (not closed)"}[
            statement.block is not None, statement.closed is not None
        ]
        yield f"{place.file}:{place.line}:{place.column}".ljust(20) + "  " * depth + words + end
        yield from tree_lines(statement.block or [], depth + 1)


def transcript(parsed: Parsed) -> str:
    lines = [f"files: {' '.join(parsed.tree.files)}", "", *tree_lines(parsed.tree.statements), ""]
    for found in parsed.diagnostics:
        stops = " (nothing starts)" if found in parsed.fatal else ""
        lines.append(f"{found.span}-{found.span.end} {found.severity} {found.code}{stops}: {found.message}")
        lines += [f"    hint: {found.hint}"] * bool(found.hint)
        lines += [f"    {frame.what}: {frame.span}" for frame in found.via]
    text = "\n".join(lines).rstrip() + "\n"
    return text.encode("utf-8", "backslashreplace").decode()


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_case(case):
    reader = MemoryReader(files(case), {"scripts/run.conf": "has an execute permission bit"})
    parsed = parse("main.conf", reader=reader, config_id="main", environ={"SITE": "north"}, rng=random.Random(1))
    expected = case / "expected.txt"
    if os.environ.get("STANDFAST_RECORD"):
        expected.write_text(transcript(parsed))
    assert transcript(parsed) == expected.read_text()
