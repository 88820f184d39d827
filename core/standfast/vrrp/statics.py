"""Static addresses, routes and rules: there from start to stop, whoever is MASTER."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from standfast.config.model import Config, VirtualAddress
from standfast.events import Event, Level, Remark
from standfast.net.host import HostEvent, LinkChanged
from standfast.net.routing import interfaces_of
from standfast.values import SECOND
from standfast.vrrp.holdings import Holdings, Refusal, Thing, where
from standfast.vrrp.remarks import Quota

PIECE: Final = 64
RETRY_EVERY: Final = 5 * SECOND

Fault: TypeAlias = Callable[[str, str, str, int], None]
"""Name of an instance, key, words (empty: it is over), now."""


class Statics:
    """Keeps them there: puts back what others take off, and tells the instances that depend on what cannot be there."""

    def __init__(self, holdings: Holdings, fault: Fault, tell: Callable[[Event], None]) -> None:
        self.retry_at: int | None = None
        """When :meth:`retry` wants to be called."""
        self._holdings = holdings
        self._fault = fault
        self._tell = tell
        self._wanted: dict[Thing, None] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._missing: dict[Thing, str] = {}
        """With the reason, in words."""
        self._quota = Quota()

    def __bool__(self) -> bool:
        """Are there any?"""
        return bool(self._wanted)

    def change(self, config: Config, now: int, breathe: Callable[[], None] = lambda: None) -> bool:
        """These from now on; what is there already stays untouched. Gives whether anything has changed."""
        wanted: dict[Thing, None] = dict.fromkeys(
            (*config.static_addresses, *config.static_routes, *config.static_rules)
        )
        self._members = {group.name: group.members for group in config.track_groups}
        gone = [thing for thing in self._wanted if thing not in wanted][::-1]
        come = [thing for thing in wanted if thing not in self._wanted]
        self._wanted = wanted
        self._remove(gone, now, breathe)
        self._add(come, now, breathe)
        return bool(gone or come)

    def clear(self, now: int) -> None:
        """The end: all of them go."""
        self.change(Config(), now)

    def lost(self, thing: Thing, now: int) -> None:
        """Somebody took it off."""
        if thing not in self._wanted or thing.no_track:
            return
        if self._quota.allows(thing, now):
            self._remark("warning", "static.lost", f"somebody removed {where(thing)}: putting it back", now)
        self._add([thing], now)

    def links(self, events: Iterable[HostEvent], now: int) -> None:
        """An interface that came up can carry again what went with it."""
        up = {
            event.after.name
            for event in events
            if isinstance(event, LinkChanged)
            and event.after is not None
            and event.after.flags & 1
            and not (event.before is not None and event.before.flags & 1)
        }
        if up:
            self._add([thing for thing in self._wanted if up & _interfaces(thing) or thing in self._missing], now)

    def retry(self, now: int) -> None:
        """Once more what could not be installed."""
        self.retry_at = None
        self._add(list(self._missing), now)

    def _add(self, things: list[Thing], now: int, breathe: Callable[[], None] = lambda: None) -> None:
        for start in range(0, len(things), PIECE):
            piece = things[start : start + PIECE]
            refused = {refusal.subject: refusal for refusal in self._holdings.add(piece)}
            for thing in piece:
                self._note(thing, refused.get(thing), now)
            breathe()
        if self._missing and self.retry_at is None:
            self.retry_at = now + RETRY_EVERY

    def _note(self, thing: Thing, refusal: Refusal | None, now: int) -> None:
        """An instance that depends on it is in FAULT as long as it is missing."""
        before = self._missing.pop(thing, None)
        key = f"static {where(thing)}"
        if refusal is None:
            if before is not None:
                self._remark("info", "static.added", f"{where(thing)} is there at last", now)
                self._tell_members(thing, key, "", now)
            return
        self._missing[thing] = refusal.words
        if before is None:
            every = RETRY_EVERY // SECOND
            self._remark("error", "static.missing", f"cannot add {refusal.words}; trying every {every} s", now)
            self._tell_members(thing, key, f"{where(thing)}, on which it depends, cannot be installed", now)

    def _remove(self, things: list[Thing], now: int, breathe: Callable[[], None]) -> None:
        for start in range(0, len(things), PIECE):
            for refusal in self._holdings.remove(things[start : start + PIECE]):
                self._remark("error", "static.stuck", f"cannot remove {refusal.words}", now)
            breathe()
        for thing in things:
            if self._missing.pop(thing, None) is not None:
                self._tell_members(thing, f"static {where(thing)}", "", now)

    def _tell_members(self, thing: Thing, key: str, words: str, now: int) -> None:
        for name in self._members.get(thing.track_group, ()):
            self._fault(name, key, words, now)

    def _remark(self, level: Level, event: str, words: str, now: int) -> None:
        self._tell(Remark(at=now, level=level, event=event, words=words))


def _interfaces(thing: Thing) -> frozenset[str]:
    return frozenset((thing.dev,)) if isinstance(thing, VirtualAddress) else interfaces_of(thing)
