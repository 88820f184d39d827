"""``MISC_CHECK``: its own options."""

from __future__ import annotations

import pytest

from standfast.config.script_model import Identity, ScriptCall
from standfast.contract.checking import Code, ScriptEnd
from standfast.values import SECOND
from standfast_checkers.misc import MiscCheck, MiscOptions


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


CALL = ScriptCall(argv=("/bin/x",), identity=Identity(user="nobody"))


@pytest.mark.parametrize(
    ("end", "dynamic", "verdict", "code", "weight", "change"),
    [
        (ScriptEnd(status=0), False, "good", Code.OK, None, None),
        (ScriptEnd(status=1), False, "bad", Code.EXIT, None, None),
        (ScriptEnd(status=7), False, "bad", Code.EXIT, None, None),
        (ScriptEnd(status=0), True, "good", Code.OK, None, 0),
        (ScriptEnd(status=1), True, "bad", Code.EXIT, None, None),
        (ScriptEnd(status=2), True, "good", Code.OK, 0, None),
        (ScriptEnd(status=255), True, "good", Code.OK, 253, None),
        (ScriptEnd(status=None, signal=9), True, "bad", Code.EXIT, None, None),
        (ScriptEnd(status=None, signal=15, timed_out=True), True, "bad", Code.TIMEOUT, None, None),
        (ScriptEnd(status=0, timed_out=True), False, "bad", Code.TIMEOUT, None, None),
        (ScriptEnd(status=None, problem="no such user"), False, "none", Code.UNABLE, None, None),
    ],
)
async def test_how_it_ended(around, end, dynamic, verdict, code, weight, change):
    around.ends.append(end)
    checker = MiscCheck(MiscOptions(script=CALL, timeout=3 * SECOND, dynamic=dynamic), None, around)
    result = await checker.check()
    assert (result.verdict, result.code, result.weight, result.weight_change) == (verdict, code, weight, change)
    assert around.ran == [(CALL, 3 * SECOND)]
