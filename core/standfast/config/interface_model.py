"""Interfaces that are made for an instance, and what is said of those that exist."""

from __future__ import annotations

from typing import Literal

from standfast.config.record import Record
from standfast.values import Address, Family


class Vmac(Record, frozen=True):
    """``use_vmac``: the instance runs on a private macvlan with the virtual MAC."""

    name: str = ""
    """Empty: prefix and number of the virtual router."""
    mac: bytes = b""
    """6 bytes, or 5 to which the number of the virtual router is added; empty: the RFC's."""
    netlink_notify: bool = False
    group: int | None = None
    """Link group; None: that of the interface below."""
    xmit_base: bool = False
    """Adverts go through the interface below."""
    for_addresses: bool = False
    """``use_vmac_addr``: addresses on other interfaces get one there."""
    for_instance: bool = True
    """False if only ``use_vmac_addr`` is given."""


class Ipvlan(Record, frozen=True):
    """``use_ipvlan``: the instance runs on an ipvlan in L2 mode."""

    name: str = ""
    address: Address | None = None
    prefix: int = 0
    mode: Literal["bridge", "private", "vepa"] = "bridge"
    group: int | None = None


class Device(Record, frozen=True):
    """An interface that the VRRP process makes: what comes of ``use_vmac``, ``use_vmac_addr`` and ``use_ipvlan``."""

    name: str
    base: str
    """The interface below."""
    family: Family
    """Of the addresses whose interface it is."""
    kind: Literal["macvlan", "ipvlan"] = "macvlan"
    mac: bytes = b""
    """Of a macvlan."""
    mode: Literal["bridge", "private", "vepa"] = "private"
    group: int | None = None
    """Link group; None: that of the interface below."""
    netlink_notify: bool = False
    ipv6: bool = False
    """Does it need IPv6?"""
    speaks: bool = True
    """Do adverts come from it? Then an IPv6 one needs a link-local address."""
    source: Address | None = None
    """An address to put on it: the ipvlan's, or the IPv6 source; None: as the interface below has it."""
    prefix: int = 64


class AnnouncementGroup(Record, frozen=True):
    """A ``garp_group``: interfaces that share one limit. Microseconds; None: no limit."""

    interfaces: tuple[str, ...]
    garp_interval: int | None = None
    gna_interval: int | None = None


class PolledInterface(Record, frozen=True):
    """A line of ``linkbeat_interfaces``."""

    name: str
    method: Literal["", "MII", "ETHTOOL", "IOCTL"] = ""
    """Empty: the first that works."""


class UpDownDelay(Record, frozen=True):
    """A line of ``interface_up_down_delays``: changes that last shorter are not seen. Microseconds."""

    name: str
    down: int
    up: int = 0


class Firewall(Record, frozen=True):
    """The table that silences addresses (``no_accept``) and keeps reports off virtual MACs."""

    table: str = ""
    """Empty: a name of ours."""
    priority: int = -1
    """Of its chains, from filter's 0."""
    counters: bool = False
