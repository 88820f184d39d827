"""``BFD_CHECK``: its own options."""

from __future__ import annotations

import pytest

from standfast_checkers.bfd import BfdCheck, BfdOptions


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("BFD_CHECK", "name peer1", BfdOptions(session="peer1")),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("BFD_CHECK", "", ["SF4501"]),
        ("BFD_CHECK", "name peer2", ["SF4502"]),
    ],
)
def test_without_what_it_needs_it_is_left_out(check, kind, inside, found):
    loaded = check.load(kind, inside)
    assert check.codes(kind, inside) == found
    assert loaded.balancing.virtual_servers[0].real_servers[0].checkers == ()
    assert loaded.stops == []


@pytest.mark.parametrize(("value", "verdict"), [(1, "good"), (0, "bad"), (None, "none")])
async def test_what_a_session_means(around, value, verdict):
    around.values["bfd", "peer1"] = value
    assert (await BfdCheck(BfdOptions(session="peer1"), None, around).check()).verdict == verdict
