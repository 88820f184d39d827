"""What people read is true: configurations load, command lines parse, links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from standfast import cli
from standfast.config import render
from standfast.config.load import load, load_text
from standfast.control.protocol import SCHEMA, DaemonStatus, ProcessStatus
from standfast.vrrp.counters import Counters
from standfast.vrrp.status import InstanceStatus

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
EXAMPLES = sorted((ROOT / "examples").glob("*.conf"))
HOSTS = ("lb-a", "lb-b")
"""Config ids that `@` lines of the pages know."""

NAMED = {
    ("check",): ("FILE",),
    ("explain",): ("WORD",),
    ("fmt",): ("FILE",),
    ("config",): ("show", "FILE"),
    ("config", "show"): ("FILE",),
    ("config", "diff"): ("OLD", "NEW"),
    ("simulate",): ("FILE", "FILE"),
    ("yield",): ("INSTANCE",),
    ("hold",): ("INSTANCE",),
    ("resume",): ("INSTANCE",),
    ("completion",): ("bash",),
    ("plan",): ("FILE",),
    ("plugins", "new"): ("redis",),
    ("server",): ("drain", "VS", "RS"),
    ("server", "drain"): ("VS", "RS"),
    ("server", "enable"): ("VS", "RS"),
    ("server", "disable"): ("VS", "RS"),
    ("server", "weight"): ("VS", "RS", "7"),
}
"""Commands that a page only names, and what they would need."""

_SHELL_ENDS = {"|", "&&", ";", "&", ">", "2>", "||"}
_RUN_BEHIND = {"sudo", "ip"}
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_INLINE = re.compile(r"`(standfast [a-z][^`]*)`")


class Block(NamedTuple):
    """One fenced block."""

    page: Path
    line: int
    language: str
    lines: list[str]
    above: str
    """The last line before it."""

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text().splitlines()
    opened = None
    for number, line in enumerate(lines, 1):
        if not line.startswith("```"):
            continue
        if opened is None:
            opened = number
        else:
            above = lines[opened - 2] if opened > 1 else ""
            yield Block(page, opened, lines[opened - 1][3:], lines[opened : number - 1], above)
            opened = None
    assert opened is None, f"{page}:{opened}: a block without end"


BLOCKS = [block for page in PAGES for block in blocks(page)]
FOLLOWED = ROOT / "docs" / "plugins"
"""Tutorials, whose files and commands `test_tutorials.py` follows: their keywords are there only then."""
CONFIGURATIONS = [block for block in BLOCKS if block.language == "conf" and FOLLOWED not in block.page.parents]
QUOTED = [block for block in BLOCKS if block.above.startswith("<!-- ")]


def complaints(diagnostics) -> str:
    return "\n".join(render.render(found) for found in diagnostics if found.severity != "note")


def test_there_is_something_to_check():
    assert len(CONFIGURATIONS) > 3
    assert len(COMMANDS) > 20
    assert len(EXAMPLES) > 1


@pytest.mark.parametrize("block", CONFIGURATIONS, ids=lambda block: block.place)
def test_a_configuration_on_a_page_is_fine(block):
    for host in HOSTS:
        loaded = load_text("\n".join(block.lines) + "\n", config_id=host)
        assert complaints(loaded.diagnostics) == "", block.place
        assert loaded.config is not None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_file_is_fine(path):
    for host in HOSTS:
        loaded = load(str(path), config_id=host, environ={})
        assert complaints(loaded.diagnostics) == ""
        assert loaded.config is not None


def test_the_first_configuration_anybody_sees_has_twelve_lines():
    first = next(block for block in CONFIGURATIONS if block.page.name == "README.md")
    assert len(first.lines) == 12


@pytest.mark.parametrize("block", QUOTED, ids=lambda block: block.place)
def test_a_quoted_file_is_quoted_to_the_letter(block):
    name = block.above.removeprefix("<!-- ").removesuffix(" -->")
    assert "\n".join(block.lines) + "\n" == (ROOT / name).read_text()


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "json"], ids=lambda block: block.place)
def test_a_document_on_a_page_is_json(block):
    assert isinstance(json.loads("\n".join(block.lines)), dict)


def test_status_has_the_fields_that_the_guide_shows():
    shown = next(json.loads("\n".join(b.lines)) for b in BLOCKS if b.language == "json" and "status/1" in b.lines[1])
    assert shown["schema"] == SCHEMA
    assert set(shown["daemon"]) <= fields(DaemonStatus)
    assert set(shown["processes"]["vrrp"]) <= fields(ProcessStatus)
    assert set(shown["vrrp"]["instances"][0]) <= fields(InstanceStatus)
    assert set(shown["vrrp"]["instances"][0]["counters"]) <= fields(Counters)


def fields(struct: type) -> set[str]:
    return {field.name for field in msgspec.structs.fields(struct)}


# Command lines


def shell_lines(block: Block) -> Iterator[str]:
    if block.language == "sh":
        yield from block.lines
    elif block.language == "console":
        yield from (line.removeprefix("$ ") for line in block.lines if line.startswith("$ "))
    elif block.language == "ini":
        yield from (line.partition("=")[2] for line in block.lines if line.startswith("Exec"))


def command_of(line: str) -> list[str] | None:
    """The words behind ``standfast``, if the line runs it."""
    words = shlex.split(line, comments=True)
    at = next((i for i, word in enumerate(words) if Path(word).name == "standfast"), None)
    if at is None or (at and words[0] not in _RUN_BEHIND):
        return None
    rest = words[at + 1 :]
    end = next((i for i, word in enumerate(rest) if word in _SHELL_ENDS), len(rest))
    return rest[:end]


def command_lines() -> Iterator[tuple[str, list[str]]]:
    for block in BLOCKS:
        for line in shell_lines(block):
            words = command_of(line)
            if words is not None:
                yield f"{block.place}: {line}", words
    for page in PAGES:
        for number, line in enumerate(page.read_text().splitlines(), 1):
            for text in _INLINE.findall(line):
                yield f"{page.relative_to(ROOT)}:{number}: {text}", shlex.split(text)[1:]


COMMANDS = list(command_lines())


@pytest.mark.parametrize("words", [words for _, words in COMMANDS], ids=[place for place, _ in COMMANDS])
def test_a_command_line_is_understood(words):
    if words[:1] == ["--version"]:
        return
    words = [*words, *NAMED.get(tuple(words), ())]
    assert cli._parser(words).parse_args(words).command == words[0]


# Links


def anchors(page: Path) -> set[str]:
    """Headings as GitHub names them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


LINKS = [(page, target) for page in PAGES for target in _LINK.findall(page.read_text()) if "://" not in target]


@pytest.mark.parametrize(("page", "target"), LINKS, ids=[f"{p.relative_to(ROOT)} -> {t}" for p, t in LINKS])
def test_a_link_leads_somewhere(page, target):
    name, _, anchor = target.partition("#")
    there = (page.parent / name).resolve() if name else page
    assert there.exists()
    if anchor:
        assert anchor in anchors(there)


def test_every_page_can_be_reached_from_the_readme():
    """Pages of blocks by way of the table of keywords, all others directly."""
    links: dict[Path, set[Path]] = {}
    for page, target in LINKS:
        links.setdefault(page, set()).add((page.parent / target.partition("#")[0]).resolve())
    linked = links[ROOT / "README.md"]
    by_table = links[ROOT / "docs" / "reference" / "support.md"]
    assert {page for page in PAGES if page.name != "README.md"} <= linked | by_table
