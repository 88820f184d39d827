"""What notify scripts run, for ``status``: who looks for the one that hangs is to find it there."""

from __future__ import annotations

from typing import Final

import msgspec

SHOWN: Final = 16
"""Scripts in one answer, the oldest: one that always hangs leaves one more behind with every state."""


class About(msgspec.Struct, frozen=True):
    """What a script tells."""

    of: str
    """``instance VI_1``, ``group VG``, ``service [192.0.2.10]:tcp:80``."""
    occasion: str
    """``MASTER``, ``MASTER_RX_LOWER_PRI``, ``DOWN``, ..."""


class RunningScript(msgspec.Struct, frozen=True, kw_only=True):
    """One that was asked for and has not ended."""

    of: str
    """As in :class:`About`."""
    occasion: str
    script: str
    """The program alone: arguments may be secrets, and more people may ask for a status than read the configuration."""
    pid: int | None
    """None: it has not been started yet."""
    since: str
    """When it was asked for: ISO 8601 in UTC."""
    overdue: bool = False
    """It has had its ``notify_timeout``: nobody waits for it any more."""
    waiting: tuple[str, ...] = ()
    """Occasions of the same instance or group whose scripts wait for it."""
