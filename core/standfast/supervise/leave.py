"""Stopping in order: the VRRP process leaves first and says when its last address is off, then the others."""

from __future__ import annotations

from collections.abc import Callable

from standfast.clock import now
from standfast.supervise.family import Family
from standfast.supervise.keeper import Keeper
from standfast.supervise.messages import Stop, Stopped
from standfast.supervise.parent import Parent
from standfast.supervise.roles import Role
from standfast.values import MILLISECOND, SECOND

SECOND_SIGNAL = 200 * MILLISECOND
"""systemd and a terminal may deliver the same wish twice; what comes later than this is impatience."""

HEALTH_PATIENCE = 3 * SECOND
"""To take services off and tell targets so."""

_MARGIN = SECOND


class Leaving:
    """From the wish to stop until nothing of ours is left in the kernel and nobody has anything left to tell.

    VRRP leaves first; once its last address is off, health takes its services away and tells its targets; the
    spawner ends when the last program that was asked for has.
    """

    def __init__(
        self, parent: Parent, family: Family, take_addresses_off: Callable[[Callable[[], None]], None]
    ) -> None:
        self._parent = parent
        self._family = family
        self._take_addresses_off = take_addresses_off
        self._asked_at = 0
        self._at_once = False
        self._clean = False
        self._words = ""
        """What became of the VRRP process; empty while it is there."""
        self._told: set[str] = set()
        self._finished: Callable[[str], None] = lambda _words: None

    @property
    def under_way(self) -> bool:
        """Has somebody asked?"""
        return bool(self._asked_at)

    def begin(self, *, at_once: bool, finished: Callable[[str], None]) -> None:
        """Ask the VRRP process to leave; ``finished`` gets what happened, in words, when everything is off."""
        self._asked_at = now()
        self._at_once = at_once
        self._finished = finished
        for keeper in self._family:
            keeper.stopping = True
        patience = self._patience()
        self._parent.systemd.stopping(patience + HEALTH_PATIENCE + self._grace() + 2 * _MARGIN)
        self._parent.log.log("info", "stop.begun", "leaving" + (" at once" if at_once else ""))
        speaker = self._family.vrrp
        if not speaker.alive:
            self._take_addresses_off(self._gone_by_force)
            return
        if not speaker.send(Stop(now=at_once)):
            speaker.kill()
        self._parent.reactor.after(patience, self._too_late)

    def again(self, *, at_once: bool = False) -> None:
        """Asked once more: leave without waiting for the new master, unless it is the same wish twice."""
        if at_once or now() - self._asked_at >= SECOND_SIGNAL:
            self._at_once = True
            self._family.vrrp.send(Stop(now=True))
            for name in sorted(self._told):
                self._keeper(name).send(Stop(now=True))

    def child_said_stopped(self, role: Role, _message: Stopped) -> None:
        """Its last address (or service) is off."""
        if role.speaks:
            self._clean = True
            self._tell("health", HEALTH_PATIENCE)

    def child_ended(self, role: Role, status: int) -> None:
        """If the VRRP process died on its way, what it held is taken off for it."""
        if not role.speaks:
            self._next()
        elif self._clean or status == 0:
            self._gone("stopped, all addresses are off")
        else:
            self._take_addresses_off(self._gone_by_force)

    def _gone(self, words: str) -> None:
        self._words = words
        self._next()

    def _next(self) -> None:
        """Whoever is still there, in order."""
        if not self._words:
            return
        for name, patience in (("health", HEALTH_PATIENCE), ("spawner", self._grace())):
            if self._keeper(name).alive:
                self._tell(name, patience)
                return
        self._finished(self._words)

    def _tell(self, name: str, patience: int) -> None:
        keeper = self._keeper(name)
        if name in self._told or not keeper.alive:
            return
        self._told.add(name)

        def too_late() -> None:
            if keeper.alive:
                words = f"{keeper.role.words} does not end in time: it is killed"
                self._parent.log.log("error", "stop.forced", words)
                keeper.kill()

        if not keeper.send(Stop(now=self._at_once)):
            keeper.kill()
        self._parent.reactor.after(patience + _MARGIN, too_late)

    def _keeper(self, name: str) -> Keeper:
        return self._family.health if name == "health" else self._family.spawner

    def _too_late(self) -> None:
        speaker = self._family.vrrp
        if speaker.alive:
            what = "has not got all of its scripts run" if self._clean else "does not leave in time"
            self._parent.log.log("error", "stop.forced", f"the VRRP process {what}: it is killed")
            speaker.kill()

    def _gone_by_force(self) -> None:
        self._gone("stopped; the VRRP process could not leave by itself, its addresses were taken off for it")

    def _grace(self) -> int:
        """For programs that still run; after it they are left to themselves."""
        return self._family.generation.essentials.child_wait_time * SECOND

    def _patience(self) -> int:
        generation = self._family.generation
        holds = [instance.stop_hold for instance in generation.instances()]
        return generation.essentials.child_wait_time * SECOND + max(holds, default=0)
