"""Which routes and rules are in the kernel because we put them there."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from standfast.config.route_model import OUR_PROTOCOL, Route
from standfast.net.command import Changer
from standfast.net.host import Host
from standfast.net.netlink import errno_words
from standfast.net.routing import (
    Key,
    RoutingObject,
    Seen,
    add_message,
    delete_message,
    interfaces_of,
    key_of,
    words,
)

_GONE_ALREADY: Final = frozenset((0, errno.ESRCH, errno.ENOENT, errno.ENODEV, errno.EADDRNOTAVAIL, errno.EOPNOTSUPP))
"""EOPNOTSUPP: a kind of route that this kernel does not know is not in it either."""


@dataclass(frozen=True, slots=True)
class RoutingFailure:
    """A route or rule that the kernel did not take or give."""

    subject: RoutingObject
    number: int
    """errno"""

    @property
    def words(self) -> str:
        """``route 10.0.0.0/8 via 192.0.2.1: Network is unreachable``."""
        return f"{words(self.subject)}: {errno_words(self.number)}"


class _Ready(NamedTuple):
    """Both messages, encoded for these interface numbers."""

    indices: tuple[int, ...]
    key: Key
    add: bytes
    delete: bytes


class RoutingKeeper:
    """Installs routes and rules and takes them off, and remembers which are ours.

    As with addresses: what we take off leaves ``installed`` before the kernel hears of it, so an echo of our own
    deed is never taken for somebody else's.
    """

    def __init__(self, changer: Changer, host: Host) -> None:
        self.installed: dict[RoutingObject, Key] = {}
        """Change it by :meth:`note` and :meth:`forget` only."""
        self._by_key: dict[Key, list[RoutingObject]] = {}
        """The same the other way round: a router may lose thousands of routes at once, one message for each."""
        self._changer = changer
        self._host = host
        self._ready: dict[RoutingObject, _Ready] = {}

    def prepare(self, wanted: RoutingObject) -> None:
        """Encode it ahead of time, if the interfaces that it names exist."""
        if self._indices(wanted) is not None:
            self._encoded(wanted)

    def forget_all_but(self, wanted: set[RoutingObject]) -> None:
        """Drop the messages of what the configuration no longer names."""
        self._ready = {each: ready for each, ready in self._ready.items() if each in wanted or each in self.installed}

    def add(self, wanted: Sequence[RoutingObject]) -> list[RoutingFailure]:
        """Install them in one system call; keep the count below a hundred."""
        usable, failures = self._usable(wanted)
        results = self._changer.perform([(ready.add, None) for _, ready in usable])
        # What exists already counts if it is one of ours; somebody else's has another protocol number.
        here = self._here() if errno.EEXIST in results else frozenset()
        for (each, ready), number in zip(usable, results, strict=True):
            if number == 0 or (number == errno.EEXIST and ready.key in here):
                self.note(each, ready.key)
            else:
                failures.append(RoutingFailure(each, number))
        return failures

    def remove(self, unwanted: Iterable[RoutingObject]) -> list[RoutingFailure]:
        """Take them off in one system call; what is not there is no failure."""
        usable, _ = self._usable(unwanted)
        for each in unwanted:
            self.forget(each)
        results = self._changer.perform([(ready.delete, None) for _, ready in usable])
        return [
            RoutingFailure(each, number)
            for (each, _ready), number in zip(usable, results, strict=True)
            if number not in _GONE_ALREADY
        ]

    def take_off(self, unwanted: RoutingObject) -> bool:
        """Was it there, whoever installed it under our number, and is it gone now?"""
        usable, _ = self._usable((unwanted,))
        return bool(usable) and self._changer.perform([(usable[0][1].delete, None)]) == [0]

    def present(self, wanted: RoutingObject) -> bool:
        """Have we installed it, and has nobody said since that it is gone?"""
        return wanted in self.installed

    def vanished(self, seen: Seen) -> RoutingObject | None:
        """The kernel says that it is gone: give ours if it was one, and forget that we have it."""
        for each in self._by_key.get(seen.key, ()):
            if _same_gateway(each, seen):
                self.forget(each)
                return each
        return None

    def note(self, each: RoutingObject, key: Key) -> None:
        """It is in the kernel, and ours."""
        self.forget(each)
        self.installed[each] = key
        self._by_key.setdefault(key, []).append(each)

    def forget(self, each: RoutingObject) -> None:
        """It is not, or not for long; nothing happens if that is known."""
        key = self.installed.pop(each, None)
        if key is None:
            return
        alike = self._by_key[key]
        alike.remove(each)
        if not alike:
            del self._by_key[key]

    def missing(self) -> list[RoutingObject]:
        """Messages were lost: read the kernel's tables, and give and forget what of ours is not in them."""
        here = self._here()
        gone = [each for each, key in self.installed.items() if each.protocol == OUR_PROTOCOL and key not in here]
        for each in gone:
            self.forget(each)
        return gone

    def interface_down(self, name: str) -> None:
        """The kernel has dropped the routes by this interface, and of IPv4 it does not say so."""
        for each in [each for each in self.installed if name in interfaces_of(each)]:
            self.forget(each)

    def _usable(
        self, wanted: Iterable[RoutingObject]
    ) -> tuple[list[tuple[RoutingObject, _Ready]], list[RoutingFailure]]:
        usable: list[tuple[RoutingObject, _Ready]] = []
        failures: list[RoutingFailure] = []
        for each in wanted:
            if self._indices(each) is None:
                failures.append(RoutingFailure(each, errno.ENODEV))
            else:
                usable.append((each, self._encoded(each)))
        return usable, failures

    def _encoded(self, wanted: RoutingObject) -> _Ready:
        indices = self._indices(wanted) or ()
        ready = self._ready.get(wanted)
        if ready is None or ready.indices != indices:
            table = self._table(wanted)
            ready = self._ready[wanted] = _Ready(
                indices,
                key_of(wanted, table),
                add_message(wanted, table, self._index),
                delete_message(wanted, table, self._index),
            )
        return ready

    def _table(self, wanted: RoutingObject) -> int:
        if isinstance(wanted, Route) and wanted.vrf:
            return self._changer.vrf_table(self._index(wanted.vrf)) or wanted.table
        return wanted.table

    def _indices(self, wanted: RoutingObject) -> tuple[int, ...] | None:
        """Numbers of the interfaces that it names; None if one does not exist."""
        links = [self._host.link(name) for name in sorted(interfaces_of(wanted))]
        indices = tuple(link.index for link in links if link is not None)
        return indices if len(indices) == len(links) else None

    def _index(self, name: str) -> int:
        link = self._host.link(name)
        if link is None:
            raise LookupError(name)
        return link.index

    def _here(self) -> frozenset[Key]:
        """What there is with our protocol number."""
        return frozenset(
            {
                *(seen.key for seen in self._changer.routes(OUR_PROTOCOL)),
                *(seen.key for seen in self._changer.rules(OUR_PROTOCOL)),
            }
        )


def _same_gateway(ours: RoutingObject, seen: Seen) -> bool:
    """Two routes of ours may differ by nothing else."""
    gateway = getattr(seen, "gateway", b"")
    via = ours.via if isinstance(ours, Route) else None
    return via is None or not gateway or via.packed == gateway
