"""Links that flap: a change that lasts shorter than ``interface_up_down_delays`` says is not seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from standfast.config.interface_model import UpDownDelay


class Debounce:
    """What is believed of the links that have delays; of all others, what is so."""

    def __init__(self) -> None:
        self._delays: dict[str, UpDownDelay] = {}
        self._believed: dict[str, bool] = {}
        self._until: dict[str, int] = {}
        """When a change that lasts becomes believed."""

    def configure(self, delays: Iterable[UpDownDelay]) -> None:
        """These delays from now on; what is believed stays."""
        self._delays = {delay.name: delay for delay in delays}
        self._believed = {name: up for name, up in self._believed.items() if name in self._delays}
        self._until = {name: until for name, until in self._until.items() if name in self._delays}

    @property
    def deadline(self) -> int | None:
        """When :meth:`due` has something to say."""
        return min(self._until.values(), default=None)

    def seen(self, name: str, up: bool, now: int, limit: int | None = None) -> None:
        """The kernel says so. ``limit``: no down delay may be longer (microseconds).

        What is seen first is believed at once, and so is what goes without a delay.
        """
        delay = self._delays.get(name)
        if delay is None:
            return
        if self._believed.setdefault(name, up) is up:
            self._until.pop(name, None)
            return
        wait = delay.up if up else delay.down if limit is None else min(delay.down, limit)
        if wait <= 0:
            self._believed[name] = up
        else:
            self._until.setdefault(name, now + wait)

    def gone(self, name: str) -> None:
        """Deleted or renamed: that is no flapping."""
        self._believed.pop(name, None)
        self._until.pop(name, None)

    def up(self, name: str, really: bool) -> bool:
        """What to go by."""
        return self._believed.get(name, really)

    def due(self, now: int) -> list[str]:
        """Changes that have lasted long enough; they are believed now."""
        ripe = [name for name, until in self._until.items() if until <= now]
        for name in ripe:
            del self._until[name]
            self._believed[name] = not self._believed[name]
        return ripe
