"""The table for very many rows: what rich would make of it, as far as nothing is to be folded."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.table import Table
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
    console.print(shown, crop=False)
    return out.getvalue()


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [37, 240])
def test_where_it_fits_it_is_what_rich_makes_of_it(width, colour):
    richs = Table("service", "state", "last check", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for row in ROWS:
        richs.add_row(*row)
    ours = printed(table(), width, colour=colour)
    assert ESCAPES.sub("", ours) == ESCAPES.sub("", printed(richs, width, colour=colour))
    for styled in ("\x1b[1mservice", "\x1b[1mweb", "\x1b[1;31mデータ"):
        assert (styled in ours) == colour


def test_where_it_does_not_fit_the_widest_is_folded_and_no_word_is_cut():
    made = PlainTable("name", "cause", "address")
    made.add_row(Text("VI_1", style="bold"), "no advert heard for 3.6 s", Text("192.0.2.100/24\n192.0.2.101/24"))
    assert [line.rstrip() for line in printed(made, 36, colour=False).splitlines()] == [
        "name  cause         address",
        "VI_1  no advert     192.0.2.100/24",
        "      heard for     192.0.2.101/24",
        "      3.6 s",
    ]


def test_on_the_narrowest_screen_it_is_wider_than_that():
    made = PlainTable("address")
    made.add_row(Text("  [2001:db8::1234:5678]:80"))
    assert "  [2001:db8::1234:5678]:80" in printed(made, 10, colour=False).splitlines()[1]


def test_lines_of_a_cell_stay_where_there_is_room():
    made = PlainTable("name", "addresses")
    made.add_row("VI_1", Text("one two\nthree"))
    assert [line.split() for line in printed(made, 240, colour=False).splitlines()[1:]] == [
        ["VI_1", "one", "two"],
        ["three"],
    ]
