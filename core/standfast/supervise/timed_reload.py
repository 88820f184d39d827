"""``reload_time_file``: a file that says when to reload. Looked at once a second by the parent's own timer."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from standfast.config.operation_model import TimedReload
from standfast.supervise.parent import Parent
from standfast.supervise.reactor import Timer
from standfast.values import SECOND

_LINE: Final = re.compile(r"(?:(?P<year>(?:\d\d)?\d\d)-(?P<rest>\d\d-\d\d) )?(?P<time>\d\d:\d\d:\d\d)(?P<utc>Z?)")
_LONGEST: Final = 64
"""Bytes of the first line that are looked at."""


def moment(line: str, now: datetime) -> datetime | None:
    """When a line asks for a reload, seen from ``now`` (aware); None: it is wrong, or long past.

    A time of day that is over today means tomorrow.
    """
    matched = _LINE.fullmatch(line)
    if matched is None:
        return None
    zone = UTC if matched["utc"] else now.tzinfo
    year = matched["year"]
    day = f"{now.astimezone(zone):%Y-%m-%d}" if year is None else f"{year.rjust(4, '0')}-{matched['rest']}"
    if year is not None and len(year) == 2:
        day = f"20{day[2:]}"
    try:
        found = datetime.fromisoformat(f"{day} {matched['time']}").replace(tzinfo=zone)
    except ValueError:
        return None
    if year is None and found <= now:
        return found + timedelta(days=1)
    return found if found > now else None


class TimedReloads:
    """Watches the file of the configuration that runs."""

    def __init__(self, parent: Parent, reload: Callable[[], None]) -> None:
        self._parent = parent
        self._reload = reload
        self._settings = TimedReload()
        self._line: str | None = None
        self._at: datetime | None = None
        self._timer: Timer | None = None

    def configure(self, settings: TimedReload) -> None:
        """From now on."""
        self._settings = settings
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if settings.time_file:
            self._look()

    def _look(self) -> None:
        now = datetime.now().astimezone()
        line = self._read()
        if line != self._line:
            self._line, self._at = line, None if line is None else moment(line, now)
            self._say(line)
        elif self._at is not None and now >= self._at:
            self._due(now)
        self._timer = self._parent.reactor.after(SECOND, self._look)

    def _due(self, now: datetime) -> None:
        only_time = self._line is not None and "-" not in self._line
        if self._settings.repeat and only_time and self._line is not None:
            self._at = moment(self._line, now)
        else:
            with contextlib.suppress(OSError):
                Path(self._settings.time_file).unlink()
            self._line = self._at = None
        self._parent.log.log("info", "reload.due", f"{self._settings.time_file} asks for a reload now")
        self._reload()

    def _read(self) -> str | None:
        try:
            with Path(self._settings.time_file).open("rb") as file:
                return file.readline(_LONGEST).decode(errors="replace").rstrip("\n")
        except OSError:
            return None

    def _say(self, line: str | None) -> None:
        file = self._settings.time_file
        if self._at is not None:
            self._parent.log.log("info", "reload.planned", f"{file}: reload at {self._at.isoformat(sep=' ')}")
        elif line is not None:
            words = f"{file}: `{line}` is no time to come; write HH:MM:SS or YYYY-MM-DD HH:MM:SS, perhaps with Z"
            self._parent.log.log("warning", "reload.unplanned", words)
