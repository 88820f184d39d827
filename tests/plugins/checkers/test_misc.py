"""``MISC_CHECK``: its own options."""

from __future__ import annotations

import pytest

from standfast.config.script_model import ScriptCall
from standfast.values import SECOND
from standfast_checkers.misc import MiscOptions


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        (
            "MISC_CHECK",
            'misc_path "/bin/x 1"',
            MiscOptions(script=ScriptCall(argv=("/bin/x", "1")), timeout=9 * SECOND),
        ),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("MISC_CHECK", "", ["SF4501"]),
        ("MISC_CHECK", "misc_path", ["SF2108"]),
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
        ("MISC_CHECK", "misc_path /bin/true\nmisc_timeout 1.5", ["SF3003"]),
        ("MISC_CHECK", "misc_path /bin/true\nmisc_timeout 4295", ["SF3002"]),
        ("MISC_CHECK", "misc_path /bin/true\nconnect_timeout 3", ["SF2102"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found
