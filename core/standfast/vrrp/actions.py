"""What the pure protocol code asks the world to do. The speaker performs them in the order given."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from standfast.config.model import VirtualAddress
from standfast.events import Event
from standfast.net.routing import RoutingObject
from standfast.values import Address


class SendAdvert(msgspec.Struct, frozen=True):
    """Send one advert now, before anything else (to the group, or to every peer)."""

    priority: int
    source: Address | None = None
    """None: the router's own source. Set when that very address has just vanished from its interface:
    the farewell still goes out from it (IPv4 only, where the header is ours)."""
    sequence: int = 0
    """Of the authentication header (AH); 0 without one."""


class AddAddresses(msgspec.Struct, frozen=True):
    """Put these on their interfaces (batched; failures are logged and retried once after 100 ms)."""

    addresses: tuple[VirtualAddress, ...]


class RemoveAddresses(msgspec.Struct, frozen=True):
    """Take these off (batched). ``forced``: leftovers of ours (never an owner's own), absent ones are no error."""

    addresses: tuple[VirtualAddress, ...]
    forced: bool = False


class AddRouting(msgspec.Struct, frozen=True):
    """Install these routes and rules, in this order (batched; failures are logged and tried again)."""

    objects: tuple[RoutingObject, ...]


class RemoveRouting(msgspec.Struct, frozen=True):
    """Take these off (batched); absent ones are no error."""

    objects: tuple[RoutingObject, ...]


class Announce(msgspec.Struct, frozen=True):
    """Send one gratuitous ARP / unsolicited NA for each address, in this order, now."""

    addresses: tuple[VirtualAddress, ...]


class CancelAnnouncing(msgspec.Struct, frozen=True):
    """Drop whatever announcements are queued for this instance."""


class AnnounceSource(msgspec.Struct, frozen=True):
    """Unicast, on leaving FAULT: announce our own source address once, so the master's neighbour entry is fresh."""


class ProbeAddresses(msgspec.Struct, frozen=True):
    """Ask the network who has these, and report answers until then (microseconds)."""

    addresses: tuple[VirtualAddress, ...]
    until: int


class AskChecks(msgspec.Struct, frozen=True):
    """Have these checks made anew, and report what they see."""

    names: tuple[str, ...]


class Tell(msgspec.Struct, frozen=True):
    """Publish an event (log, status ring)."""

    event: Event


class Left(msgspec.Struct, frozen=True):
    """LEAVING is over (or there was nothing to hold): the instance is finished, forget it."""


Action: TypeAlias = (
    SendAdvert
    | AddAddresses
    | RemoveAddresses
    | AddRouting
    | RemoveRouting
    | Announce
    | CancelAnnouncing
    | AnnounceSource
    | ProbeAddresses
    | AskChecks
    | Tell
    | Left
)
