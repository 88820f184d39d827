"""Interfaces that are made for an instance, and what is said of those that exist."""

from __future__ import annotations

from typing import Literal

from standfast.config.record import Record
from standfast.values import Address


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
