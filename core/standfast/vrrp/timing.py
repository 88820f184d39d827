"""Skew time and master down timer (RFC 3768, 6.1 and RFC 9568, 6.1). Everything in microseconds."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from standfast.values import MILLISECOND, SECOND
from standfast.vrrp.packet import CENTISECOND

Resolution: TypeAlias = Literal["us", "cs"]

LEAVING_MARGIN: Final = 50 * MILLISECOND
"""What a successor's first advert may take beyond the longest skew, before LEAVING gives up waiting."""

_PATIENCE: Final = 3
"""Intervals that a peer with default settings waits before it takes over."""


def skew_time(version: int, priority: int, interval: int, resolution: Resolution = "us") -> int:
    """How much longer a router of this priority waits, so that the highest goes first.

    Version 2 scales one second whatever the interval; version 3 the master's interval.  ``cs``
    truncates as FRR does, for peers whose order must be predictable beside it.
    """
    skew = (256 - priority) * (SECOND if version == 2 else interval) // 256
    return skew // CENTISECOND * CENTISECOND if resolution == "cs" else skew


def down_time(version: int, priority: int, interval: int, adverts: int = 3, resolution: Resolution = "us") -> int:
    """How long a backup waits for an advert before it takes over; ``interval`` is the master's."""
    return adverts * interval + skew_time(version, priority, interval, resolution)


def peers_down_time(version: int, interval: int) -> int:
    """The earliest moment after our last advert at which an attentive peer can have taken over."""
    return down_time(version, 254, interval, _PATIENCE)


def leaving_time(version: int, interval: int, stop_hold: int, slowest: int = 0) -> int:
    """How long a leaving master keeps its addresses for a successor that it does not hear.

    After a priority 0 advert even a peer of priority 1 takes over within 255/256 of the interval
    (version 2: of a second).  ``slowest``: the longest such time in its sync group, whose peers take over together.
    """
    return min(stop_hold, max(giving_way_time(version, interval), slowest))


def giving_way_time(version: int, interval: int) -> int:
    """How long after its priority 0 a master that was ordered to yield listens for a successor."""
    return skew_time(version, 1, interval) + LEAVING_MARGIN


def late_threshold(interval: int) -> int:
    """Waking later than this is worth counting."""
    return max(interval // 4, 20 * MILLISECOND)
