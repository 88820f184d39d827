"""Everything that is not an advert: done in order, in pieces small enough that no advert has to wait.

Each instance has its own line of actions, and lines are served in the order in which they began.  What stands
at the head of several lines in a row and is of one kind goes to the kernel together: 250 instances that
take over at once put their addresses on in four system calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

from standfast.config.model import VirtualAddress
from standfast.events import Event, Remark
from standfast.values import MILLISECOND
from standfast.vrrp.actions import (
    Action,
    AddAddresses,
    Announce,
    AnnounceSource,
    CancelAnnouncing,
    Left,
    RemoveAddresses,
    Tell,
)
from standfast.vrrp.addresses import AddressKeeper, Failure
from standfast.vrrp.announcements import Announcements
from standfast.vrrp.instance import Instance
from standfast.vrrp.rules import State

PIECE: Final = 64
"""Addresses in one system call, frames in one go: about a millisecond."""

RETRY_AFTER: Final = 100 * MILLISECOND

_Bulk: TypeAlias = AddAddresses | RemoveAddresses | Announce
_Line: TypeAlias = deque[Action]


class Effects:
    """The lines, and how each kind of action is performed."""

    def __init__(
        self,
        keeper: AddressKeeper,
        announcements: Announcements,
        tell: Callable[[Event], None],
        left: Callable[[Instance], None],
        claimed: Callable[[VirtualAddress, Instance], bool],
    ) -> None:
        self._keeper = keeper
        self._announcements = announcements
        self._tell = tell
        self._left = left
        self._claimed = claimed
        self._lines: dict[Instance, _Line] = {}
        self._retries: list[tuple[int, Instance, VirtualAddress]] = []

    def __bool__(self) -> bool:
        """Is there anything to do?"""
        return bool(self._lines)

    @property
    def retry_at(self) -> int | None:
        """When :meth:`retry` has something to do."""
        return self._retries[0][0] if self._retries else None

    def put(self, instance: Instance, action: Action) -> None:
        """Perform this after everything that the instance wanted before."""
        line = self._lines.setdefault(instance, deque())
        if isinstance(action, RemoveAddresses):
            self._withdraw(line, frozenset(action.addresses))
        elif isinstance(action, CancelAnnouncing):
            kept = [waiting for waiting in line if not isinstance(waiting, Announce)]
            line.clear()
            line.extend(kept)
        line.append(action)

    def step(self, now: int) -> None:
        """Perform one piece. Call only if there is one."""
        instance, line = next(iter(self._lines.items()))
        action = line[0]
        if isinstance(action, AddAddresses | RemoveAddresses | Announce):
            self._bulk(type(action), now)
            return
        line.popleft()
        if not line:
            del self._lines[instance]
        self._single(instance, action, now)

    def retry(self, now: int) -> None:
        """Try failed additions once more, if they are still wanted."""
        while self._retries and self._retries[0][0] <= now:
            _, instance, address = self._retries.pop(0)
            if self._wanted(instance, address):
                for failure in self._keeper.add((address,)):
                    self._complain(
                        instance, f"still cannot add {failure.words}; giving up until the next takeover", now
                    )

    def _single(self, instance: Instance, action: Action, now: int) -> None:
        if isinstance(action, Tell):
            self._tell(action.event)
        elif isinstance(action, CancelAnnouncing):
            self._announcements.cancel(instance)
        elif isinstance(action, AnnounceSource):
            config, source = instance.config, instance.router.source
            if source is not None and config.interface:
                self._announcements.announce(instance, config.interface, source, config.announcing, now)
        elif isinstance(action, Left):
            self._left(instance)

    def _bulk(self, kind: type[_Bulk], now: int) -> None:
        """One piece of what stands at the heads of the first lines and is of this kind."""
        taken: list[tuple[Instance, VirtualAddress]] = []
        for instance, line in list(self._lines.items()):
            if len(taken) >= PIECE or not isinstance(line[0], kind):
                break
            taken += [(instance, address) for address in _take(line, PIECE - len(taken))]
            if not line:
                del self._lines[instance]
        if kind is Announce:
            self._announce(taken, now)
        elif kind is AddAddresses:
            self._report(taken, self._keeper.add([address for _, address in taken]), now)
        else:
            # A virtual router under a new VRID must not take off what its leaving predecessor holds, nor the reverse.
            unclaimed = [address for instance, address in taken if not self._claimed(address, instance)]
            for failure in self._keeper.remove(unclaimed):
                self._complain(_whose(taken, failure), f"cannot remove {failure.words}", now)

    def _announce(self, taken: list[tuple[Instance, VirtualAddress]], now: int) -> None:
        for instance, address in taken:
            announcing = instance.config.announcing
            self._announcements.announce(instance, address.dev, address.address, announcing, now)

    def _report(self, taken: list[tuple[Instance, VirtualAddress]], failures: list[Failure], now: int) -> None:
        for failure in failures:
            instance = _whose(taken, failure)
            instance.add_failures += 1
            self._retries.append((now + RETRY_AFTER, instance, failure.address))
            self._complain(instance, f"cannot add {failure.words}; trying once more in 100 ms", now)

    def _wanted(self, instance: Instance, address: VirtualAddress) -> bool:
        router = instance.router
        return router.state is State.MASTER and address in router.addresses

    def _complain(self, instance: Instance, words: str, now: int) -> None:
        self._tell(
            Remark(at=now, instance=instance.config.name, level="error", event="vrrp.address_error", words=words)
        )

    @staticmethod
    def _withdraw(line: _Line, unwanted: frozenset[VirtualAddress]) -> None:
        """Additions that have not been made yet and are about to be undone need not be made at all."""
        for place, action in enumerate(line):
            if isinstance(action, AddAddresses):
                line[place] = AddAddresses(tuple(a for a in action.addresses if a not in unwanted))


def _take(line: _Line, limit: int) -> tuple[VirtualAddress, ...]:
    """At most ``limit`` addresses of the action at the head; what is left of it stays there."""
    action = line[0]
    assert isinstance(action, AddAddresses | RemoveAddresses | Announce)  # noqa: S101 - for the type checker
    taken, left = action.addresses[:limit], action.addresses[limit:]
    if not left:
        line.popleft()
    elif isinstance(action, RemoveAddresses):
        line[0] = RemoveAddresses(left, action.forced)
    else:
        line[0] = type(action)(left)
    return taken


def _whose(taken: list[tuple[Instance, VirtualAddress]], failure: Failure) -> Instance:
    return next(instance for instance, address in taken if address is failure.address)
