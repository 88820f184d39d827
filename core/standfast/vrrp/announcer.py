"""When a virtual router announces its addresses: bursts, second blocks and refreshes, as a pure schedule.

A *round* names every address once (VIPs, then the excluded ones); a *burst* is several rounds back to
back.  Spacing single frames on the wire is :mod:`standfast.vrrp.pacing`'s business.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from standfast.config.model import Announcing, VirtualAddress
from standfast.vrrp.actions import Announce

_What: TypeAlias = Literal["second burst", "lower priority", "refresh", "elsewhere"]


class Announcer:
    """The announcement timers of one instance. All of them are void unless it is MASTER."""

    def __init__(self, settings: Announcing) -> None:
        self.settings = settings
        self._addresses: tuple[VirtualAddress, ...] = ()
        self._at: dict[_What, int] = {}
        """When what is due; mostly empty."""

    @property
    def deadline(self) -> int | None:
        """When :meth:`due` has something to do next."""
        return min(self._at.values()) if self._at else None

    def begin(self, addresses: tuple[VirtualAddress, ...], now: int) -> tuple[Announce, ...]:
        """We became MASTER: a burst now, another after ``delay``, refreshes from ``delay`` + ``refresh`` on."""
        self.adopt(addresses, now)
        if self.settings.delay > 0:
            self._at["second burst"] = now + self.settings.delay
        return self._rounds(self.settings.repeat)

    def adopt(self, addresses: tuple[VirtualAddress, ...], now: int) -> None:
        """We carry on a mastership: neighbours know already, only refreshes remain to be sent."""
        self.stop()
        self._addresses = addresses
        if self.settings.refresh > 0:
            self._at["refresh"] = now + self.settings.delay + self.settings.refresh
        if self._elsewhere():
            self._at["elsewhere"] = now + self.settings.extra.period

    def restate(self, addresses: tuple[VirtualAddress, ...]) -> tuple[Announce, ...]:
        """The set of addresses changed, or somebody may have announced them meanwhile: one burst."""
        self.replace(addresses)
        return self._rounds(self.settings.repeat)

    def replace(self, addresses: tuple[VirtualAddress, ...]) -> None:
        """Addresses went: rounds to come leave them out."""
        self._addresses = addresses

    def repeat_for(self, address: VirtualAddress) -> tuple[Announce, ...]:
        """One burst for a single address that had been taken away."""
        return (Announce((address,)),) * self.settings.repeat

    def lower_priority_heard(self, now: int) -> tuple[Announce, ...]:
        """Hosts may have believed the loser: a block of rounds now and, after a delay, one more."""
        if self.settings.lower_prio_repeat > 0 and self.settings.lower_prio_delay > 0:
            self._at["lower priority"] = now + self.settings.lower_prio_delay
        return self._rounds(self.settings.lower_prio_repeat)

    def due(self, now: int) -> tuple[Announce, ...]:
        """Rounds whose time has come. Missed refreshes are not made up for."""
        if not self._at:
            return ()
        settings, rounds = self.settings, 0
        extra: tuple[Announce, ...] = ()
        for what in [what for what, at in self._at.items() if at <= now]:
            at = self._at.pop(what)
            if what == "second burst":
                rounds += settings.repeat
            elif what == "lower priority":
                rounds += settings.lower_prio_repeat
            elif what == "refresh":
                self._at[what] = _next_period(at, settings.refresh, now)
                rounds += settings.refresh_repeat
            else:
                self._at[what] = _next_period(at, settings.extra.period, now)
                extra = (Announce(self._elsewhere()),)
        return self._rounds(rounds) + extra

    def reconfigure(self, settings: Announcing, now: int) -> None:
        """Take new settings; what is scheduled stays, the refresh follows its new period."""
        if settings.refresh != self.settings.refresh:
            self._schedule("refresh", now + settings.refresh if settings.refresh > 0 and self._addresses else None)
        before, self.settings = self.settings, settings
        if settings.extra != before.extra:
            self._schedule("elsewhere", now + settings.extra.period if self._elsewhere() else None)

    def stop(self) -> None:
        """Not MASTER any more."""
        self._addresses = ()
        self._at.clear()

    def _schedule(self, what: _What, at: int | None) -> None:
        self._at.pop(what, None)
        if at is not None:
            self._at[what] = at

    def _elsewhere(self) -> tuple[VirtualAddress, ...]:
        """One address for each further interface: without adverts nothing else tells a switch where its MAC is."""
        if not self.settings.extra.period:
            return ()
        first: dict[str, VirtualAddress] = {}
        for address in self._addresses:
            if address.dev in self.settings.extra.interfaces:
                first.setdefault(address.dev, address)
        return tuple(first.values())

    def _rounds(self, count: int) -> tuple[Announce, ...]:
        return (Announce(self._addresses),) * count if self._addresses else ()


def _next_period(previous: int, period: int, now: int) -> int:
    return previous + ((now - previous) // period + 1) * period
