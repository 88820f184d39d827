"""Whose address is on this machine: services with `ha_suspend` are checked only while theirs is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final, Protocol

import trio

from standfast.values import Address

_SLICE: Final = 64


class AddressBook(Protocol):
    """The part of :class:`standfast.net.host.Host` that is needed."""

    def owns(self, address: Address) -> bool:
        """Is it on one of our interfaces?"""


class Watchman(Protocol):
    """The part of :class:`standfast.net.monitor.Monitor` that is needed."""

    @property
    def host(self) -> AddressBook:
        """All addresses."""

    def fileno(self) -> int:
        """Readable when something has changed."""

    def read(self, limit: int = 64) -> Collection[object]:
        """What has changed."""

    @property
    def owes_a_resync(self) -> bool:
        """Read again soon."""


class Suspendable(Protocol):
    """The part of a service that is needed."""

    suspended: bool


def judge(services: Iterable[tuple[Suspendable, Address]], book: AddressBook) -> list[Suspendable]:
    """Set ``suspended`` of each by whether its address is here; those for which it has changed."""
    changed = []
    for service, address in services:
        suspended = not book.owns(address)
        if suspended != service.suspended:
            service.suspended = suspended
            changed.append(service)
    return changed


async def watch(
    watchman: Watchman,
    services: Callable[[], Iterable[tuple[Suspendable, Address]]],
    changed: Callable[[list[Suspendable]], None],
) -> None:
    """For ever: look whenever the kernel says that addresses have changed."""
    while True:
        found = judge(services(), watchman.host)
        if found:
            changed(found)
        with trio.move_on_after(0.1 if watchman.owes_a_resync else float("inf")):
            await trio.lowlevel.wait_readable(watchman.fileno())
        watchman.read(_SLICE)
