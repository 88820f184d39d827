"""Targets outside that are told what happens, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from standfast.cli.tracked_table import clock_time, plain_table

if TYPE_CHECKING:
    from rich.table import Table

_STYLES = {"failing": "bold red", "delivering": "yellow", "idle": "green"}


def targets_table(targets: list[dict[str, Any]]) -> Table | None:
    """A line for each; None if there are none."""
    from rich.text import Text

    if not targets:
        return None
    shown = plain_table("told", "is", "waiting", "delivered", "last", "dropped", "trouble")
    for each in targets:
        last = clock_time(each["last_delivered"]) if each["last_delivered"] else "never"
        shown.add_row(
            Text(each["name"]),
            Text(each["state"], style=_STYLES.get(each["state"], "")),
            Text(str(each["queue"])),
            Text(str(each["delivered"])),
            Text(last),
            Text(str(each["dropped"])),
            Text(_trouble(each)),
        )
    return shown


def _trouble(target: dict[str, Any]) -> str:
    words = [target[name] for name in ("problem", "remark") if target.get(name)]
    if target["last_error"]:
        since = f" (since {clock_time(target['failing_since'])}" if target["failing_since"] else ""
        again = f", again in {target['next_try_s']:.0f} s" if target["next_try_s"] is not None else ""
        words.append(f"{target['last_error']}{since}{again}{')' if since else ''}")
    return "; ".join(words)


def providers_in_trouble(providers: list[dict[str, Any]]) -> list[str]:
    """What goes wrong where addresses are claimed outside."""
    words = {"contested": "the address is somewhere else although it was claimed"}
    return [
        f"{each['name']} for {each['instance']}: {each['last_error'] or words[each['state']]}"
        for each in providers
        if each["last_error"] or each["state"] in words
    ]
