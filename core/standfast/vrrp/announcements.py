"""Announcement frames on their way out: which interface, which MAC, how far apart."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from standfast.config.interface_model import AnnouncementGroup
from standfast.config.model import Announcing
from standfast.net.host import Host
from standfast.values import SECOND, Address, Family
from standfast.vrrp.frames import announcement
from standfast.vrrp.pacing import Pacer

_FORWARDING_MEMORY: Final = 5 * SECOND
"""For how long a forwarding setting that was read is believed."""


class FrameWire(Protocol):
    """What sends Ethernet frames (:class:`standfast.vrrp.sockets.FrameSender`)."""

    def send(self, frame: bytes, interface: str) -> None:
        """One frame out of that interface."""


class _Item(NamedTuple):
    owner: Hashable
    interface: str
    address: Address
    always_router: bool


def forwards_ipv6(interface: str) -> bool:
    """Does this host route IPv6 packets that come in by the interface?"""
    try:
        return Path(f"/proc/sys/net/ipv6/conf/{interface}/forwarding").read_text().strip() != "0"
    except OSError:  # no IPv6 on this host, or the interface is just going
        return False


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
        self._frames: dict[tuple[Address, bytes, bool], bytes] = {}

    @property
    def deadline(self) -> int | None:
        """When :meth:`serve` has a frame to send next."""
        return min((at for pacer in self._pacers.values() if (at := pacer.deadline) is not None), default=None)

    def share(self, groups: Iterable[AnnouncementGroup]) -> None:
        """Interfaces of a ``garp_group`` share one limit, which takes the place of the instances' own."""
        self._groups = {name: group for group in groups for name in group.interfaces}

    def announce(self, owner: Hashable, interface: str, address: Address, how: Announcing, now: int) -> None:
        """One frame for one address, now or as soon as pacing allows."""
        item = _Item(owner, interface, address, how.na_router == "always")
        interval = self._interval(interface, address.family, how)
        if interval == 0 or self._pacer(item, interval).offer(item, how.repeat, now):
            self._send(item, now)

    def prepare(self, interface: str, address: Address, how: Announcing, now: int) -> None:
        """Have the frame for this address ready; it is likely to be wanted soon."""
        self._frame(_Item(None, interface, address, how.na_router == "always"), now)

    def serve(self, now: int) -> None:
        """Send what pacing has held back until now."""
        for pacer in self._pacers.values():
            item = pacer.take(now)
            if item is not None:
                self._send(item, now)

    def cancel(self, owner: Hashable) -> None:
        """Forget what waits for this owner: it is not MASTER any more."""
        for pacer in self._pacers.values():
            pacer.cancel(lambda item: item.owner == owner)

    def forget_frames(self) -> None:
        """Drop ready frames: addresses or hardware addresses have changed."""
        self._frames.clear()

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

    def _send(self, item: _Item, now: int) -> None:
        frame = self._frame(item, now)
        if frame is None:
            return
        try:
            self._wire.send(frame, item.interface)
        except OSError:
            self.errors += 1

    def _frame(self, item: _Item, now: int) -> bytes | None:
        """None where nothing is announced."""
        link = self._host.link(item.interface)
        if link is None or not link.announces:
            return None
        router = item.address.family == 6 and (item.always_router or self._is_router(item.interface, now))
        key = (item.address, link.mac, router)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = announcement(link.mac, item.address, router=router)
        return frame

    def _is_router(self, interface: str, now: int) -> bool:
        known = self._forwarding.get(interface)
        if known is None or now - known[0] > _FORWARDING_MEMORY:
            known = self._forwarding[interface] = (now, self._forwards(interface))
        return known[1]
