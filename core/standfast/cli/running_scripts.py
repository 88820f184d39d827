"""Notify scripts that take their time, as lines for people."""

from __future__ import annotations

import datetime
from typing import Any, Final

from standfast.cli.tracked_table import clock_time

USUAL_S: Final = 2
"""What runs no longer than this is not worth a line, unless something waits for it."""


def long_running(document: dict[str, Any]) -> list[str]:
    """A line for each; the document is that of ``status``."""
    made = datetime.datetime.fromisoformat(document["generated_at"])
    return [
        _line(script)
        for script in document.get("notify_scripts", [])
        if script["waiting"] or (made - datetime.datetime.fromisoformat(script["since"])).total_seconds() > USUAL_S
    ]


def _line(script: dict[str, Any]) -> str:
    pid = script["pid"]
    known = f"{script['occasion']}, PID {pid}" if pid else script["occasion"]
    state = f"has run since {clock_time(script['since'])}" if pid else "has not been started yet"
    line = f"{script['of']}: notify script `{script['script']}` ({known}) {state}"
    if script["waiting"]:
        return f"{line}; waiting for it: {', '.join(script['waiting'])}"
    if script["overdue"] and pid:
        return f"{line}; nothing waits for it any more, end it with `kill {pid}` if it hangs"
    return line
