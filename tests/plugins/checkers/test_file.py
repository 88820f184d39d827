"""``FILE_CHECK``: its own options."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from standfast_checkers.file import FileCheck, FileOptions


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("FILE_CHECK", "track_file load", FileOptions(track_file="load")),
        ("FILE_CHECK", "track_file load\nweight -2 reverse", FileOptions(track_file="load", weight=-2, reverse=True)),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("FILE_CHECK", "", ["SF4501"]),
        ("FILE_CHECK", "track_file laod", ["SF4502"]),
    ],
)
def test_without_what_it_needs_it_is_left_out(check, kind, inside, found):
    loaded = check.load(kind, inside)
    assert check.codes(kind, inside) == found
    assert loaded.balancing.virtual_servers[0].real_servers[0].checkers == ()
    assert loaded.stops == []


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("FILE_CHECK", "track_file load\nweight 1 backwards", ["SF3004"]),
        ("FILE_CHECK", "track_file load\nweight 2147483648", ["SF3002"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found


def test_an_unknown_track_file_gets_the_nearest(check):
    assert check.load("FILE_CHECK", "track_file laod").diagnostics[-1].hint == "did you mean `load`?"


@pytest.mark.parametrize(
    ("value", "weight", "reverse", "verdict", "change"),
    [
        (0, 0, False, "good", None),
        (3, 0, False, "bad", None),
        (0, 0, True, "bad", None),
        (3, 0, True, "good", None),
        (3, 2, False, "good", 6),
        (3, -2, False, "good", -6),
        (3, 2, True, "good", -6),
        (-3, 2, False, "good", -6),
        (2**31, -1, False, "bad", None),
        (-(2**31) + 1, 1, False, "good", -(2**31) + 1),
        (2**40, 5, False, "good", 2**31 - 1),
        (None, 1, False, "none", None),
    ],
)
async def test_what_a_number_means(around, value, weight, reverse, verdict, change):
    around.values["file", "load"] = value
    checker = FileCheck(FileOptions(track_file="load", weight=weight, reverse=reverse), None, around)
    result = await checker.check()
    assert (result.verdict, result.weight_change) == (verdict, change)


async def test_changes_are_reported(around, nursery):
    seen = []
    around.values["file", "load"] = 1
    nursery.start_soon(FileCheck(FileOptions(track_file="load", weight=5), None, around).watch, seen.append)
    await trio.testing.wait_all_tasks_blocked()
    around.listeners[0](4)
    assert [result.weight_change for result in seen] == [5, 20]


def test_the_weight_is_the_track_files_unless_said(check):
    top = "track_file other {\nfile /run/other\nweight 7 reverse\n}\n"
    other = check.options("FILE_CHECK", "track_file other", top=top)
    assert (other.weight, other.reverse) == (7, True)
    other = check.options("FILE_CHECK", "track_file other\nweight 2", top=top)
    assert (other.weight, other.reverse) == (2, False)
