"""Log lines as keepalived writes them, for whoever has taught a program to look for them.

Everything else that there is to say follows in our own words behind ``(INSTANCE)``; the events are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from standfast.supervise.logpipe import Record

_ENTERED: Final = ("MASTER", "BACKUP", "FAULT")


def lines(record: Record) -> Iterator[str]:
    """One or several, without time and line end."""
    who = f"({record.instance}) " if record.instance else ""
    fields = record.fields
    if record.event == "vrrp.transition" and record.instance:
        yield from (who + words for words in _transition(str(fields["old"]), str(fields["new"]), record.words))
    elif record.event == "vrrp.group_transition":
        yield f"VRRP_Group({fields['group']}) Syncing instances to {fields['new']} state"
    elif record.event == "vrrp.priority":
        yield f"{who}Changing effective priority from {fields['old']} to {fields['new']}"
    elif record.event == "vrrp.tracker" and fields.get("kind") == "script" and "good" in fields:
        result = "succeeded" if fields["good"] else "failed"
        yield f"VRRP_Script({fields['name']}) {result}"
    elif record.event == "vrrp.lower_priority_master":
        yield (
            f"{who}Received advert from {fields['other']} with lower priority {fields['other_priority']}, "
            f"ours {fields['priority']}, forcing new election"
        )
    elif record.event == "lvs.server":
        what, to = ("Adding", "to") if fields["up"] else ("Removing", "from")
        yield f"{what} service {fields['server']} {to} VS {fields['service']}"
    elif record.event == "lvs.quorum":
        yield _quorum(record)
    else:
        yield from (f"{who}{line}" for line in record.words.splitlines() or [""])


def dated(time: float) -> str:
    """``Fri Nov 27 14:46:30 2026``, as on its console and in its files."""
    return f"{datetime.fromtimestamp(time):%a %b %e %H:%M:%S %Y}"


def _transition(old: str, new: str, words: str) -> Iterator[str]:
    if new == "LEAVING":
        yield "sent 0 priority"
        return
    if old == "MASTER" or (old == "LEAVING" and new != "MASTER"):
        yield "removing VIPs."
    if new == "MASTER" and "no advert" in words:
        yield "Receive advertisement timeout"
    if new in _ENTERED:
        yield f"Entering {new} STATE{' (init)' if old == 'INIT' else ''}"
    else:
        yield words
    if new == "MASTER":
        yield "setting VIPs."


def _quorum(record: Record) -> str:
    quorum, weight = record.fields["quorum"], record.fields["weight"]
    if record.fields["up"]:
        return f"Gained quorum {quorum}+0={quorum} <= {weight} for VS {record.fields['service']}"
    return f"Lost quorum {quorum}-0={quorum} > {weight} for VS {record.fields['service']}"
