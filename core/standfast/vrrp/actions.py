"""What the pure protocol code asks the world to do. The speaker performs them in the order given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from standfast.config.model import VirtualAddress
from standfast.events import Event
from standfast.net.routing import RoutingObject
from standfast.values import Address


@dataclass(frozen=True, slots=True)
class SendAdvert:
    """Send one advert now, before anything else (to the group, or to every peer)."""

    priority: int
    source: Address | None = None
    """None: the router's own source. Set when that very address has just vanished from its interface:
    the farewell still goes out from it (IPv4 only, where the header is ours)."""
    sequence: int = 0
    """Of the authentication header (AH); 0 without one."""


@dataclass(frozen=True, slots=True)
class AddAddresses:
    """Put these on their interfaces (batched; failures are logged and retried once after 100 ms)."""

    addresses: tuple[VirtualAddress, ...]


@dataclass(frozen=True, slots=True)
class RemoveAddresses:
    """Take these off (batched). ``forced``: leftovers of ours (never an owner's own), absent ones are no error."""

    addresses: tuple[VirtualAddress, ...]
    forced: bool = False


@dataclass(frozen=True, slots=True)
class AddRouting:
    """Install these routes and rules, in this order (batched; failures are logged and tried again)."""

    objects: tuple[RoutingObject, ...]


@dataclass(frozen=True, slots=True)
class RemoveRouting:
    """Take these off (batched); absent ones are no error."""

    objects: tuple[RoutingObject, ...]


@dataclass(frozen=True, slots=True)
class Announce:
    """Send one gratuitous ARP / unsolicited NA for each address, in this order, now."""

    addresses: tuple[VirtualAddress, ...]


@dataclass(frozen=True, slots=True)
class CancelAnnouncing:
    """Drop whatever announcements are queued for this instance."""


@dataclass(frozen=True, slots=True)
class AnnounceSource:
    """Unicast, on leaving FAULT: announce our own source address once, so the master's neighbour entry is fresh."""


@dataclass(frozen=True, slots=True)
class ProbeAddresses:
    """Ask the network who has these, and report answers until then (microseconds)."""

    addresses: tuple[VirtualAddress, ...]
    until: int


@dataclass(frozen=True, slots=True)
class AskChecks:
    """Have these checks made anew, and report what they see."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tell:
    """Publish an event (log, status ring)."""

    event: Event


@dataclass(frozen=True, slots=True)
class Left:
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
