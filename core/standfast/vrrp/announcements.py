"""Announcement frames on their way out: which interface, which MAC, how far apart."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from standfast.config.interface_model import AnnouncementGroup
from standfast.config.model import Announcing, VirtualAddress
from standfast.net.decode import Link
from standfast.net.host import Host
from standfast.values import SECOND, Address, Family
from standfast.vrrp.frame_sender import Parcel, parcel
from standfast.vrrp.frames import announcement
from standfast.vrrp.pacing import Pacer

_FORWARDING_MEMORY: Final = 5 * SECOND
"""For how long a forwarding setting that was read is believed."""


class FrameWire(Protocol):
    """What sends Ethernet frames (:class:`standfast.vrrp.frame_sender.FrameSender`)."""

    def send(self, parcels: Sequence[Parcel]) -> int:
        """Send them in this order; give how many were refused."""


class _Item(NamedTuple):
    owner: Hashable
    interface: str
    address: Address
    always_router: bool


class _Outlet(NamedTuple):
    """How announcements of one family leave by one interface at present."""

    link: Link
    router: bool
    ready: dict[Address, Parcel]

    def parcel(self, address: Address) -> Parcel:
        """The frame for this address, made on the first call."""
        known = self.ready.get(address)
        if known is None:
            frame = announcement(self.link.mac, address, router=self.router)
            known = self.ready[address] = parcel(self.link, frame)
        return known


def forwards_ipv6(interface: str) -> bool:
    """Does this host route IPv6 packets that come in by the interface?"""
    try:
        return Path(f"/proc/sys/net/ipv6/conf/{interface}/forwarding").read_text().strip() != "0"
    except OSError:  # no IPv6 on this host, or the interface is just going
        return False


class _Burst(NamedTuple):
    """What announces several addresses, ahead of time."""

    ways: dict[tuple[str, Family], _Outlet | None]
    parcels: Sequence[Parcel]


class Announcements:
    """Sends gratuitous ARPs and unsolicited neighbour advertisements, paced where the configuration says so."""

    def __init__(self, host: Host, wire: FrameWire, forwards: Callable[[str], bool] = forwards_ipv6) -> None:
        self.errors = 0
        """Frames that the kernel refused (the link was going down, most likely)."""
        self._host = host
        self._wire = wire
        self._forwards = forwards
        self._forwarding: dict[str, tuple[int, bool]] = {}
        self._pacers: dict[tuple[Hashable, Family], Pacer[_Item]] = {}
        self._groups: dict[str, AnnouncementGroup] = {}
        self.bases: Mapping[str, str] = {}
        """Interfaces of ours -> the ones below, with which they share a wire."""
        self._outlets: dict[tuple[str, Family, bool], _Outlet] = {}
        """By interface, family and the R flag (RFC 4861, 4.4)."""
        self._bursts: dict[tuple[VirtualAddress, ...], _Burst] = {}

    @property
    def deadline(self) -> int | None:
        """When :meth:`serve` has a frame to send next."""
        return min((at for pacer in self._pacers.values() if (at := pacer.deadline) is not None), default=None)

    def share(self, groups: Iterable[AnnouncementGroup]) -> None:
        """Interfaces of a ``garp_group`` share one limit, which takes the place of the instances' own."""
        self._groups = {name: group for group in groups for name in group.interfaces}

    def admit(self, owner: Hashable, places: Iterable[tuple[str, Address]], how: Announcing, now: int) -> list[Parcel]:
        """One frame for each ``(interface, address)``: those that may leave now. The others wait for their turn."""
        always_router = how.na_router == "always"
        ways: dict[tuple[str, Family], tuple[int, _Outlet | None]] = {}
        admitted = []
        for interface, address in places:
            family = address.family
            way = ways.get((interface, family))
            if way is None:
                interval = self._interval(interface, family, how)
                way = ways[interface, family] = interval, self._outlet(interface, family, always_router, now)
            interval, outlet = way
            if interval:
                item = _Item(owner, interface, address, always_router)
                if not self._pacer(item, interval).offer(item, how.repeat, now):
                    continue
            if outlet is not None:
                admitted.append(outlet.parcel(address))
        return admitted

    def admit_all(
        self, owner: Hashable, addresses: tuple[VirtualAddress, ...], how: Announcing, now: int
    ) -> Sequence[Parcel]:
        """As :meth:`admit`, and at no cost for what is prepared."""
        burst = self._bursts.get(addresses)
        if burst is not None and self._is_current(burst, how, now):
            return burst.parcels
        return self.admit(owner, [(each.dev, each.address) for each in addresses], how, now)

    def send(self, parcels: Sequence[Parcel]) -> None:
        """What was admitted, in one go."""
        if parcels:
            self.errors += self._wire.send(parcels)

    def prepare(self, interface: str, address: Address, how: Announcing, now: int) -> None:
        """Have the frame for this address ready; it is likely to be wanted soon."""
        outlet = self._outlet(interface, address.family, how.na_router == "always", now)
        if outlet is not None:
            outlet.parcel(address)

    def prepare_all(self, addresses: tuple[VirtualAddress, ...], how: Announcing, now: int) -> None:
        """These are likely to be announced together soon, in this order: have all their frames ready."""
        always_router = how.na_router == "always"
        ways = {(each.dev, each.address.family): None for each in addresses}
        outlets = {way: self._outlet(*way, always_router, now) for way in ways}
        frames = [(outlets[each.dev, each.address.family], each.address) for each in addresses]
        parcels = [outlet.parcel(address) for outlet, address in frames if outlet is not None]
        self._bursts[addresses] = _Burst(outlets, parcels)

    def forget_all_but(self, wanted: Set[Address], pieces: Set[tuple[VirtualAddress, ...]]) -> None:
        """Drop frames for what the configuration no longer names, one by one and together."""
        self._bursts = {piece: burst for piece, burst in self._bursts.items() if piece in pieces}
        for outlet in self._outlets.values():
            for address in outlet.ready.keys() - wanted:
                del outlet.ready[address]

    def serve(self, now: int) -> None:
        """Send what pacing has held back until now."""
        for pacer in self._pacers.values():
            item = pacer.take(now)
            if item is not None:
                outlet = self._outlet(item.interface, item.address.family, item.always_router, now)
                self.send([outlet.parcel(item.address)] if outlet is not None else [])

    def cancel(self, owner: Hashable) -> None:
        """Forget what waits for this owner: it is not MASTER any more."""
        for pacer in self._pacers.values():
            pacer.cancel(lambda item: item.owner == owner)

    def _is_current(self, burst: _Burst, how: Announcing, now: int) -> bool:
        """Not if somebody paces them, nor if an interface has changed since."""
        always_router = how.na_router == "always"
        return all(
            not self._interval(*way, how) and self._outlet(*way, always_router, now) is outlet
            for way, outlet in burst.ways.items()
        )

    def _interval(self, interface: str, family: Family, how: Announcing) -> int:
        group = self._groups.get(self.bases.get(interface, interface))
        if group is not None:
            shared = group.garp_interval if family == 4 else group.gna_interval
            if shared is not None:
                return shared
        return how.garp_interval if family == 4 else how.gna_interval

    def _pacer(self, item: _Item, interval: int) -> Pacer[_Item]:
        wire = self.bases.get(item.interface, item.interface)
        place = self._groups.get(wire, wire)
        pacer = self._pacers.setdefault((place, item.address.family), Pacer(interval))
        pacer.interval = interval
        return pacer

    def _outlet(self, interface: str, family: Family, always_router: bool, now: int) -> _Outlet | None:
        """None where nothing is announced."""
        link = self._host.link(interface)
        if link is None or not link.announces:
            return None
        router = family == 6 and (always_router or self._is_router(interface, now))
        known = self._outlets.get((interface, family, router))
        if known is None or (known.link.index, known.link.mac) != (link.index, link.mac):
            known = self._outlets[interface, family, router] = _Outlet(link, router, {})
        return known

    def _is_router(self, interface: str, now: int) -> bool:
        known = self._forwarding.get(interface)
        if known is None or now - known[0] > _FORWARDING_MEMORY:
            known = self._forwarding[interface] = (now, self._forwards(interface))
        return known[1]
