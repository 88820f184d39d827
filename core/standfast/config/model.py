"""The typed configuration: frozen, normalised, ready to run from.

The loader makes one :class:`Config` for each start or reload; the processes that keep time get it as
msgpack (:func:`encode`, :func:`decode`) and never parse text.  Everything here is *effective*: defaults
filled in, globals inherited, keepalived's repairs applied.  What the user wrote, and where, stays in the loader.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from standfast.config.bfd_model import BfdSession
from standfast.config.hmac_model import Hmac
from standfast.config.interface_model import (
    AnnouncementGroup,
    Firewall,
    Ipvlan,
    PolledInterface,
    UpDownDelay,
    Vmac,
)
from standfast.config.operation_model import DumpFiles, TimedReload
from standfast.config.record import Record
from standfast.config.route_model import Route, Rule
from standfast.config.script_model import Notifications, ProgramRules
from standfast.config.tracking_model import (
    CheckPolicy,
    Evidence,
    SyncGroup,
    TrackedFile,
    TrackedProcess,
    TrackedScript,
    Tracker,
    TrackGroup,
)
from standfast.transfer import sendable
from standfast.values import SECOND, Address, Family


class VirtualAddress(Record, frozen=True, cache_hash=True):
    """One line of ``virtual_ipaddress`` or ``virtual_ipaddress_excluded``."""

    address: Address
    prefix: int
    """Length in bits; 32 / 128 when the line gave none."""
    dev: str
    """Interface that carries it; the instance's own unless ``dev`` says otherwise. Never empty."""
    scope: int = 0
    """Kernel scope (rtnetlink(7)): 0 global, 200 site, 253 link, 254 host. IPv4 only."""
    broadcast: Address | None = None
    label: str = ""
    peer: Address | None = None
    preferred_lft_s: int | None = None
    """Seconds; None is forever. 0 for an IPv6 /128 without the option, so it is not chosen as a source."""
    lease_s: int | None = None
    """Seconds for which the kernel keeps it unless it is renewed (``address_lease``); None: for ever."""
    home: bool = False
    dad: bool = False
    """True with ``-nodad``: duplicate address detection on. Off by default: a master must answer at once."""
    mngtmpaddr: bool = False
    noprefixroute: bool = False
    autojoin: bool = False
    no_track: bool = False
    """Deleted by somebody else: left missing, no reaction."""
    track_group: str = ""
    """Static addresses only: whose instances go to FAULT while it is missing."""
    vmac: bool = False
    """``use_vmac``: on an interface with the virtual MAC above ``dev``."""


class UnicastPeer(Record, frozen=True):
    """One line of ``unicast_peer``."""

    address: Address
    min_ttl: int = 0
    max_ttl: int = 255


class Authentication(Record, frozen=True):
    """VRRPv2 authentication (RFC 2338)."""

    kind: Literal["pass", "ah"]
    password: bytes
    """At most 8 bytes, without padding."""


class Elsewhere(Record, frozen=True):
    """Announcements on other interfaces than the instance's (``garp_extra_if``)."""

    period: int = 0
    """Microseconds; 0 = never."""
    everywhere: bool = False
    """On all of them, not on those with a virtual MAC alone."""
    interfaces: tuple[str, ...] = ()
    """Which these are; the VRRP process fills it in, which knows the interfaces that it makes."""


class Announcing(Record, frozen=True):
    """When gratuitous ARP / unsolicited neighbour advertisements are sent (times in microseconds)."""

    repeat: int = 5
    """Rounds in the burst on becoming MASTER."""
    delay: int = 5 * SECOND
    """Until the second burst; 0 = no second burst."""
    refresh: int = 0
    """Period of the refresh while MASTER; 0 = never. The first is at delay + refresh."""
    refresh_repeat: int = 1
    lower_prio_repeat: int = 5
    """Rounds after an advert of lower priority was heard as MASTER; 0 = none."""
    lower_prio_delay: int = 5 * SECOND
    garp_interval: int = 0
    """Least time between two ARP frames on one interface; 0 = no pacing."""
    gna_interval: int = 0
    """The same for neighbour advertisements."""
    na_router: Literal["auto", "always"] = "auto"
    """R flag: from the interface's forwarding setting, or always (RFC 9568, 8.2.2)."""
    extra: Elsewhere = Elsewhere()


class VrrpInstance(Record, frozen=True):
    """One virtual router on one interface, after normalisation."""

    name: str
    vrid: int
    family: Family
    version: Literal[2, 3]
    interface: str
    """Empty only for a unicast instance with a configured source."""
    owner_state: bool = False
    """True if the initial ``state`` is MASTER (only an owner starts as MASTER at once)."""
    priority: int = 100
    """Base priority 1..255; 255 is the owner."""
    advert_interval: int = SECOND
    """Microseconds, already rounded for the version."""
    preempt: bool = True
    preempt_delay: int = 0
    down_timer_adverts: int = 3
    vips: tuple[VirtualAddress, ...] = ()
    evips: tuple[VirtualAddress, ...] = ()
    """Managed with the VIPs but not in the advert (``virtual_ipaddress_excluded`` and surplus)."""
    source: Address | None = None
    """``mcast_src_ip`` / ``unicast_src_ip``; None = primary address of the interface."""
    track_source: bool = False
    group: Address | None = None
    """Multicast group; None for unicast."""
    unicast_peers: tuple[UnicastPeer, ...] = ()
    unicast_ttl: int | None = None
    check_unicast_source: bool = True
    receive_buffer: int = 0
    """Bytes of the receive buffer for this instance; 0: as the policy for all has it."""
    auth: Authentication | None = None
    checksum: Literal["auto", "pseudo", "message"] = "auto"
    old_unicast_checksum: Literal["auto", "use", "never"] = "auto"
    """Version 3 unicast checksums as keepalived up to 1.3.6 made them: taken where they come, sent too, or refused."""
    accept: bool = True
    skip_check_adv_addr: bool = False
    addr_mismatch: Literal["accept", "drop"] = "accept"
    lower_prio_no_advert: bool = False
    higher_prio_send_advert: bool = False
    owner_ignore_adverts: bool = False
    announcing: Announcing = Announcing()
    vip_protect: Literal["readd", "bounce"] = "readd"
    timer_expired_backup: int | None = None
    late_grace: bool = True
    skew_resolution: Literal["us", "cs"] = "us"
    track_primary: bool = True
    """False with ``dont_track_primary``."""
    promote_secondaries: bool = False
    stop_hold: int = 2 * SECOND
    """Longest stay in LEAVING; 0 = addresses off at once, as keepalived."""
    trackers: tuple[Tracker, ...] = ()
    """Its own; those of its sync group stand there."""
    notify: Notifications = Notifications()
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()
    vmac: Vmac | None = None
    ipvlan: Ipvlan | None = None
    device: str = ""
    """The interface that the VRRP process makes for ``vmac`` or ``ipvlan``; it fills this in."""
    vrf: str = ""
    """Of a unicast instance without an interface."""
    hmac: Hmac | None = None
    probe: int = 0
    """Before it takes over from a master that fell silent, it asks for the addresses and waits so long; 0: it does not.
    """
    evidence: tuple[Evidence, ...] = ()
    """Checks that are asked before it takes over from a master that fell silent."""
    address_lease: int = 0
    """Microseconds after which the kernel drops our addresses unless we renew them; 0: it never does."""
    permanent_fault: str = ""
    """Why this instance can never run as configured (words for people); empty = it can."""

    @property
    def owner(self) -> bool:
        """Does this router own the addresses (priority 255)?"""
        return self.priority == 255

    @property
    def unicast(self) -> bool:
        """Adverts go to peers instead of the group."""
        return bool(self.unicast_peers)

    @property
    def speaks_on(self) -> str:
        """The interface that adverts leave and come in by; empty for unicast without one."""
        return self.interface if not self.device or (self.vmac is not None and self.vmac.xmit_base) else self.device

    @property
    def key(self) -> str:
        """What makes it the same virtual router across a reload (names may change)."""
        to = f"from {self.source}" if self.unicast else f"to {self.group}"
        return f"{self.vrid}/{self.family}/{self.interface}/{to}"


class Scheduling(Record, frozen=True):
    """How a process asks the kernel to run it."""

    rt_priority: int | None = None
    """SCHED_RR priority; 0 = off by request; None = not said: 50 if permitted for the VRRP process, off for others."""
    rlimit_rttime: int | None = None
    """Microseconds without a blocking system call; None = not limited."""
    nice: int | None = None
    cpu_affinity: tuple[int, ...] = ()
    no_swap: bool = False


class GlobalDefs(Record, frozen=True):
    """``global_defs`` as far as the core acts on it."""

    router_id: str = ""
    dynamic_interfaces: bool = False
    vmac_prefix: str = "vrrp"
    vmac_addr_prefix: str = "vrrp"
    firewall: Firewall = Firewall()
    default_interface: str = "eth0"
    startup_delay: int = 0
    """Microseconds; at start the larger of this and what is left of ``delay_after_boot`` applies."""
    delay_after_boot: int = 0
    log_unknown_vrids: bool = False
    rx_buffer: Literal["default", "mtu", "advert"] | int = "default"
    """``vrrp_rx_bufs_policy``: a fixed size in bytes, or how to derive one."""
    rx_buffer_multiplier: int = 3
    disable_local_igmp: bool = False
    scheduling: Scheduling = Scheduling()
    """Of the VRRP process."""
    checker_scheduling: Scheduling = Scheduling()
    """Of the health process; it takes effect when that starts."""
    umask: int = 0o177
    netlink_receive_buffer: int = 0
    """Bytes for the monitor socket; 0 = ours."""
    process_receive_buffer: int = 0
    """The same for news of processes."""
    status_group: str = "root"
    """Group that may read the status sockets."""
    programs: ProgramRules = ProgramRules()
    dumps: DumpFiles = DumpFiles()
    timed_reload: TimedReload = TimedReload()
    process_names: dict[str, str] = msgspec.field(default_factory=dict)
    """Role (``parent``, ``vrrp``, ``health``) -> what ``ps`` shows instead of ours."""


class Config(Record, frozen=True):
    """Everything one generation of the daemon runs from."""

    global_defs: GlobalDefs = GlobalDefs()
    instances: tuple[VrrpInstance, ...] = ()
    config_id: str = ""
    instance_name: str = ""
    """``instance NAME``: names this daemon on a host that runs several."""
    net_namespace: str = ""
    net_namespace_ipvs: str = ""
    """Where services are balanced: the name of a namespace or a path; empty: where the daemon runs."""
    use_pid_dir: bool = False
    child_wait_time: int = 5
    """Seconds that the parent waits for children at the end before SIGKILL."""
    scripts: tuple[TrackedScript, ...] = ()
    files: tuple[TrackedFile, ...] = ()
    processes: tuple[TrackedProcess, ...] = ()
    bfd_sessions: tuple[BfdSession, ...] = ()
    checks: tuple[CheckPolicy, ...] = ()
    sync_groups: tuple[SyncGroup, ...] = ()
    track_groups: tuple[TrackGroup, ...] = ()
    static_addresses: tuple[VirtualAddress, ...] = ()
    static_routes: tuple[Route, ...] = ()
    static_rules: tuple[Rule, ...] = ()
    announcement_groups: tuple[AnnouncementGroup, ...] = ()
    polled_interfaces: tuple[PolledInterface, ...] = ()
    poll_all_interfaces: bool = False
    interface_delays: tuple[UpDownDelay, ...] = ()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Config)


def encode(config: Config) -> bytes:
    """The configuration as msgpack, for another process of the same version."""
    return sendable(_encoder.encode, config)


def decode(data: bytes) -> Config:
    """The inverse of :func:`encode`. Raises :class:`msgspec.DecodeError` for anything else."""
    return _decoder.decode(data)
