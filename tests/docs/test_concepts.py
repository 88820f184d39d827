"""The table of timers holds what the code computes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from standfast.values import MILLISECOND, SECOND
from standfast.vrrp.rules import State
from standfast.vrrp.timing import down_time

PAGE = (Path(__file__).parents[2] / "docs" / "concepts.md").read_text()
ROWS = re.findall(r"^\| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE, flags=re.M)
COLUMNS = ((2, SECOND), (3, SECOND), (3, 100 * MILLISECOND), (3, 10 * MILLISECOND))


def test_there_are_rows():
    assert len(ROWS) == 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"priority {row[0]}")
def test_a_row_holds_what_the_code_computes(row):
    priority, *shown = row
    computed = [f"{down_time(version, int(priority), interval) / SECOND:.3f}" for version, interval in COLUMNS]
    assert shown == computed


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_every_state_is_explained(state):
    assert f"| {state.name} |" in PAGE
