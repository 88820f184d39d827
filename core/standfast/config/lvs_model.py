"""The typed configuration of load balancing: frozen, inherited, repaired, ready to be acted on.

Made beside :mod:`standfast.config.model` and never part of its ``Config``: the VRRP process does not get it. As there,
what the user wrote, and where, stays in the loader. Times are microseconds.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from standfast.config.record import Record
from standfast.config.script_model import ScriptCall
from standfast.values import SECOND, Address, Family


class Forwarding(Record, frozen=True):
    """How packets get to a real server."""

    method: Literal["NAT", "DR", "TUN"] = "NAT"
    tunnel: Literal["ipip", "gue", "gre"] = "ipip"
    """For TUN only."""
    port: int = 0
    """UDP port of a gue tunnel."""
    checksum: Literal["nocsum", "csum", "remcsum"] = "nocsum"
    masquerade: bool = False
    """NAT only, ours: servers see this machine as the client, so their answers need not be routed through it."""


class AddressRange(Record, frozen=True):
    """Consecutive addresses with one port; each is a service of its own to the kernel."""

    first: Address
    last: Address
    port: int = 0
    """0: any port."""


class MarkEntry(Record, frozen=True):
    """Packets that the firewall marked."""

    mark: int
    family: Family | None = None
    """None: the real servers decide."""


class Group(Record, frozen=True):
    """``virtual_server_group``: several addresses or marks as one service."""

    name: str
    ranges: tuple[AddressRange, ...] = ()
    marks: tuple[MarkEntry, ...] = ()


class Pace(Record, frozen=True):
    """When a checker runs, and how patient it is."""

    delay_loop: int = 60 * SECOND
    """From the end of one check to the next."""
    retry: int = 1
    """Failures after the first that are forgiven before the checker goes down."""
    delay_before_retry: int = SECOND
    warmup: int = 60 * SECOND
    """Greatest random wait before the first check, on top of one second."""
    alpha: bool = False
    """Down until the first success."""
    log_all_failures: bool = False
    rise: int = 1
    """Successes in a row before a checker that is down comes up."""
    fast_interval: int | None = None
    """Time to the next check while the state is about to change; None: as usual."""
    deadline: int | None = None
    """What takes longer in all is a failure; None: only what the checker itself limits."""
    jitter: int = 0
    """Percent by which each wait is made shorter or longer, at random."""
    from_start: bool = False
    """`delay_loop` counts from the beginning of a check, not from its end."""


class Target(Record, frozen=True):
    """Where a network checker connects to, and from where."""

    address: Address
    port: int
    bind_to: Address | None = None
    bind_port: int = 0
    bind_if: str = ""
    connect_timeout: int = 5 * SECOND
    """For connecting, and again for every wait for data."""
    mark: int = 0


class Checker(Record, frozen=True):
    """One health check of one real server."""

    kind: str
    """The name of its block: ``TCP_CHECK``."""
    pace: Pace
    target: Target | None = None
    """None: it does not connect to anything."""
    options: bytes = b""
    """The options' record of the class that makes the check, as msgpack; only that class can read it. Empty: none."""
    runs_program: bool = False
    """They name a program: there must be somebody to start it."""


class RealServer(Record, frozen=True):
    """One server behind a service."""

    address: Address
    port: int = 0
    """0: any (marks and services for all ports)."""
    weight: int = 1
    forwarding: Forwarding = Forwarding()
    inhibit_on_failure: bool = False
    """A failed server stays with weight 0 instead of being removed."""
    uthreshold: int = 0
    """Connections; 0: no limit."""
    lthreshold: int = 0
    alpha: bool = False
    smtp_alert: bool = True
    snmp_name: str = ""
    virtualhost: str = ""
    notify_up: ScriptCall | None = None
    notify_down: ScriptCall | None = None
    checkers: tuple[Checker, ...] = ()
    dns_name: str = ""
    """What the address is taken from at run time; ``address`` is what counts before the first answer."""


class SorryServer(Record, frozen=True):
    """The server used alone while the quorum is lost."""

    address: Address
    port: int = 0
    forwarding: Forwarding = Forwarding()
    inhibit: bool = False
    """Stays in the table with weight 0 while it is not needed."""


class Persistence(Record, frozen=True):
    """Clients come back to the same server."""

    timeout_s: int = 360
    granularity: int = 32
    """Bits of the client's address that count."""
    mask: Address | None = None
    """A netmask with holes, which ``granularity`` cannot say."""
    engine: str = ""


class VirtualServer(Record, frozen=True):
    """One balanced service."""

    name: str
    """As it stands in messages: ``[192.0.2.10]:tcp:80``, ``FWM 5``, ``[web]:tcp``."""
    family: Family
    address: Address | None = None
    port: int = 0
    mark: int = 0
    group: str = ""
    protocol: Literal["TCP", "UDP", "SCTP", ""] = ""
    """Empty for marks: all of them."""
    scheduler: str = "wlc"
    scheduler_chosen: bool = True
    """False: nobody did, it is the default; a data plane that has no wlc may take what is nearest."""
    flags: frozenset[str] = frozenset()
    """``ops``, ``flag-1`` (also for `sh-fallback`, `mh-fallback`), ``flag-2`` (`sh-port`, `mh-port`), ``flag-3``."""
    forwarding: Forwarding = Forwarding()
    persistence: Persistence | None = None
    quorum: int = 1
    hysteresis: int = 0
    ha_suspend: bool = False
    omega: bool = False
    smtp_alert: bool = False
    snmp_name: str = ""
    quorum_up: ScriptCall | None = None
    quorum_down: ScriptCall | None = None
    panic_threshold: int = 0
    """Percent of servers; with fewer alive, failed ones are not taken out. 0: they always are."""
    initial_state: Literal["", "last"] = ""
    """``last``: verdicts of before are restored at the start."""
    backend: str = ""
    """Which data plane; empty: as ``LvsGlobals.backend``."""
    sorry_server: SorryServer | None = None
    real_servers: tuple[RealServer, ...] = ()


class TlsCredentials(Record, frozen=True):
    """``SSL``: what SSL_GET shows of us."""

    password: str = ""
    ca: str = ""
    certificate: str = ""
    key: str = ""


class SyncDaemon(Record, frozen=True):
    """``lvs_sync_daemon``: copies connections to the other machine."""

    interface: str
    instance: str = ""
    """Sends while this virtual router is master, else receives; empty: both at once."""
    id: int | None = None
    """None only before the configuration is finished: the instance's VRID, or 0."""
    maxlen: int | None = None
    port: int | None = None
    ttl: int | None = None
    group: Address | None = None
    """Multicast group; None: 224.0.0.81."""


class LvsGlobals(Record, frozen=True):
    """``global_defs`` as far as it is about load balancing."""

    timeouts_s: dict[str, int] = msgspec.field(default_factory=dict)
    """``tcp``, ``tcpfin``, ``udp`` -> seconds; what is missing stays as the kernel has it."""
    flush: bool = False
    flush_on_stop: Literal["", "all", "VS"] = ""
    sync_daemon: SyncDaemon | None = None
    nftables_table: str = ""
    nftables_priority: int = -1
    nftables_start_mark: int = 1000
    rs_init_notifies: bool = False
    instance: str = ""
    """The daemon's name where several run; what is ours in the kernel carries it."""
    net_namespace: str = ""
    """The network namespace to balance in (a name or a path), where that is not the one in which checks are made."""
    backend: str = ""
    """Which data plane; empty: IPVS if the kernel has it, else nftables."""


class Balancing(Record, frozen=True):
    """Everything about load balancing in one configuration."""

    globals: LvsGlobals = LvsGlobals()
    groups: tuple[Group, ...] = ()
    virtual_servers: tuple[VirtualServer, ...] = ()
    tls: TlsCredentials | None = None
