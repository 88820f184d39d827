"""Load balancers: they make the kernel's state what core wants it to be, and touch nothing that is not theirs.

Core keeps a desired :class:`Pool` for each virtual server; what has changed since the last time is handed to
:meth:`LoadBalancer.apply` in one piece, so that a thousand servers that fail together are one batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal, TypeAlias

import msgspec

from standfast.config.lvs_model import Forwarding, LvsGlobals, Persistence, VirtualServer
from standfast.config.record import Record
from standfast.values import Address, Family


class Entrance(Record, frozen=True):
    """Where clients come in: an address (or consecutive ones) and port, or a firewall mark."""

    first: Address | None = None
    last: Address | None = None
    """The same as ``first`` for a single address."""
    port: int = 0
    """0: any port."""
    last_port: int = 0
    """0: ``port`` alone."""
    mark: int = 0
    family: Family | None = None
    """Which packets with the mark; None: those of the pool's family. For addresses it is theirs."""


class Member(Record, frozen=True):
    """One server as the data plane is to know it. A server that is to get nothing new has weight 0."""

    address: Address
    port: int = 0
    """0: the port that the client used."""
    weight: int = 1
    forwarding: Forwarding = Forwarding()
    uthreshold: int = 0
    lthreshold: int = 0


class Pool(Record, frozen=True):
    """One virtual server as the data plane is to have it, sorry server and inhibited servers already worked in."""

    name: str
    """The key: :attr:`standfast.config.lvs_model.VirtualServer.name` (made unique)."""
    family: Family
    protocol: Literal["TCP", "UDP", "SCTP", ""]
    """Empty for marks: all of them."""
    entrances: tuple[Entrance, ...]
    group: str = ""
    scheduler: str = "wlc"
    flags: frozenset[str] = frozenset()
    forwarding: Forwarding = Forwarding()
    persistence: Persistence | None = None
    members: tuple[Member, ...] = ()
    """In the configuration's order. Empty: nobody is there to serve."""
    serving: Literal["servers", "sorry", "nobody"] = "servers"


class PoolChange(Record, frozen=True):
    """``old`` None: it is new; ``new`` None: it goes; both: it differs."""

    old: Pool | None
    new: Pool | None


class Objection(Record, frozen=True):
    """Why a backend cannot run a service as configured; becomes an error at that keyword."""

    keyword: str
    """Whose line is at fault: ``lvs_sched``; empty: the whole service."""
    words: str
    hint: str = ""


class Failure(Record, frozen=True):
    """One change that the kernel refused."""

    pool: str
    """Empty: something global."""
    words: str


class Counters(Record, frozen=True):
    """What the data plane counted; rates are per second. None: this backend cannot know."""

    connections: int | None = None
    packets_in: int | None = None
    packets_out: int | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    active: int | None = None
    """Connections at the moment."""
    inactive: int | None = None
    persistent: int | None = None
    connection_rate: int | None = None
    packet_rate_in: int | None = None
    packet_rate_out: int | None = None
    byte_rate_in: int | None = None
    byte_rate_out: int | None = None


ServerKey: TypeAlias = tuple[Address, int]
"""Address and port of a member."""


class PoolStatistics(Record, frozen=True):
    """One pool's counters, and its members'."""

    pool: Counters = Counters()
    members: dict[str, Counters] = msgspec.field(default_factory=dict)
    """By ``[address]:port``."""


class Repair(Record, frozen=True):
    """Something that somebody else changed, and that was set right."""

    pool: str
    words: str


class LoadBalancer(ABC):
    """A data plane. One object for each start of the health process; calls but :meth:`tidy` come one after another."""

    contract: ClassVar[int]
    """The version of the contract (:data:`standfast.contract.checking.CONTRACT`) that it was written for."""
    name: ClassVar[str]
    """What `lb_backend` calls it: lower case letters, digits, dashes."""

    @classmethod
    @abstractmethod
    def objections(cls, service: VirtualServer, entrances: Sequence[Entrance]) -> Iterable[Objection]:
        """What this backend cannot do of a service. Pure: used by `check`, without root and on any machine."""

    @classmethod
    def idle(cls, settings: LvsGlobals) -> Iterable[Objection]:
        """Global settings that were given and change nothing here, with what to do instead. Pure: used by `check`."""
        return ()

    @classmethod
    @abstractmethod
    def lacking(cls) -> str:
        """Why it cannot work on this kernel, with what to do; empty: it can. May load a kernel module."""

    @classmethod
    @abstractmethod
    def render(cls, changes: Sequence[PoolChange], settings: LvsGlobals | None) -> list[str]:
        """The kernel operations for these changes, in the words of the usual tool, for `standfast plan`. Pure.

        ``settings``: global ones that are set with them; None: those stay as they are.
        """

    @abstractmethod
    async def start(self, settings: LvsGlobals, *, adopt: Sequence[Pool]) -> tuple[Failure, ...]:
        """Open sockets, set what is global. Raises :class:`OSError` if nothing can be done at all.

        ``adopt``: pools that an earlier process left, to be taken over as they are; empty: nothing is ours.
        """

    @abstractmethod
    async def read(self) -> tuple[Pool, ...]:
        """What of ours (adopted or applied) is in the kernel now. Pools that are not there are missing."""

    @abstractmethod
    async def apply(self, changes: Sequence[PoolChange]) -> tuple[Failure, ...]:
        """Make the kernel so, in as few system calls as it allows."""

    async def tidy(self) -> tuple[Failure, ...]:
        """Do what changes leave behind and nobody waits for: connections of servers that have gone, perhaps.

        Called some time after :meth:`apply` has returned, beside other calls; :meth:`stop` ends it. What could not be
        done is told, and not tried again.
        """
        return ()

    @abstractmethod
    async def disturbed(self) -> None:
        """Return when somebody else may have changed what is ours: by the kernel's notification, or after a while."""

    @abstractmethod
    async def repair(self) -> tuple[Repair, ...]:
        """Compare with the kernel and set right what somebody else changed."""

    @abstractmethod
    async def statistics(self) -> dict[str, PoolStatistics]:
        """By the pool's name."""

    @abstractmethod
    async def reconfigure(self, settings: LvsGlobals) -> tuple[Failure, ...]:
        """Global settings have changed by a reload."""

    @abstractmethod
    async def follow(self, master_of: frozenset[str]) -> tuple[Failure, ...]:
        """The instances that are MASTER have changed (for what follows one: `lvs_sync_daemon`).

        Called once after :meth:`start` too, as soon as they are known.
        """

    @abstractmethod
    async def stop(self, *, leave: bool) -> None:
        """The end. ``leave``: services stay as they are for a successor; otherwise what is ours goes."""
