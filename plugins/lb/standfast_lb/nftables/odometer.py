"""Counters that go on when the kernel's begin anew: what an element had counted when it was taken out is added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from standfast.net.nft.channel import Channel
from standfast.net.nft.commands import Command, DeleteElements, DeleteTable, Table
from standfast.net.nft.sets import Set
from standfast_lb.nftables.statistics import Count

_FEW = 50
"""So many elements are asked for one by one; for more the whole map is read."""


class Odometer:
    """Reads counters of maps."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._carried: dict[tuple[Table, str], dict[bytes, Count]] = {}
        self._last: dict[tuple[Table, str], dict[bytes, Count]] = {}

    def before(self, commands: Iterable[Command]) -> None:
        """Note what these commands would lose."""
        for command in commands:
            if isinstance(command, DeleteTable):
                for place in [place for place in self._carried if place[0] == command.table]:
                    del self._carried[place]
            if isinstance(command, DeleteElements) and command.set.counters:
                self._carry(command.table, command.set, list(command.elements))

    def _carry(self, table: Table, counted: Set, keys: list[bytes]) -> None:
        if len(keys) <= _FEW:
            asked = ((key, self._channel.element(table, counted, key)) for key in keys)
            counts = {key: (found.packets, found.bytes) for key, found in asked if found}
        else:
            every = self._read(table, counted.name)
            counts = {key: every[key] for key in keys if key in every}
        carried = self._carried.setdefault((table, counted.name), {})
        for key, count in counts.items():
            if count != (0, 0):
                carried[key] = _plus(carried.get(key), count)

    def lost(self) -> None:
        """The tables are gone: what was read last is all that is known."""
        for place, counts in self._last.items():
            self._carried[place] = dict(counts)

    def reading(self) -> Callable[[Table, str], Mapping[bytes, Count]]:
        """A function that gives a map's counters, each map read once."""
        read: dict[tuple[Table, str], dict[bytes, Count]] = {}

        def counters(table: Table, name: str) -> Mapping[bytes, Count]:
            place = table, name
            if place not in read:
                now = self._read(table, name)
                carried = self._carried.get(place, {})
                read[place] = now | {key: _plus(now.get(key), count) for key, count in carried.items()}
                self._last[place] = read[place]
            return read[place]

        return counters

    def _read(self, table: Table, name: str) -> dict[bytes, Count]:
        try:
            return self._channel.counters(table, name)
        except FileNotFoundError:
            return {}


def _plus(first: Count | None, second: Count) -> Count:
    return (first[0] + second[0], first[1] + second[1]) if first else second
