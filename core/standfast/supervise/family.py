"""The children that are watched over: the VRRP process always, health and the spawner when there is work for them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from standfast.supervise.claim import open_sockets
from standfast.supervise.generation import Generation
from standfast.supervise.keeper import Keeper, Listener, Place
from standfast.supervise.parent import Parent
from standfast.supervise.roles import HEALTH, SPAWNER, VRRP, Role
from standfast.supervise.setup import ChildEntry, Lines


@dataclass(frozen=True, slots=True)
class Programs:
    """What the children run."""

    vrrp: ChildEntry
    health: ChildEntry
    spawner: ChildEntry


class Family:
    """Their keepers, and the configuration that all of them have in common."""

    def __init__(self, vrrp: Keeper, health: Keeper, spawner: Keeper) -> None:
        self.vrrp = vrrp
        self.health = health
        self.spawner = spawner

    def __iter__(self) -> Iterator[Keeper]:
        return iter((self.vrrp, self.health, self.spawner))

    @property
    def generation(self) -> Generation:
        """What runs, and what replacements get."""
        return self.vrrp.generation

    def start(self) -> None:
        """Everybody who is needed; whoever runs programs first, so that nobody has to wait for it."""
        for keeper in (self.spawner, self.vrrp, self.health):
            if keeper.role.needed(self.generation):
                keeper.want()

    def adopt(self, generation: Generation) -> None:
        """From now on this is what replacements get. Who runs already is told by others."""
        before = self.generation
        for keeper in self:
            keeper.generation = generation
        before.close()

    def shown(self) -> dict[str, Keeper]:
        """Those that there is something to say about, by name."""
        return {k.role.name: k for k in self if k.alive or k.role.needed(self.generation)}


def found_family(
    parent: Parent,
    run_dir: Path,
    generation: Generation,
    programs: Programs,
    listener: Listener,
) -> Family:
    """Make the keepers, their listening sockets, and the lines between the children. Raises ``CannotStart``."""
    from_vrrp, of_vrrp = _line()
    from_health, of_health = _line()
    verdicts_out, verdicts_in = _line()

    def keeper(role: Role, program: ChildEntry, lines: Lines) -> Keeper:
        place: Place = open_sockets(run_dir, generation.essentials, program, role.name, lines=lines)
        return Keeper(parent, place, generation, listener, role)

    return Family(
        keeper(VRRP, programs.vrrp, Lines(spawner=from_vrrp, verdicts=verdicts_in)),
        keeper(HEALTH, programs.health, Lines(spawner=from_health, verdicts=verdicts_out)),
        keeper(SPAWNER, programs.spawner, Lines(clients=(of_vrrp, of_health))),
    )


def _line() -> tuple[socket.socket, socket.socket]:
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        end.setblocking(False)
    return ends
