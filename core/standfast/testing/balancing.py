"""A data plane that is nothing but memory: what a load balancer is asked to do, and what would stand in the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import trio

from standfast.config.lvs_model import LvsGlobals, VirtualServer
from standfast.contract.balancing import (
    Counters,
    Entrance,
    Failure,
    LoadBalancer,
    Objection,
    Pool,
    PoolChange,
    PoolStatistics,
    Repair,
)
from standfast.contract.checking import CONTRACT


class MemoryLoadBalancer(LoadBalancer):
    """Keeps pools in a dictionary. Fields may be read and changed by tests at any time."""

    contract = CONTRACT
    name: ClassVar[str] = "memory"

    def __init__(self) -> None:
        self.table: dict[str, Pool] = {}
        """What "the kernel" holds; change it and call :meth:`disturb` to play somebody else."""
        self.wanted: dict[str, Pool] = {}
        self.batches: list[tuple[PoolChange, ...]] = []
        """Everything that :meth:`apply` was given, in order."""
        self.refusing: dict[str, str] = {}
        """Pool -> words: changes of it fail."""
        self.started: bool = False
        self.stopped_leaving: bool | None = None
        self.settings: LvsGlobals = LvsGlobals()
        self.masters: frozenset[str] = frozenset()
        self._disturbed = trio.Event()

    @classmethod
    def objections(cls, service: VirtualServer, entrances: Sequence[Entrance]) -> Iterable[Objection]:
        """None: memory can do everything but connections."""
        return ()

    @classmethod
    def lacking(cls) -> str:
        """Nothing."""
        return ""

    @classmethod
    def render(cls, changes: Sequence[PoolChange], settings: LvsGlobals | None) -> list[str]:
        """One line for each pool and member."""
        return [line for change in changes for line in _lines(change)]

    async def start(self, settings: LvsGlobals, *, adopt: Sequence[Pool]) -> tuple[Failure, ...]:
        """Of ``adopt``, what is in the table is ours."""
        await trio.lowlevel.checkpoint()
        self.started, self.settings = True, settings
        self.wanted |= {pool.name: self.table[pool.name] for pool in adopt if pool.name in self.table}
        return ()

    async def read(self) -> tuple[Pool, ...]:
        """What of ours is in the table."""
        await trio.lowlevel.checkpoint()
        return tuple(pool for name, pool in self.table.items() if name in self.wanted)

    async def apply(self, changes: Sequence[PoolChange]) -> tuple[Failure, ...]:
        """Note the batch and change the table."""
        await trio.lowlevel.checkpoint()
        self.batches.append(tuple(changes))
        failures = []
        for change in changes:
            pool = change.new or change.old
            if pool is None:
                continue
            if pool.name in self.refusing:
                failures.append(Failure(pool=pool.name, words=self.refusing[pool.name]))
                continue
            for table in (self.table, self.wanted):
                table.pop(pool.name, None)
                if change.new is not None:
                    table[pool.name] = change.new
        return tuple(failures)

    async def disturbed(self) -> None:
        """Until :meth:`disturb`."""
        await self._disturbed.wait()
        self._disturbed = trio.Event()

    def disturb(self) -> None:
        """Somebody changed the table."""
        self._disturbed.set()

    async def repair(self) -> tuple[Repair, ...]:
        """Make the table as wanted."""
        await trio.lowlevel.checkpoint()
        wrong = [name for name, pool in self.wanted.items() if self.table.get(name) != pool]
        self.table.update((name, self.wanted[name]) for name in wrong)
        return tuple(Repair(pool=name, words="was changed by somebody else") for name in wrong)

    async def statistics(self) -> dict[str, PoolStatistics]:
        """Zeros."""
        await trio.lowlevel.checkpoint()
        zero = Counters(connections=0)
        return {
            name: PoolStatistics(pool=zero, members={f"[{each.address}]:{each.port}": zero for each in pool.members})
            for name, pool in self.table.items()
        }

    async def reconfigure(self, settings: LvsGlobals) -> tuple[Failure, ...]:
        """Note them."""
        await trio.lowlevel.checkpoint()
        self.settings = settings
        return ()

    async def follow(self, master_of: frozenset[str]) -> tuple[Failure, ...]:
        """Note them."""
        await trio.lowlevel.checkpoint()
        self.masters = master_of
        return ()

    async def stop(self, *, leave: bool) -> None:
        """Empty the table, unless somebody is to find it."""
        await trio.lowlevel.checkpoint()
        self.stopped_leaving = leave
        if not leave:
            for name in self.wanted:
                self.table.pop(name, None)
            self.wanted.clear()


def _lines(change: PoolChange) -> Iterator[str]:
    if change.new is None:
        if change.old is not None:
            yield f"remove {change.old.name}"
        return
    yield f"{'add' if change.old is None else 'change'} {change.new.name} {change.new.scheduler} {change.new.serving}"
    for member in change.new.members:
        yield f"    {member.address} {member.port} weight {member.weight} {member.forwarding.method}"
