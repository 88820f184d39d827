"""What this host's network looks like: interfaces and their addresses, kept up to date by kernel messages.

Pure: :class:`Host` eats decoded messages and says what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from standfast.net.decode import HostAddress, Link
from standfast.values import Address, Family


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """An interface appeared (``before`` None), disappeared (``after`` None), or differs."""

    before: Link | None
    after: Link | None


@dataclass(frozen=True, slots=True)
class AddressAppeared:
    """An address became usable."""

    address: HostAddress


@dataclass(frozen=True, slots=True)
class AddressVanished:
    """An address is gone, or not usable any more."""

    address: HostAddress


HostEvent: TypeAlias = LinkChanged | AddressAppeared | AddressVanished


class Host:
    """Tables of links and usable addresses. Addresses keep the kernel's order: the primary one first."""

    def __init__(self) -> None:
        self._links: dict[int, Link] = {}
        self._by_name: dict[str, int] = {}
        self._addresses: dict[int, dict[tuple[Address, int], HostAddress]] = {}
        self._holders: dict[Address, dict[tuple[int, int], None]] = {}

    def link(self, name: str) -> Link | None:
        """The interface of that name."""
        index = self._by_name.get(name)
        return None if index is None else self._links[index]

    def name(self, index: int) -> str:
        """The interface's name; ``#7`` for one we never saw."""
        link = self._links.get(index)
        return link.name if link else f"#{index}"

    def links(self) -> Iterator[Link]:
        """All interfaces."""
        return iter(self._links.values())

    def addresses(self, index: int, family: Family | None = None) -> list[HostAddress]:
        """The usable addresses of an interface, in the kernel's order."""
        found = self._addresses.get(index, {}).values()
        return [entry for entry in found if family is None or entry.address.family == family]

    def has(self, index: int, address: Address) -> bool:
        """Is the address on that interface, whatever its prefix length?"""
        return any(holder == index for holder, _prefix in self._holders.get(address, ()))

    def find(self, index: int, address: Address, prefix: int) -> HostAddress | None:
        """Exactly this address with this prefix length."""
        return self._addresses.get(index, {}).get((address, prefix))

    def holding(self, address: Address) -> list[HostAddress]:
        """Everywhere that this address is: on which interfaces, with which prefix lengths."""
        return [self._addresses[index][address, prefix] for index, prefix in self._holders.get(address, ())]

    def owns(self, address: Address) -> bool:
        """Is it one of this host's addresses, on any interface?"""
        return address in self._holders

    def link_is(self, link: Link) -> list[HostEvent]:
        """RTM_NEWLINK."""
        before = self._links.get(link.index)
        if before == link:
            return []
        if before is not None and before.name != link.name:
            self._by_name.pop(before.name, None)
        self._links[link.index] = link
        self._by_name[link.name] = link.index
        return [LinkChanged(before, link)]

    def link_gone(self, index: int) -> list[HostEvent]:
        """RTM_DELLINK; the interface's addresses go with it."""
        before = self._links.pop(index, None)
        if before is None:
            return []
        if self._by_name.get(before.name) == index:
            del self._by_name[before.name]
        # The link first: whoever sees an address vanish can then tell that nobody deleted it.
        gone = list(self._addresses.get(index, {}).values())
        return [LinkChanged(before, None), *(event for entry in gone for event in self.address_gone(entry))]

    def address_is(self, entry: HostAddress) -> list[HostEvent]:
        """RTM_NEWADDR. A tentative address is not there yet; one that failed its detection never was."""
        if not entry.usable:
            return self.address_gone(entry)
        table = self._addresses.setdefault(entry.index, {})
        key = (entry.address, entry.prefix)
        known = key in table
        table[key] = entry
        self._holders.setdefault(entry.address, {})[entry.index, entry.prefix] = None
        return [] if known else [AddressAppeared(entry)]

    def address_gone(self, entry: HostAddress) -> list[HostEvent]:
        """RTM_DELADDR."""
        before = self._addresses.get(entry.index, {}).pop((entry.address, entry.prefix), None)
        if before is None:
            return []
        holders = self._holders[entry.address]
        del holders[entry.index, entry.prefix]
        if not holders:
            del self._holders[entry.address]
        return [AddressVanished(before)]

    def resync(self, links: Iterable[Link], addresses: Iterable[HostAddress]) -> list[HostEvent]:
        """Take a full dump for the truth and say what must have happened meanwhile (messages were lost).

        An interface that goes away or down is told before its addresses' vanishing.
        """
        links = list(links)
        usable = [entry for entry in addresses if entry.usable]
        here = {link.index for link in links}
        events = [event for index in set(self._links) - here for event in self.link_gone(index)]
        for link in links:
            events += self.link_is(link)
        fresh = {(entry.index, entry.address, entry.prefix) for entry in usable}
        stale = [entry for table in self._addresses.values() for entry in table.values()]
        for entry in stale:
            if (entry.index, entry.address, entry.prefix) not in fresh:
                events += self.address_gone(entry)
        for entry in usable:
            events += self.address_is(entry)
        return events
