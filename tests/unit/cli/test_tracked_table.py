from __future__ import annotations

import io

from rich.console import Console

from standfast.cli.tracked_table import groups_table, tracked_table

SINCE = "2020-11-23T12:00:00.000+00:00"


def shown(table) -> str:
    out = io.StringIO()
    Console(file=out, width=200, highlight=False).print(table)
    return out.getvalue()


def thing(**more):
    return {"kind": "script", "name": "web", "good": False, "value": 0, "words": "exit status 1", "since": SINCE,
            "instances": ["VI_1", "VI_2"]} | more  # fmt: skip


def test_nothing_is_shown_of_nothing():
    assert groups_table([]) is None
    assert tracked_table([]) is None


def test_a_group_and_its_members():
    group = {"name": "G", "state": "FAULT", "since": SINCE, "cause": "VI_1: link down", "members": ["VI_1", "VI_2"]}
    text = shown(groups_table([group]))
    for words in ("G", "FAULT", "2020-11-23", "VI_1: link down", "VI_1 VI_2"):
        assert words in text


def test_tracked_things_with_what_was_seen():
    text = shown(tracked_table([thing(), thing(kind="file", name="load", value=-7), thing(good=None, since=None)]))
    for words in ("script web", "bad", "exit status 1", "VI_1 VI_2", "file load", "-7", "unknown"):
        assert words in text
