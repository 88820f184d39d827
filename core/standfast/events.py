"""What happened, as frozen records that logs, status, sockets and (later) notifiers share.

Every event has a kind (its msgspec tag, dotted as log events are), the instance it is about, and
``at``: microseconds on CLOCK_BOOTTIME.  ``seq`` numbers are given by the ring that keeps them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

StateName = Literal["INIT", "BACKUP", "MASTER", "FAULT", "LEAVING", "STOP", "DELETED"]
Level = Literal["debug", "info", "warning", "error"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all events."""

    at: int
    instance: str = ""


class Transition(Event, tag="vrrp.transition", frozen=True, kw_only=True):
    """An instance changed its state."""

    old: StateName
    new: StateName
    priority: int
    cause: str
    """In words, for ``status`` and the log: ``no advert from 10.0.0.2 for 3.61 s``."""


class Remark(Event, tag="vrrp.remark", frozen=True, kw_only=True):
    """Something worth a log line that changes no state."""

    level: Level
    event: str
    """Dotted name, stable: ``vrrp.advert_rejected``."""
    words: str
    fields: dict[str, str | int | float | bool] = {}
