"""The table for very many rows: what rich would make of it, as far as nothing is to be folded."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.text import Text

from standfast.cli.plain_table import PlainTable

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
ROWS = [
    (Text("web", style="bold"), "up", Text("connected (1.2 ms)")),
    (Text("  10.0.0.1"), "", Text("[not] markup")),
    (Text("データ", style="bold red"), "down", Text("")),
]


def table() -> PlainTable:
    made = PlainTable("service", "state", "last check")
    for row in ROWS:
        made.add_row(*row)
    return made


def printed(shown: object, width: int, *, colour: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, color_system="standard" if colour else None)
    console.print(shown)
    return out.getvalue()


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [20, 36, 37, 240])
def test_it_is_what_rich_makes_of_it(width, colour):
    ours, richs = (printed(each, width, colour=colour) for each in (table(), table()._by_rich()))
    assert ESCAPES.sub("", ours) == ESCAPES.sub("", richs)
    for styled in ("\x1b[1mservice", "\x1b[1mweb", "\x1b[1;31mデータ"):
        assert (styled in ours) == (styled in richs)
        assert (styled in ours) == colour or width < 37


def test_what_has_lines_of_its_own_is_laid_out_by_rich():
    made = table()
    made.add_row("several", "lines", Text("one\ntwo"))
    assert printed(made, 240, colour=False) == printed(made._by_rich(), 240, colour=False)


def test_rich_is_not_asked_where_everything_fits(monkeypatch):
    monkeypatch.setattr(PlainTable, "_by_rich", lambda self: pytest.fail("laid out by rich"))
    lines = printed(table(), 240, colour=False).splitlines()
    assert lines[1].split() == ["web", "up", "connected", "(1.2", "ms)"]
