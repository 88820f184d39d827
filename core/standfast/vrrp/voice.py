"""Where events of the VRRP process go: the log, the ring that others read, and what scripts and pipes hear of."""

from __future__ import annotations

from collections.abc import Callable

from standfast import clock
from standfast.events import Event, Level, Remark
from standfast.supervise.logpipe import LogPipe
from standfast.vrrp.ring import EventRing


class Voice:
    """One for the process, made before all who have something to say."""

    def __init__(self, log: LogPipe) -> None:
        self.log = log
        self.ring = EventRing()
        self.heeded: Callable[[Event], None] = lambda _event: None
        """Who runs scripts and writes to pipes."""

    def tell(self, event: Event) -> None:
        """Something happened."""
        self.tell_quietly(event)
        self.heeded(event)

    def tell_quietly(self, event: Event) -> None:
        """To the log and the ring, not to scripts."""
        self.log.tell(event)
        self.ring.append(event)

    def remark(self, level: Level, event: str, words: str) -> None:
        """Something worth a log line, of no instance in particular."""
        self.tell_quietly(Remark(at=clock.now(), level=level, event=event, words=words))

    def complain_of_devices(self, words: str) -> None:
        """Interfaces, or what stands around them, cannot be as they shall be."""
        self.remark("error", "vrrp.interface", words)
