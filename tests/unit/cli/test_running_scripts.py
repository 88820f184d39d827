from __future__ import annotations

import pytest

from standfast.cli.running_scripts import long_running


def document(since="2026-01-01T00:00:00.000+00:00", **more):
    script = {
        "of": "instance VI_1", "occasion": "MASTER", "script": "/bin/x y", "pid": 4711, "since": since,
        "overdue": False, "waiting": [],
    }  # fmt: skip
    return {"generated_at": "2026-01-01T00:00:10.000+00:00", "notify_scripts": [script | more]}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({}, "(MASTER, PID 4711) has run since"),
        ({"waiting": ["BACKUP"]}, "; waiting for it: BACKUP"),
        ({"since": "2026-01-01T00:00:09.900+00:00", "waiting": ["BACKUP"]}, "; waiting for it: BACKUP"),
        ({"overdue": True}, "; nothing waits for it any more, end it with `kill 4711` if it hangs"),
        ({"pid": None}, "(MASTER) has not been started yet"),
    ],
)
def test_whose_script_which_since_when_and_what_waits(script, words):
    (line,) = long_running(document(**script))
    assert line.startswith("instance VI_1: notify script `/bin/x y` (MASTER")
    assert words in line


def test_a_script_that_has_just_begun_is_not_worth_a_line():
    assert long_running(document(since="2026-01-01T00:00:09.900+00:00")) == []


def test_an_older_daemon_does_not_tell_of_scripts():
    assert long_running({"generated_at": "2026-01-01T00:00:10.000+00:00"}) == []
