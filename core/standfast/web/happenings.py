"""The last events in words, for the page."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any, Final

import msgspec

from standfast.clock import iso
from standfast.events import Event

KEPT: Final = 100


class Happenings:
    """A short memory; the newest comes first."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT)

    def note(self, event: Event) -> None:
        """One more. It gets its words when somebody looks: a thousand servers that fail must not wait for them."""
        self._events.appendleft(event)

    def newest(self, count: int) -> list[dict[str, Any]]:
        """At most so many."""
        return [told(event) for event in islice(self._events, count)]


def told(event: Event) -> dict[str, Any]:
    """When, about whom, what, and how grave."""
    fields = msgspec.to_builtins(event)
    who = _who(fields)
    return {"at": iso(event.at), "kind": fields["type"], "who": who, "words": _words(fields), "level": _level(fields)}


def _who(fields: dict[str, Any]) -> str:
    names = [fields.get(name) for name in ("instance", "group", "service", "server", "name")]
    return " ".join(name for name in names if name)


def _words(fields: dict[str, Any]) -> str:
    cause = fields.get("cause") or fields.get("words") or ""
    if fields["type"] == "vrrp.dual_master":
        verb = "is silent again, or has yielded" if fields["over"] else "is master too"
        return f"{fields['other']} (priority {fields['other_priority']}) {verb}"
    if fields["type"] == "vrrp.lower_priority_master":
        return f"{fields['other']} spoke as master with priority {fields['other_priority']}, ours {fields['priority']}"
    if "old" in fields:
        change = f"{fields['old']} → {fields['new']}"
    elif "up" in fields:
        change = "up" if fields["up"] else "down"
    elif "good" in fields:
        change = {True: "good", False: "bad", None: "not known"}[fields["good"]]
    else:
        change = fields.get("what", "")
    return ": ".join(part for part in (change, cause) if part)


def _level(fields: dict[str, Any]) -> str:
    """``info``, ``warning`` or ``error``."""
    if fields.get("level") in ("warning", "error"):
        return str(fields["level"])
    bad = fields.get("new") == "FAULT" or fields.get("up") is False or fields.get("good") is False
    return "warning" if bad or (fields["type"] == "vrrp.dual_master" and not fields["over"]) else "info"
