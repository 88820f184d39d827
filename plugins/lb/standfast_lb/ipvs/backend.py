"""The load balancer `ipvs`: pools become services and destinations in the kernel's table."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
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
from standfast.net.nft.commands import render as render_rules
from standfast_lb.ipvs import firewall
from standfast_lb.ipvs.actual import Actual, mended, pool_as_found, statistics_of
from standfast_lb.ipvs.changes import difference
from standfast_lb.ipvs.channel import NoFamily, find_family, open_socket
from standfast_lb.ipvs.entries import KERNEL_TIMEOUTS, DestKey, ServiceKey, Timeouts
from standfast_lb.ipvs.kernel import Kernel
from standfast_lb.ipvs.notation import command_line, daemon_lines, timeouts_line
from standfast_lb.ipvs.objections import objections_to
from standfast_lb.ipvs.refusals import words_for
from standfast_lb.ipvs.sync import Synchroniser, daemons_of
from standfast_lb.ipvs.table import Table, table_of

LOOK_S = 15
"""IPVS notifies nobody, so we look from time to time."""


class IpvsLoadBalancer(LoadBalancer):
    """Desired against actual: what is already so costs no call, what is not ours is not touched."""

    contract = CONTRACT
    name: ClassVar[str] = "ipvs"

    def __init__(self) -> None:
        self._opened: Kernel | None = None
        self._settings = LvsGlobals()
        self._pools: dict[str, Pool] = {}
        self._marks: dict[str, int] = {}
        self._once: dict[ServiceKey, set[DestKey]] = {}
        """Every destination that we ever put there: one that is back without us is not somebody else's."""
        self._timeouts_before = KERNEL_TIMEOUTS
        self._synchroniser = Synchroniser()

    # Without a kernel

    @classmethod
    def objections(cls, service: VirtualServer, entrances: Sequence[Entrance]) -> Iterable[Objection]:
        """What IPVS refuses, or takes though it cannot work."""
        return objections_to(service, entrances)

    @classmethod
    def render(cls, changes: Sequence[PoolChange], settings: LvsGlobals | None) -> list[str]:
        """Calls of ipvsadm, and of nft for `nftables_ipvs`."""
        old = [change.old for change in changes if change.old is not None]
        new = [change.new for change in changes if change.new is not None]
        lines = _global_lines(settings) if settings is not None else []
        marks = firewall.marks_of([*old, *new], settings, {}) if settings is not None else {}
        if settings is not None and settings.nftables_table:
            lines += [f"nft {line}" for line in render_rules(firewall.ruleset(new, marks, settings))]
        return lines + [command_line(each) for each in difference(table_of(old, marks), table_of(new, marks))]

    @classmethod
    def lacking(cls) -> str:
        """Asking for the family makes the kernel load the module; if it may not, we try."""
        try:
            _find()
        except NoFamily:
            return _load()
        except OSError as error:
            return f"generic netlink does not work here: {error.strerror or error}"
        return ""

    # Start and end

    async def start(self, settings: LvsGlobals, *, adopt: Sequence[Pool]) -> tuple[Failure, ...]:
        """Open the socket; flush, time-outs, sync daemon."""
        with inside(settings.net_namespace):
            self._opened = Kernel()
        self._settings = settings
        self._pools = {pool.name: pool for pool in adopt}
        self._marks = firewall.marks_of(list(self._pools.values()), settings, {})
        self._remember(table_of(adopt, self._marks))
        if settings.flush and not adopt:
            await self._kernel.flush()
        self._timeouts_before = await self._kernel.timeouts()
        if adopt and _in_force(settings, self._timeouts_before):
            # Set by our predecessor, who alone knew what was there before.
            self._timeouts_before = KERNEL_TIMEOUTS
        failures = await self._set_timeouts(settings.timeouts_s)
        if not adopt or not settings.sync_daemon or not settings.sync_daemon.instance:
            failures += await self._follow(frozenset())
        return tuple(failures)

    async def stop(self, *, leave: bool) -> None:
        """Ours goes: services, sync daemon, marks; the time-outs are as they were."""
        if self._opened is None:
            return
        try:
            if not leave:
                await self._withdraw()
        finally:
            self._opened.close()
            self._opened = None

    async def _withdraw(self) -> None:
        if self._settings.flush_on_stop == "all":
            await self._kernel.flush()
        else:
            await self.apply([PoolChange(old=pool, new=None) for pool in self._pools.values()])
        await self._synchroniser.become([], self._kernel)
        await self._set_timeouts({}, changed=self._settings.timeouts_s)

    # At work

    async def apply(self, changes: Sequence[PoolChange]) -> tuple[Failure, ...]:
        """One list of operations for all changes."""
        known = [self._pools[name] for name in _names(changes) if name in self._pools]
        old = table_of(known, self._marks)
        for change in changes:
            if change.old is not None and (change.new is None or change.new.name != change.old.name):
                self._pools.pop(change.old.name, None)
            if change.new is not None:
                self._pools[change.new.name] = change.new
        failures = self._mark_anew() if self._settings.nftables_table else []
        new = table_of([self._pools[name] for name in _names(changes) if name in self._pools], self._marks)
        self._remember(new)
        refused = await self._kernel.perform(difference(old, new), new)
        return (*failures, *(Failure(pool=each.pool, words=words_for(each, number)) for each, number in refused))

    async def read(self) -> tuple[Pool, ...]:
        """Members and weights as they are; a pool without any of its services is not there."""
        actual = await self._look()
        found = (pool_as_found(pool, self._marks.get(pool.name), actual) for pool in self._pools.values())
        return tuple(pool for pool in found if pool is not None)

    async def disturbed(self) -> None:
        """After a while."""
        await trio.sleep(LOOK_S)

    async def repair(self) -> tuple[Repair, ...]:
        """Compare the whole table with what is wanted."""
        wanted = table_of(self._pools.values(), self._marks)
        operations, repairs = mended(wanted, await self._look(), self._once)
        refused = {operation for operation, _ in await self._kernel.perform(operations, wanted)}
        return tuple(repair for operation, repair in repairs if operation not in refused)

    async def statistics(self) -> dict[str, PoolStatistics]:
        """Sums over all services of a pool."""
        actual = await self._look(counted=True)
        return {name: statistics_of(pool, self._marks.get(name), actual) for name, pool in self._pools.items()}

    async def reconfigure(self, settings: LvsGlobals) -> tuple[Failure, ...]:
        """Time-outs that are no longer named become what they were. Nothing is flushed again."""
        before, self._settings = self._settings, settings
        failures = await self._set_timeouts(settings.timeouts_s, changed=before.timeouts_s)
        if before.sync_daemon != settings.sync_daemon:
            failures += await self._follow(self._synchroniser.master_of)
        return tuple(failures)

    async def follow(self, master_of: frozenset[str]) -> tuple[Failure, ...]:
        """The sync daemon sends while its instance is MASTER, else it receives."""
        return tuple(await self._follow(master_of))

    # Pieces

    @property
    def _kernel(self) -> Kernel:
        if self._opened is None:
            raise RuntimeError("not started")
        return self._opened

    async def _look(self, *, counted: bool = False) -> Actual:
        services = await self._kernel.services(counted=counted)
        ours = table_of(self._pools.values(), self._marks)
        return {
            key: (*services[key], await self._kernel.dests(key, counted=counted)) for key in ours if key in services
        }

    async def _follow(self, master_of: frozenset[str]) -> list[Failure]:
        self._synchroniser.master_of = master_of
        wanted = daemons_of(self._settings.sync_daemon, master_of)
        words = await self._synchroniser.become(wanted, self._kernel)
        return [Failure(pool="", words=each) for each in words]

    async def _set_timeouts(self, wanted: Mapping[str, int], changed: Iterable[str] = ()) -> list[Failure]:
        """``changed``: those that we set earlier; they go back unless they are wanted again."""
        values = {name: getattr(self._timeouts_before, name) for name in changed} | {
            name: value for name, value in wanted.items() if value
        }
        if not values:
            return []
        try:
            await self._kernel.set_timeouts(values)
        except OSError as error:
            return [Failure(pool="", words=f"cannot set time-outs: {os.strerror(error.errno or 0)}")]
        return []

    def _mark_anew(self) -> list[Failure]:
        pools = list(self._pools.values())
        marks = firewall.marks_of(pools, self._settings, self._marks)
        rules = firewall.ruleset(pools, marks, self._settings)
        self._marks = marks
        try:
            with inside(self._settings.net_namespace):
                firewall.commit(rules)
        except OSError as error:
            table = self._settings.nftables_table
            return [Failure(pool="", words=f"cannot set the marks of nftables table {table}: {error.strerror}")]
        return []

    def _remember(self, table: Table) -> None:
        for key, entry in table.items():
            self._once.setdefault(key, set()).update(entry.dests)


def _names(changes: Sequence[PoolChange]) -> list[str]:
    """Of all pools concerned, each once, in order."""
    pools = (pool for change in changes for pool in (change.old, change.new) if pool is not None)
    return list(dict.fromkeys(pool.name for pool in pools))


def _global_lines(settings: LvsGlobals) -> list[str]:
    lines = ["ipvsadm -C"] if settings.flush else []
    if settings.timeouts_s:
        lines.append(timeouts_line(settings.timeouts_s))
    return [*lines, *daemon_lines(daemons_of(settings.sync_daemon, frozenset()))]


def _in_force(settings: LvsGlobals, timeouts: Timeouts) -> bool:
    return any(settings.timeouts_s.values()) and all(
        getattr(timeouts, name) == value for name, value in settings.timeouts_s.items() if value
    )


def _find() -> None:
    opened = open_socket()
    try:
        find_family(opened)
    finally:
        opened.close()


def _load() -> str:
    program = shutil.which("modprobe", path="/usr/sbin:/sbin:/usr/bin:/bin") or shutil.which("modprobe")
    if program is not None:
        with suppress(subprocess.TimeoutExpired, OSError):
            subprocess.run([program, "-q", "ip_vs"], check=False, timeout=10, capture_output=True)
    try:
        _find()
    except OSError:
        return (
            "this kernel has no IPVS, or its module `ip_vs` cannot be loaded: try `modprobe ip_vs` as root, install "
            "the kernel's modules, or use `lb_backend nftables`"
        )
    return ""
