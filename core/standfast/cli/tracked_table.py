"""Sync groups and tracked things as tables for people."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from standfast.cli.plain_table import PlainTable

if TYPE_CHECKING:
    from rich.text import Text

COLOURS = {"MASTER": "bold green", "BACKUP": "cyan", "FAULT": "bold red", "LEAVING": "yellow"}


def clock_time(moment: str) -> str:
    """Local time of day; with the date if that is not today's."""
    local = datetime.datetime.fromisoformat(moment).astimezone()
    today = datetime.datetime.now().astimezone().date()
    return local.strftime("%H:%M:%S" if local.date() == today else "%Y-%m-%d %H:%M:%S")


def groups_table(groups: list[dict[str, Any]]) -> PlainTable | None:
    """Sync groups, if there are any."""
    from rich.text import Text

    if not groups:
        return None
    shown = PlainTable("group", "state", "since", "cause", "members")
    for group in groups:
        state = Text(group["state"], style=COLOURS.get(group["state"], "bold magenta"))
        members = Text(" ".join(group["members"]))
        shown.add_row(Text(group["name"]), state, Text(clock_time(group["since"])), Text(group["cause"]), members)
    return shown


def tracked_table(things: list[dict[str, Any]]) -> PlainTable | None:
    """What is tracked, if anything is."""
    from rich.text import Text

    if not things:
        return None
    shown = PlainTable("tracked", "is", "since", "seen", "by")
    for thing in things:
        since = clock_time(thing["since"]) if thing["since"] else ""
        name = Text(f"{thing['kind']} {thing['name']}")
        shown.add_row(name, _goodness(thing), Text(since), Text(thing["words"]), Text(" ".join(thing["instances"])))
    return shown


def _goodness(thing: dict[str, Any]) -> Text:
    from rich.text import Text

    if thing["kind"] == "file" and thing["value"] is not None:
        return Text(str(thing["value"]))
    words, style = {True: ("good", "green"), False: ("bad", "bold red"), None: ("unknown", "yellow")}[thing["good"]]
    return Text(words, style=style)
