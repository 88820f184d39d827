"""The backend: pools in, transactions out; looks after what stands in the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import trio

from standfast.api import (
    CONTRACT,
    Entrance,
    Failure,
    LoadBalancer,
    LvsGlobals,
    Objection,
    Pool,
    PoolChange,
    PoolStatistics,
    Repair,
    VirtualServer,
)
from standfast.net.namespaces import inside
from standfast.net.nft.channel import Channel, TransactionRefused, Watch
from standfast.net.nft.commands import Command, DeleteChain, DeleteSet, DeleteTable, Table, render
from standfast_lb.nftables import objections as impossible
from standfast_lb.nftables.aftermath import Aftermath, Change
from standfast_lb.nftables.conntrack import Conntrack
from standfast_lb.nftables.inspection import adopt, differences, standing
from standfast_lb.nftables.names import tables
from standfast_lb.nftables.normal import normal
from standfast_lb.nftables.odometer import Odometer
from standfast_lb.nftables.parts import NOTHING, Part
from standfast_lb.nftables.probe import lacking, without_policies
from standfast_lb.nftables.ruleset import Ruleset, Step
from standfast_lb.nftables.services import Ground
from standfast_lb.nftables.statistics import statistics
from standfast_lb.nftables.surroundings import Surroundings
from standfast_lb.nftables.timeouts import AS_USUAL, Timeouts, timeouts_of

_PLANNED_DEVICE = "DEVICE"
AT_ONCE = 2000
"""Members of services whose rules are made anew before others have their turn; some 0.1 s."""
_BUSY = 16
_SETTLE_S = 0.02
"""Others change tables in several steps; we look when they have stopped for so long."""


class NftablesBalancer(LoadBalancer):
    """Balances with rules of nftables: NAT with connection tracking, direct routing at the ingress hook."""

    contract = CONTRACT
    name: ClassVar[str] = "nftables"

    def __init__(self) -> None:
        self._nat, self._direct = tables("")
        self._pools: dict[str, Pool] = {}
        self._played: dict[str, Pool] = {}
        """The same as :func:`normal` makes them."""
        self._devices: tuple[str, ...] = ()
        self._later: list[Command] = []
        self._tidying = trio.Lock()
        self._stale = False

    @classmethod
    def objections(cls, service: VirtualServer, entrances: Sequence[Entrance]) -> Iterable[Objection]:
        """Schedulers that count connections, tunnels, limits, and a few mixtures."""
        return tuple(impossible.objections(service, entrances))

    @classmethod
    def idle(cls, settings: LvsGlobals) -> Iterable[Objection]:
        """The sync daemon of IPVS."""
        return tuple(impossible.idle(settings))

    @classmethod
    def lacking(cls) -> str:
        """Tries an empty ruleset in the kernel."""
        return lacking()

    @classmethod
    def render(cls, changes: Sequence[PoolChange], settings: LvsGlobals | None) -> list[str]:
        """What `nft -f` would take. For DR, the devices are known only where it runs: they read ``DEVICE``."""
        nat, direct = tables(settings.instance if settings else "")
        ruleset = Ruleset(nat, direct)
        ground = Ground(nat, direct, lambda _server: (_PLANNED_DEVICE, 0), timeouts_of(settings))
        old = {change.old.name: normal(change.old) for change in changes if change.old}
        if old:
            ruleset.take(ruleset.step(old, ground, (_PLANNED_DEVICE,)))
        wanted: dict[str, Pool | None] = dict.fromkeys(old)
        wanted |= {change.new.name: normal(change.new) for change in changes if change.new}
        return render(ruleset.step(wanted, ground, (_PLANNED_DEVICE,)).commands)

    async def start(self, settings: LvsGlobals, *, adopt: Sequence[Pool]) -> tuple[Failure, ...]:
        """Open the sockets; take over the tables as they are, or remove what a dead one left."""
        self._nat, self._direct = tables(settings.instance)
        with inside(settings.net_namespace):
            self._channel, self._watch, self._conntrack = Channel(), Watch(), Conntrack()
            self._surroundings = Surroundings()
        self._devices = self._surroundings.devices()
        timeouts, failures = self._possible(timeouts_of(settings))
        self._ground = Ground(self._nat, self._direct, self._surroundings.route, timeouts)
        self._odometer = Odometer(self._channel)
        self._aftermath = Aftermath(self._channel, self._conntrack)
        self._ruleset = Ruleset(self._nat, self._direct)
        if adopt:  # in a thread, as everything that reads whole tables: there may be tens of thousands of elements
            taken_over: bool = await trio.to_thread.run_sync(self._adopted, adopt)
            if taken_over:
                return (*_beyond_us(settings), *failures)
        await trio.lowlevel.checkpoint()
        if adopt:
            self._stale = True  # the next transaction replaces what is there; until then it goes on working
        else:
            self._channel.commit([DeleteTable(table) for table in self._present()])
        return (*_beyond_us(settings), *failures)

    def _possible(self, timeouts: Timeouts) -> tuple[Timeouts, tuple[Failure, ...]]:
        """Those, or none if the kernel has no policies: services go on without them."""
        why_not = without_policies(self._channel, timeouts.policies(4, ""))
        if not why_not:
            return timeouts, ()
        return AS_USUAL, (Failure(pool="", words=f"`lvs_timeouts` changes nothing here: {why_not}"),)

    def _present(self) -> list[Table]:
        """Which of our tables exist."""
        return [table for table in self._channel.tables(self._nat.name) if table in (self._nat, self._direct)]

    def _adopted(self, pools: Sequence[Pool]) -> bool:
        """Take the tables over if they are what these pools would have made of them."""
        expected = adopt(self._ruleset, self._channel, pools, self._ground, self._devices)
        if expected is None:
            return False
        self._ruleset = expected
        self._pools = {pool.name: pool for pool in pools}
        self._played = {pool.name: normal(pool) for pool in pools}
        return True

    async def read(self) -> tuple[Pool, ...]:
        """The pools whose rules and maps all stand as they should."""
        wrong = await trio.to_thread.run_sync(self._wrong)
        return tuple(pool for name, pool in self._pools.items() if name not in wrong)

    async def apply(self, changes: Sequence[PoolChange]) -> tuple[Failure, ...]:
        """One transaction for all; if the kernel refuses that, one for each, so that the good ones go in."""
        await trio.lowlevel.checkpoint()
        wanted = {pool.name: change.new for change in changes if (pool := change.new or change.old)}
        failures = self._lead_to(wanted)
        self._clean_up()
        return failures

    def _lead_to(self, wanted: Mapping[str, Pool | None]) -> tuple[Failure, ...]:
        if not wanted:
            return ()
        before = {name: (self._played[name], self._ruleset.parts[name]) for name in wanted if name in self._played}
        try:
            played = {name: pool and normal(pool) for name, pool in wanted.items()}
            self._commit(self._ruleset.step(played, self._ground, self._devices))
        except (ValueError, OSError) as error:
            if len(wanted) > 1:
                return tuple(failure for name, pool in wanted.items() for failure in self._lead_to({name: pool}))
            return (Failure(pool=next(iter(wanted)), words=_words(error)),)
        _become(self._pools, wanted)
        _become(self._played, played)
        return tuple(failure for name in before for failure in self._settled(name, *before[name]))

    def _settled(self, name: str, pool: Pool, part: Part) -> tuple[Failure, ...]:
        now, stands = self._played.get(name), self._ruleset.parts.get(name, NOTHING)
        try:
            self._aftermath.settle(Change(pool, now, part, stands))
        except OSError as error:
            words = f"clients go on coming back to servers that have gone: {_words(error)}"
            return (Failure(pool=name, words=words),)
        return ()

    async def tidy(self) -> tuple[Failure, ...]:
        """Delete connections of servers that have gone, in a thread: the kernel goes through its whole table."""
        async with self._tidying:
            departed = self._aftermath.departed(self._played)
            return await trio.to_thread.run_sync(self._aftermath.purge, departed) if departed else ()

    def _commit(self, step: Step) -> None:
        self._odometer.before(step.commands)
        replaced = [DeleteTable(table) for table in self._present()] if self._stale else []
        try:
            self._channel.commit([*replaced, *step.commands])
            self._stale = False
        except TransactionRefused as refused:
            if {refusal.errno for refusal in refused.refusals} != {_BUSY}:
                raise
            # Before Linux 6.2 a chain or map may still seem in use for a moment: then it goes with the next change.
            prompt = [command for command in step.commands if not isinstance(command, DeleteChain | DeleteSet)]
            self._channel.commit(prompt)
            self._later += [command for command in step.commands if isinstance(command, DeleteChain | DeleteSet)]
        self._ruleset.take(step)

    def _clean_up(self) -> None:
        later, self._later = self._later, []
        for command in later:
            try:
                self._channel.commit([command])
            except OSError as error:
                if error.errno == _BUSY:
                    self._later.append(command)

    async def disturbed(self) -> None:
        """Somebody else changed our tables, or a device came or went."""
        while True:
            heard = await _first_readable(self._watch.fileno(), self._surroundings.fileno())
            if heard == self._watch.fileno():
                if self._watch.touched_by_others(self._nat.name, self._channel.port):
                    await trio.sleep(_SETTLE_S)
                    return
            else:
                self._surroundings.drain()
                if self._uses_devices() and self._surroundings.devices() != self._devices:
                    return

    def _uses_devices(self) -> bool:
        return any(table == self._direct for table, _name in self._ruleset.frame.chains)

    async def repair(self) -> tuple[Repair, ...]:
        """Compare everything; if something is wrong, put all of it in again, in one transaction."""
        return await trio.to_thread.run_sync(self._mended)

    def _wrong(self) -> dict[str, str]:
        return differences(self._ruleset, standing(self._channel, self._ruleset))

    def _mended(self) -> tuple[Repair, ...]:
        self._watch.touched_by_others(self._nat.name, self._channel.port)
        devices = self._surroundings.devices()
        moved, self._devices = devices != self._devices and self._uses_devices(), devices
        wrong = self._wrong()
        if not wrong and not moved:
            return ()
        self._install_all()
        if moved and not wrong:
            words = f"the devices are now {', '.join(devices)}: their hooks were set again"
            return (Repair(pool="", words=words),)
        return tuple(Repair(pool=name, words=words) for name, words in wrong.items())

    def _install_all(self) -> None:
        """What is there goes and comes in one transaction; no packet sees it missing."""
        self._odometer.lost()
        fresh = self._ruleset.afresh()
        step = fresh.step(self._played, self._ground, self._devices)
        self._channel.commit([*(DeleteTable(table) for table in self._present()), *step.commands])
        fresh.take(step)
        self._ruleset = fresh

    async def statistics(self) -> dict[str, PoolStatistics]:
        """Read every counter once."""
        return await trio.to_thread.run_sync(self._counted)

    def _counted(self) -> dict[str, PoolStatistics]:
        reading = self._odometer.reading()
        return {
            name: statistics(
                pool,
                self._ruleset.memories[name],
                lambda which: reading(self._nat, which),
                lambda which: reading(self._direct, which),
            )
            for name, pool in self._played.items()
            if name in self._ruleset.memories
        }

    async def reconfigure(self, settings: LvsGlobals) -> tuple[Failure, ...]:
        """Other time-outs are other rules in each service; they hold for connections that begin from now on."""
        await trio.lowlevel.checkpoint()
        timeouts, failures = self._possible(timeouts_of(settings))
        if timeouts != self._ground.timeouts:
            self._ground = replace(self._ground, timeouts=timeouts)
            for some in _in_pieces(dict(self._pools)):
                failures += self._lead_to(some)
                await trio.lowlevel.checkpoint()
        return (*_beyond_us(settings), *failures)

    async def follow(self, master_of: frozenset[str]) -> tuple[Failure, ...]:
        """Nothing here follows an instance: hashing schedulers need no copies of connections."""
        await trio.lowlevel.checkpoint()
        return ()

    async def stop(self, *, leave: bool) -> None:
        """Close the sockets; unless a successor is to find them, remove the tables."""
        self._conntrack.give_up()
        async with self._tidying:
            pass
        try:
            if not leave:
                self._channel.commit([DeleteTable(table) for table in self._present()])
        finally:
            for each in (self._channel, self._watch, self._conntrack, self._surroundings):
                each.close()


def _in_pieces(pools: Mapping[str, Pool]) -> Iterator[dict[str, Pool]]:
    piece: dict[str, Pool] = {}
    members = 0
    for name, pool in pools.items():
        piece[name] = pool
        members += 1 + len(pool.members)
        if members >= AT_ONCE:
            yield piece
            piece, members = {}, 0
    if piece:
        yield piece


def _become(pools: dict[str, Pool], wanted: Mapping[str, Pool | None]) -> None:
    for name, pool in wanted.items():
        pools.pop(name, None)
        if pool is not None:
            pools[name] = pool


def _beyond_us(settings: LvsGlobals) -> tuple[Failure, ...]:
    """The same at run time: without `lb_backend` nobody knew of it when the file was checked."""
    return tuple(
        Failure(pool="", words=f"`{each.keyword}` changes nothing here: {each.words}; {each.hint}")
        for each in impossible.idle(settings)
    )


def _words(error: Exception) -> str:
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)


async def _first_readable(*descriptors: int) -> int:
    ready: list[int] = []
    async with trio.open_nursery() as nursery:

        async def wait(descriptor: int) -> None:
            await trio.lowlevel.wait_readable(descriptor)
            ready.append(descriptor)
            nursery.cancel_scope.cancel()

        for descriptor in descriptors:
            nursery.start_soon(wait, descriptor)
    return ready[0]
