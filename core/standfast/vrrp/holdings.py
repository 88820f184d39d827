"""Everything that a master holds in the kernel: addresses, routes, rules. One door for all three."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from standfast.config.model import VirtualAddress
from standfast.net.routing import RoutingObject
from standfast.net.routing import words as routing_words
from standfast.net.routing_keeper import RoutingFailure, RoutingKeeper
from standfast.vrrp.addresses import AddressKeeper, Failure
from standfast.vrrp.firewall_keeper import FirewallKeeper

Thing: TypeAlias = VirtualAddress | RoutingObject
Refusal: TypeAlias = Failure | RoutingFailure


class Holdings:
    """Adds and removes whatever it is given; each batch is one system call for each kind."""

    def __init__(self, addresses: AddressKeeper, routing: RoutingKeeper) -> None:
        self.addresses = addresses
        self.routing = routing
        self.firewall: FirewallKeeper | None = None
        """Silences addresses before they are there and until they are not."""

    def add(self, things: Sequence[Thing]) -> list[Refusal]:
        """Put them there: addresses first, since a route may have one as its source."""
        addresses, objects = _sorted(things)
        if self.firewall is not None:
            self.firewall.close(addresses)
        refused: list[Refusal] = [*self.addresses.add(addresses)] if addresses else []
        return [*refused, *self.routing.add(objects)] if objects else refused

    def remove(self, things: Sequence[Thing]) -> list[Refusal]:
        """Take them off, in the opposite order."""
        addresses, objects = _sorted(things)
        refused: list[Refusal] = [*self.routing.remove(objects)] if objects else []
        if not addresses:
            return refused
        staying = self.addresses.remove(addresses)
        if self.firewall is not None:
            stay = {failure.subject for failure in staying}
            self.firewall.open(address for address in addresses if address not in stay)
        return [*refused, *staying]

    def in_order_of_removal(self, things: Sequence[Thing]) -> list[Thing]:
        """As the kernel has the least to do (see :meth:`AddressKeeper.in_order_of_removal`)."""
        addresses, objects = _sorted(things)
        return [*objects, *self.addresses.in_order_of_removal(addresses)]

    def present(self, thing: Thing) -> bool:
        """Is it there now?"""
        return self.addresses.present(thing) if isinstance(thing, VirtualAddress) else self.routing.present(thing)


def where(thing: Thing) -> str:
    """For people: ``10.9.0.100/24 on eth0``, ``route 10.0.0.0/8 via 192.0.2.1``."""
    if isinstance(thing, VirtualAddress):
        return f"{thing.address}/{thing.prefix} on {thing.dev}"
    return routing_words(thing)


def _sorted(things: Sequence[Thing]) -> tuple[tuple[VirtualAddress, ...], list[RoutingObject]]:
    addresses = tuple(thing for thing in things if isinstance(thing, VirtualAddress))
    if len(addresses) == len(things):
        return addresses, []
    return addresses, [thing for thing in things if not isinstance(thing, VirtualAddress)]
