"""What every part of the parent works with."""

from __future__ import annotations

from dataclasses import dataclass

from standfast.supervise.brood import Brood
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.reactor import Reactor
from standfast.supervise.systemd import Systemd


@dataclass(frozen=True, slots=True)
class Parent:
    """Loop, children, log and service manager."""

    reactor: Reactor
    brood: Brood
    log: LogPipe
    systemd: Systemd
