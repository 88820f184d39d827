"""Routes and routing rules, for the kernel: numbers where names stood, families decided."""

from __future__ import annotations

from typing import Literal

from standfast.config.record import Record
from standfast.values import Address, Family

MAIN_TABLE = 254
OUR_PROTOCOL = 18
"""RTPROT_KEEPALIVED: by it a daemon knows its own routes and rules again."""


class Encap(Record, frozen=True):
    """A lightweight tunnel around what takes the route."""

    kind: Literal["ip", "ip6", "mpls", "ila"]
    id: int | None = None
    source: Address | None = None
    destination: Address | None = None
    tos: int = 0
    ttl: int = 0
    flags: int = 0
    labels: tuple[int, ...] = ()
    """MPLS, outermost first."""
    locator: str = ""
    """ILA: four groups of hexadecimal digits."""


class NextHop(Record, frozen=True):
    """One leg of a route with several."""

    via: Address | None = None
    dev: str = ""
    weight: int = 1
    onlink: bool = False
    encap: Encap | None = None
    realm_from: int = 0
    realm_to: int = 0


class Metric(Record, frozen=True):
    """One of a route's metrics (RTAX_*), in the kernel's unit."""

    name: str
    value: int | str
    locked: bool = False
    """The kernel does not change it by what it learns."""


class Route(Record, frozen=True):
    """One line of ``static_routes`` or ``virtual_routes``."""

    family: Family
    kind: str = "unicast"
    destination: Address | None = None
    """None: everything."""
    prefix: int = 0
    source_destination: Address | None = None
    """IPv6: only what comes from here (``from``)."""
    source_prefix: int = 0
    source: Address | None = None
    """``src``: preferred source address."""
    via: Address | None = None
    dev: str = ""
    onlink: bool = False
    encap: Encap | None = None
    tos: int = 0
    table: int = MAIN_TABLE
    protocol: int = OUR_PROTOCOL
    scope: int = 0
    metric: int | None = None
    expires: int | None = None
    """Seconds; IPv6 only."""
    metrics: tuple[Metric, ...] = ()
    realm_from: int = 0
    realm_to: int = 0
    preference: int | None = None
    """IPv6 router preference."""
    ttl_propagate: bool | None = None
    order: Literal["add", "prepend", "append"] = "prepend"
    nexthops: tuple[NextHop, ...] = ()
    vrf: str = ""
    no_track: bool = False
    track_group: str = ""


class Rule(Record, frozen=True):
    """One line of ``static_rules`` or ``virtual_rules``."""

    family: Family
    preference: int
    action: Literal["table", "l3mdev", "blackhole", "unreachable", "prohibit", "nop", "goto"]
    table: int = 0
    goto: int = 0
    inverted: bool = False
    source: Address | None = None
    source_prefix: int = 0
    destination: Address | None = None
    destination_prefix: int = 0
    tos: int = 0
    mark: int | None = None
    mask: int = 2**32 - 1
    iif: str = ""
    oif: str = ""
    uids: tuple[int, int] | None = None
    ip_protocol: int | None = None
    source_ports: tuple[int, int] | None = None
    destination_ports: tuple[int, int] | None = None
    tunnel_id: int | None = None
    realm_from: int = 0
    realm_to: int = 0
    suppress_prefixlength: int | None = None
    suppress_group: int | None = None
    protocol: int = OUR_PROTOCOL
    no_track: bool = False
    track_group: str = ""
