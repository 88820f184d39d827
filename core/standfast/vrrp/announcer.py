"""When a virtual router announces its addresses: bursts, second blocks and refreshes, as a pure schedule.

A *round* names every address once (VIPs, then the excluded ones); a *burst* is several rounds back to
back.  Spacing single frames on the wire is :mod:`standfast.vrrp.pacing`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable

from standfast.config.model import Announcing, VirtualAddress
from standfast.vrrp.actions import Announce


class Announcer:
    """The announcement timers of one instance. All of them are void unless it is MASTER."""

    def __init__(self, settings: Announcing) -> None:
        self.settings = settings
        self._addresses: tuple[VirtualAddress, ...] = ()
        self._second_burst: int | None = None
        self._lower_prio_block: int | None = None
        self._refresh: int | None = None
        self._extra: int | None = None

    @property
    def deadline(self) -> int | None:
        """When :meth:`due` has something to do next."""
        return min(self._deadlines(), default=None)

    def begin(self, addresses: tuple[VirtualAddress, ...], now: int) -> tuple[Announce, ...]:
        """We became MASTER: a burst now, another after ``delay``, refreshes from ``delay`` + ``refresh`` on."""
        self.adopt(addresses, now)
        if self.settings.delay > 0:
            self._second_burst = now + self.settings.delay
        return self._rounds(self.settings.repeat)

    def adopt(self, addresses: tuple[VirtualAddress, ...], now: int) -> None:
        """We carry on a mastership: neighbours know already, only refreshes remain to be sent."""
        self.stop()
        self._addresses = addresses
        if self.settings.refresh > 0:
            self._refresh = now + self.settings.delay + self.settings.refresh
        self._extra = now + self.settings.extra.period if self._elsewhere() else None

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
            self._lower_prio_block = now + self.settings.lower_prio_delay
        return self._rounds(self.settings.lower_prio_repeat)

    def due(self, now: int) -> tuple[Announce, ...]:
        """Rounds whose time has come. Missed refreshes are not made up for."""
        rounds = 0
        if self._second_burst is not None and self._second_burst <= now:
            self._second_burst = None
            rounds += self.settings.repeat
        if self._lower_prio_block is not None and self._lower_prio_block <= now:
            self._lower_prio_block = None
            rounds += self.settings.lower_prio_repeat
        if self._refresh is not None and self._refresh <= now:
            self._refresh = _next_period(self._refresh, self.settings.refresh, now)
            rounds += self.settings.refresh_repeat
        extra: tuple[Announce, ...] = ()
        if self._extra is not None and self._extra <= now:
            self._extra = _next_period(self._extra, self.settings.extra.period, now)
            extra = (Announce(self._elsewhere()),)
        return self._rounds(rounds) + extra

    def reconfigure(self, settings: Announcing, now: int) -> None:
        """Take new settings; what is scheduled stays, the refresh follows its new period."""
        if settings.refresh != self.settings.refresh:
            self._refresh = now + settings.refresh if settings.refresh > 0 and self._addresses else None
        before, self.settings = self.settings, settings
        if settings.extra != before.extra:
            self._extra = now + settings.extra.period if self._elsewhere() else None

    def stop(self) -> None:
        """Not MASTER any more."""
        self._addresses = ()
        self._second_burst = self._lower_prio_block = self._refresh = self._extra = None

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

    def _deadlines(self) -> Iterable[int]:
        return (at for at in (self._second_burst, self._lower_prio_block, self._refresh, self._extra) if at is not None)


def _next_period(previous: int, period: int, now: int) -> int:
    return previous + ((now - previous) // period + 1) * period
