"""The kinds of children that are watched over, and what is particular to each."""

from __future__ import annotations

from dataclasses import dataclass

from standfast.supervise import privileges
from standfast.supervise.generation import Essentials, Generation
from standfast.supervise.heartbeat import PATIENCE
from standfast.supervise.privileges import Capability
from standfast.values import SECOND
from standfast.vrrp import realtime


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of child."""

    name: str
    """As in ``status``, in the names of its sockets and of its process."""
    words: str
    """In messages: ``the VRRP process``."""
    keeps: frozenset[Capability] | None
    """None: everything that the daemon has."""
    patience: int = PATIENCE
    """Silence of its heart after which it counts as stuck (microseconds)."""
    heeds: bool = True
    """It runs by a configuration, and takes part in reloads."""
    speaks: bool = False
    """Addresses and the service manager's trust hang on it."""

    pipes: frozenset[str] = frozenset()
    """Keywords of the named pipes that it writes to."""

    def document(self, generation: Generation) -> int:
        """The descriptor of its part of a configuration."""
        if self.name == "health" and generation.health is not None:
            return generation.health
        return generation.descriptor

    def pipes_of(self, generation: Generation) -> dict[str, int]:
        """The descriptors of the named pipes that it writes to, by keyword."""
        return {name: pipe for name, pipe in generation.pipes.items() if name in self.pipes}

    def needed(self, generation: Generation) -> bool:
        """Is there work for it?"""
        return self.speaks or bool(getattr(generation.needs, self.name))

    def settle(self, essentials: Essentials) -> list[str]:
        """In the child: be scheduled as configured, and keep the rights that it needs.

        Gives a sentence for each wish that the kernel refused. The VRRP process, which keeps the right to, asks itself.
        """
        if self.keeps is None:
            privileges.take_up_all()
            return []
        if self.name != "health":
            privileges.drop_all_but(self.keeps)
            return []
        privileges.take_up_all()
        wishes = essentials.global_defs.checker_scheduling
        refused = realtime.apply(wishes, default=0, risk="checks may be late on a busy machine")
        if wishes.no_swap and (words := realtime.lock_memory("checks may be late")):
            refused.append(words)
        # Memory that is mapped from now on is locked as well, which takes the right to.
        locking = {Capability.IPC_LOCK} if wishes.no_swap else frozenset()
        elsewhere = privileges.ELSEWHERE if essentials.net_namespace_ipvs else frozenset()
        privileges.drop_all_but(self.keeps | locking | elsewhere)
        return refused


VRRP = Role(
    "vrrp", "the VRRP process", privileges.VRRP, speaks=True, pipes=frozenset(("notify_fifo", "vrrp_notify_fifo"))
)

HEALTH = Role(
    "health",
    "the health process",
    privileges.HEALTH,
    patience=5 * SECOND,
    pipes=frozenset(("notify_fifo", "lvs_notify_fifo")),
)
"""Plugins' code runs in its loop; a pause that would cost an address elsewhere only delays a check here."""

SPAWNER = Role("spawner", "the spawner", None, patience=2 * SECOND, heeds=False)
