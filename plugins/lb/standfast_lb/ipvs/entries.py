"""What stands in the kernel's table: services, their settings, their destinations, the sync daemon."""

from __future__ import annotations

from typing import NamedTuple

from standfast.api import Address, Family

FLAG_PERSISTENT = 0x01
FLAG_HASHED = 0x02
"""Set by the kernel itself; of no meaning to us."""
FLAG_ONE_PACKET = 0x04
FLAGS = {"ops": FLAG_ONE_PACKET, "flag-1": 0x08, "flag-2": 0x10, "flag-3": 0x20}

METHODS = {"NAT": 0, "TUN": 2, "DR": 3}
LOCAL = 1
"""What the kernel may make of any method when the destination is this machine."""
METHOD_MASK = 7

TUNNELS = {"ipip": 0, "gue": 1, "gre": 2}
CHECKSUMS = {"nocsum": 0, "csum": 1, "remcsum": 2}

PROTOCOLS = {"TCP": 6, "UDP": 17, "SCTP": 132}


class ServiceKey(NamedTuple):
    """How the kernel tells services apart: by mark, or by protocol, address and port."""

    family: Family
    protocol: int
    address: Address | None
    """None: it is a mark."""
    port: int
    mark: int


class Service(NamedTuple):
    """What can be changed of a service."""

    scheduler: str
    flags: int
    """Without FLAG_HASHED."""
    timeout: int
    """Seconds; 0 without persistence."""
    netmask: int
    """IPv4: the mask as a number, first byte highest; IPv6: bits."""
    engine: str


class DestKey(NamedTuple):
    """How the kernel tells the destinations of a service apart."""

    address: Address
    port: int


class Dest(NamedTuple):
    """What can be changed of a destination."""

    method: int
    weight: int
    upper: int
    lower: int
    tunnel: int = 0
    tunnel_port: int = 0
    tunnel_flags: int = 0


class Daemon(NamedTuple):
    """The sync daemon of one direction."""

    state: int
    """MASTER sends, BACKUP receives."""
    interface: str
    id: int
    maxlen: int = 0
    """0: the kernel's default, from the interface's MTU; so for those behind."""
    group: Address | None = None
    port: int = 0
    ttl: int = 0


MASTER, BACKUP = 1, 2


class Timeouts(NamedTuple):
    """Seconds."""

    tcp: int
    tcpfin: int
    udp: int


KERNEL_TIMEOUTS = Timeouts(900, 120, 300)


class Usage(NamedTuple):
    """What the kernel counted, by the names of :data:`standfast_lb.ipvs.wire.STATISTICS`, and connections now."""

    counters: dict[str, int]
    active: int = 0
    inactive: int = 0
    persistent: int = 0
