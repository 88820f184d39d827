"""Stopping in order: the VRRP process leaves first and says when its last address is off."""

from __future__ import annotations

from collections.abc import Callable

from standfast.clock import now
from standfast.supervise.keeper import Keeper
from standfast.supervise.messages import Stop, Stopped
from standfast.supervise.parent import Parent
from standfast.values import MILLISECOND, SECOND

SECOND_SIGNAL = 200 * MILLISECOND
"""systemd and a terminal may deliver the same wish twice; what comes later than this is impatience."""

_MARGIN = SECOND


class Leaving:
    """From the wish to stop until nothing of ours is left in the kernel."""

    def __init__(
        self, parent: Parent, keeper: Keeper, take_addresses_off: Callable[[Callable[[], None]], None]
    ) -> None:
        self._parent = parent
        self._keeper = keeper
        self._take_addresses_off = take_addresses_off
        self._asked_at = 0
        self._clean = False
        self._finished: Callable[[str], None] = lambda _words: None

    @property
    def under_way(self) -> bool:
        """Has somebody asked?"""
        return bool(self._asked_at)

    def begin(self, *, at_once: bool, finished: Callable[[str], None]) -> None:
        """Ask the VRRP process to leave; ``finished`` gets what happened, in words, when everything is off."""
        self._asked_at = now()
        self._finished = finished
        self._keeper.stopping = True
        patience = self._patience()
        self._parent.systemd.stopping(patience + 2 * _MARGIN)
        self._parent.log.log("info", "stop.begun", "leaving" + (" at once" if at_once else ""))
        if not self._keeper.alive:
            self._take_addresses_off(self._finish_forced)
            return
        if not self._keeper.send(Stop(now=at_once)):
            self._keeper.kill()
        self._parent.reactor.after(patience, self._too_late)

    def again(self, *, at_once: bool = False) -> None:
        """Asked once more: leave without waiting for the new master, unless it is the same wish twice."""
        if at_once or now() - self._asked_at >= SECOND_SIGNAL:
            self._keeper.send(Stop(now=True))

    def child_said_stopped(self, _message: Stopped) -> None:
        """Its last address is off."""
        self._clean = True

    def child_ended(self, status: int) -> None:
        """If it died on its way, what it held is taken off for it."""
        if self._clean or status == 0:
            self._finished("stopped, all addresses are off")
        else:
            self._take_addresses_off(self._finish_forced)

    def _too_late(self) -> None:
        if self._keeper.alive:
            self._parent.log.log("error", "stop.forced", "the VRRP process does not leave in time: it is killed")
            self._keeper.kill()

    def _finish_forced(self) -> None:
        self._finished("stopped; the VRRP process could not leave by itself, its addresses were taken off for it")

    def _patience(self) -> int:
        generation = self._keeper.generation
        holds = [instance.stop_hold for instance in generation.instances()]
        return generation.essentials.child_wait_time * SECOND + max(holds, default=0)
