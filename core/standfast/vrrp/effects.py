"""Everything that is not an advert: done in order, in pieces small enough that no advert has to wait.

Each instance has its own line of actions, and lines are served in the order in which they began.  What stands
at the head of several lines in a row and is of one kind goes to the kernel together: 250 instances that
take over at once put their addresses on in four system calls.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from msgspec import structs

from standfast.config.model import VirtualAddress
from standfast.events import Event, Level, Remark
from standfast.values import MILLISECOND, SECOND
from standfast.vrrp.actions import (
    Action,
    AddAddresses,
    AddRouting,
    Announce,
    AnnounceSource,
    AskChecks,
    CancelAnnouncing,
    Left,
    ProbeAddresses,
    RemoveAddresses,
    RemoveRouting,
    Tell,
)
from standfast.vrrp.announcements import Announcements
from standfast.vrrp.frame_sender import Parcel
from standfast.vrrp.holdings import Holdings, Refusal, Thing, where
from standfast.vrrp.instance import Instance
from standfast.vrrp.rules import State

PIECE: Final = 64
"""Addresses in one system call, frames in one go: about a millisecond."""

RETRY_AFTER: Final = 100 * MILLISECOND

RETRY_EVERY: Final = 5 * SECOND
"""After the second refusal: what stands in the way (IPv6 switched off, a full table) may go away by itself."""

_Bulk: TypeAlias = AddAddresses | RemoveAddresses | Announce | AddRouting | RemoveRouting
_Line: TypeAlias = deque[Action]
_Share: TypeAlias = tuple[Instance, Sequence[Thing]]
"""What one instance has in a piece."""


@dataclass(order=True, slots=True)
class _Trial:
    """An addition to be made again."""

    at: int
    serial: int
    instance: Instance = field(compare=False)
    thing: Thing = field(compare=False)
    stubborn: bool = field(compare=False)
    """It was refused twice already."""


class Effects:
    """The lines, and how each kind of action is performed."""

    def __init__(
        self,
        holdings: Holdings,
        announcements: Announcements,
        tell: Callable[[Event], None],
        left: Callable[[Instance], None],
        claimed: Callable[[Thing, Instance], bool],
    ) -> None:
        self._holdings = holdings
        self._announcements = announcements
        self._tell = tell
        self._left = left
        self._claimed = claimed
        self.ask: Callable[[Sequence[VirtualAddress], int], None] = lambda _addresses, _until: None
        """Asks the network who has these, until then."""
        self.ask_checks: Callable[[Sequence[str]], None] = lambda _names: None
        """Has these checks made anew."""
        self._lines: dict[Instance, _Line] = {}
        self._trials: list[_Trial] = []
        self._pending: dict[tuple[Instance, Thing], _Trial] = {}
        self._serial = itertools.count()

    def __bool__(self) -> bool:
        """Is there anything to do?"""
        return bool(self._lines)

    @property
    def retry_at(self) -> int | None:
        """When :meth:`retry` has something to do."""
        return self._trials[0].at if self._trials else None

    def put(self, instance: Instance, action: Action) -> None:
        """Perform this after everything that the instance wanted before."""
        line = self._lines.setdefault(instance, deque())
        if isinstance(action, RemoveAddresses):
            self._withdraw(line, frozenset(action.addresses))
            action = RemoveAddresses(self._holdings.addresses.in_order_of_removal(action.addresses), action.forced)
        elif isinstance(action, RemoveRouting):
            self._withdraw(line, frozenset(action.objects))
        elif isinstance(action, CancelAnnouncing):
            kept = [waiting for waiting in line if not isinstance(waiting, Announce)]
            line.clear()
            line.extend(kept)
        line.append(action)

    def step(self, now: int) -> None:
        """Perform one piece. Call only if there is one."""
        instance, line = next(iter(self._lines.items()))
        action = line[0]
        if isinstance(action, _Bulk):
            self._bulk(type(action), now)
            return
        line.popleft()
        if not line:
            del self._lines[instance]
        self._single(instance, action, now)

    def retry(self, now: int) -> None:
        """Try failed additions again, as long as they are wanted."""
        while self._trials and self._trials[0].at <= now:
            trial = heapq.heappop(self._trials)
            if self._pending.get((trial.instance, trial.thing)) is not trial:
                continue  # a later refusal has taken its place
            del self._pending[trial.instance, trial.thing]
            if self._wanted(trial.instance, trial.thing):
                self._again(trial, now)

    def _again(self, trial: _Trial, now: int) -> None:
        instance, thing = trial.instance, trial.thing
        failures = self._holdings.add((thing,))
        if failures:
            if not trial.stubborn:
                every = RETRY_EVERY // SECOND
                self._complain(instance, f"still cannot add {failures[0].words}; trying every {every} s", now)
            self._plan(now + RETRY_EVERY, instance, thing, stubborn=True)
            return
        if isinstance(thing, VirtualAddress):
            self.put(instance, Announce((thing,)))
        if trial.stubborn:
            self._remark(instance, "info", "vrrp.address_added", f"{where(thing)} is there at last", now)

    def _plan(self, at: int, instance: Instance, thing: Thing, *, stubborn: bool) -> None:
        trial = _Trial(at, next(self._serial), instance, thing, stubborn)
        self._pending[instance, thing] = trial
        heapq.heappush(self._trials, trial)

    def _single(self, instance: Instance, action: Action, now: int) -> None:
        if isinstance(action, Tell):
            self._tell(action.event)
        elif isinstance(action, CancelAnnouncing):
            self._announcements.cancel(instance)
        elif isinstance(action, AnnounceSource):
            config, source = instance.config, instance.router.source
            if source is not None and config.interface:
                instance.announced += 1
                place = (config.interface, source)
                self._announcements.send(self._announcements.admit(instance, [place], config.announcing, now))
        elif isinstance(action, ProbeAddresses):
            self.ask(action.addresses, action.until)
        elif isinstance(action, AskChecks):
            self.ask_checks(action.names)
        elif isinstance(action, Left):
            self._left(instance)

    def _bulk(self, kind: type[_Bulk], now: int) -> None:
        """One piece of what stands at the heads of the first lines and is of this kind."""
        shares: list[_Share] = []
        room = PIECE
        for instance, line in list(self._lines.items()):
            if not room or not isinstance(line[0], kind):
                break
            things = _take(line, room)
            room -= len(things)
            if things:  # not everything has been withdrawn
                shares.append((instance, things))
            if not line:
                del self._lines[instance]
        if not shares:
            return
        if kind is Announce:
            self._announce(shares, now)
        elif kind in (AddAddresses, AddRouting):
            self._report(shares, self._holdings.add(_all(shares)), now)
        else:
            self._remove(shares, now)

    def _remove(self, shares: list[_Share], now: int) -> None:
        # A virtual router under a new VRID must not take off what its leaving predecessor holds, nor the reverse.
        unclaimed = [thing for instance, things in shares for thing in things if not self._claimed(thing, instance)]
        if len(shares) > 1:  # each instance's own are in order already
            unclaimed = self._holdings.in_order_of_removal(unclaimed)
        for failure in self._holdings.remove(unclaimed):
            self._complain(_whose(shares, failure), f"cannot remove {failure.words}", now)

    def _announce(self, shares: list[_Share], now: int) -> None:
        parcels: list[Parcel] = []
        for instance, things in shares:
            addresses = tuple(thing for thing in things if isinstance(thing, VirtualAddress))
            instance.announced += len(addresses)
            parcels += self._announcements.admit_all(instance, addresses, instance.config.announcing, now)
        self._announcements.send(parcels)

    def _report(self, shares: list[_Share], failures: list[Refusal], now: int) -> None:
        for failure in failures:
            instance = _whose(shares, failure)
            instance.add_failures += 1
            self._plan(now + RETRY_AFTER, instance, failure.subject, stubborn=False)
            self._complain(instance, f"cannot add {failure.words}; trying once more in 100 ms", now)

    def _wanted(self, instance: Instance, thing: Thing) -> bool:
        router = instance.router
        if router.state is not State.MASTER:
            return False
        return (thing in router.addresses or thing in router.routing) and not self._holdings.present(thing)

    def _complain(self, instance: Instance, words: str, now: int) -> None:
        self._remark(instance, "error", "vrrp.address_error", words, now)

    def _remark(self, instance: Instance, level: Level, event: str, words: str, now: int) -> None:
        self._tell(Remark(at=now, instance=instance.config.name, level=level, event=event, words=words))

    @staticmethod
    def _withdraw(line: _Line, unwanted: frozenset[Thing]) -> None:
        """Additions that have not been made yet and are about to be undone need not be made at all."""
        for place, action in enumerate(line):
            if isinstance(action, AddAddresses):
                line[place] = AddAddresses(tuple(a for a in action.addresses if a not in unwanted))
            elif isinstance(action, AddRouting):
                line[place] = AddRouting(tuple(o for o in action.objects if o not in unwanted))


def _take(line: _Line, limit: int) -> Sequence[Thing]:
    """At most ``limit`` things of the action at the head; what is left of it stays there."""
    action = line[0]
    if isinstance(action, AddRouting | RemoveRouting):
        objects, rest = action.objects[:limit], action.objects[limit:]
        line[0] = structs.replace(action, objects=rest)
        if not rest:
            line.popleft()
        return objects
    assert isinstance(action, AddAddresses | RemoveAddresses | Announce)  # noqa: S101 - for the type checker
    addresses, left = action.addresses[:limit], action.addresses[limit:]
    line[0] = structs.replace(action, addresses=left)
    if not left:
        line.popleft()
    return addresses


def _all(shares: list[_Share]) -> Sequence[Thing]:
    if len(shares) == 1:
        return shares[0][1]
    return tuple(itertools.chain.from_iterable(things for _, things in shares))


def _whose(shares: list[_Share], failure: Refusal) -> Instance:
    return next(instance for instance, things in shares if any(thing is failure.subject for thing in things))
