"""``FILE_CHECK``: its own options."""

from __future__ import annotations

import pytest

from standfast_checkers.file import FileOptions


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
