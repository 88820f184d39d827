"""Targets outside that are told what happens, and those that are asked for addresses, as tables for people."""

from __future__ import annotations

from typing import Any

from standfast.cli.plain_table import PlainTable
from standfast.cli.tracked_table import clock_time

_STYLES = {
    "failing": "bold red", "contested": "bold red", "delivering": "yellow", "claiming": "yellow",
    "idle": "green", "held": "green",
}  # fmt: skip
_CONTESTED = "the address is somewhere else although it was claimed"


def targets_table(targets: list[dict[str, Any]]) -> PlainTable | None:
    """A line for each; None if there are none."""
    from rich.text import Text

    if not targets:
        return None
    shown = PlainTable("told", "is", "waiting", "delivered", "last", "dropped", "trouble")
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


def providers_table(providers: list[dict[str, Any]]) -> PlainTable | None:
    """A line for each that claims addresses outside; None if there are none."""
    from rich.text import Text

    if not providers:
        return None
    shown = PlainTable("claimed by", "for", "is", "claims", "seen here", "trouble")
    for each in providers:
        shown.add_row(
            Text(each["name"]),
            Text(each["instance"]),
            Text(each["state"], style=_STYLES.get(each["state"], "")),
            Text(str(each["claims"])),
            Text(clock_time(each["verified_at"]) if each["verified_at"] else "never"),
            Text(each["last_error"] or _CONTESTED * (each["state"] == "contested")),
        )
    return shown
