"""Makes the planned interfaces, keeps them as planned while others rename, move and delete, and takes them away again.

Nothing here remembers steps: :meth:`DeviceKeeper.mend` compares what is with what shall be and does the next step of
each, until nothing is left to do. So it serves the start, a successor after a crash, and every kernel event alike.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Final

from standfast.config.interface_model import Device
from standfast.config.model import VirtualAddress
from standfast.net import links
from standfast.net.command import Changer
from standfast.net.decode import IFF_UP, Link
from standfast.net.encode import IFA_PROTO, AddressEncoder
from standfast.net.host import Host, HostEvent, LinkChanged
from standfast.net.netlink import errno_words
from standfast.values import Address
from standfast.vrrp.devices import fits
from standfast.vrrp.sysctls import PROC_SYS, Sysctls, around_vmacs, of_device

Say = Callable[[str], None]

_DOOM: Final = 0x53460000
"""The first link group tried for those that are about to go."""
_PIECE: Final = 64

ROUNDS: Final = 6
"""Steps from nothing to a ready interface: make, set up, give an address; with room for repairs."""


class DeviceKeeper:
    """The interfaces of this daemon. ``breathe`` is called between changes, which take milliseconds each."""

    def __init__(
        self,
        changer: Changer,
        host: Host,
        encode: AddressEncoder,
        say: Say,
        *,
        breathe: Callable[[], None] = lambda: None,
        root: Path = PROC_SYS,
    ) -> None:
        self.wanted: dict[str, Device] = {}
        self.bases: dict[str, str] = {}
        """Each of them -> the interface below."""
        self.ours: dict[str, Device] = {}
        """Made by us (or by our predecessor): these go when they are not wanted any more."""
        self._changer = changer
        self._host = host
        self._encode = encode
        self._say = say
        self._breathe = breathe
        self._root = root
        self._ready: set[int] = set()
        """Indices of those that were set up; what an administrator does to them later is respected."""
        self._refused: dict[str, str] = {}

    def want(self, devices: Iterable[Device]) -> None:
        """These from now on; :meth:`mend` makes them, :meth:`drop` removes the others."""
        self.wanted = {device.name: device for device in devices}
        self.bases.clear()
        self.bases.update((name, device.base) for name, device in self.wanted.items())
        self._refused = {name: words for name, words in self._refused.items() if name in self.wanted}

    def listed(self) -> tuple[Device, ...]:
        """What a successor may take away: everything of ours, and what we may still make."""
        made = {name: one for name, one in self.wanted.items() if self._host.link(name) is None or name in self.ours}
        return tuple((self.ours | made).values())

    def complaint(self, name: str) -> str:
        """Why an interface of ours is not there; empty if that is not known."""
        device = self.wanted.get(name)
        if device is not None and self._host.link(device.base) is None:
            return f"it stands above {device.base}, which does not exist either"
        return self._refused.get(name, "")

    def concerned(self, events: Iterable[HostEvent]) -> bool:
        """May there be something to mend after these?"""
        return bool(self.wanted) and any(
            isinstance(event, LinkChanged) or event.address.address.is_link_local for event in events
        )

    def mend(self) -> bool:
        """Do the next step of everything that is not as it shall be. True if something was changed."""
        changed = False
        for device in self.wanted.values():
            base, link = self._host.link(device.base), self._host.link(device.name)
            if base is not None and self._step(device, base, link):
                changed = True
                self._breathe()
        return changed

    def drop(self) -> list[str]:
        """Remove what is ours and not wanted any more; give the names."""
        unwanted = [name for name in self.ours if name not in self.wanted]
        doomed = []
        for name in unwanted:
            device, link = self.ours.pop(name), self._host.link(name)
            if link is not None and link.made_as == device.kind:
                doomed.append((device, link))
        if len(doomed) < 2 or not self._remove_together(doomed):
            for device, link in doomed:
                self._remove(device, link)
                self._breathe()
        return unwanted

    def prepare(self, sysctls: Sysctls) -> None:
        """What the interfaces below need: they must not answer for what is above them. Raises OSError."""
        below = sorted({one.base for one in self.wanted.values() if one.kind == "macvlan" and one.family == 4})
        others = [link.name for link in self._host.links() if link.name not in self.wanted]
        sysctls.hold(around_vmacs(below, others, sysctls.before))

    def inherit(self, devices: Iterable[Device]) -> None:
        """What a predecessor has made and is still there is ours."""
        for device in devices:
            link = self._host.link(device.name)
            if link is not None and link.made_as == device.kind and device.mac in (b"", link.mac):
                self.ours[device.name] = device

    # Steps

    def _step(self, device: Device, base: Link, link: Link | None) -> bool:
        if link is None:
            return self._make(device, base)
        if link.made_as != device.kind or link.base != base.index:
            return self._replace(device, link)
        self._refused.pop(device.name, None)
        if not fits(device, link, base):
            return self._correct(device, link)
        return self._complete(device, base, link)

    def _complete(self, device: Device, base: Link, link: Link) -> bool:
        vrf = base.master if self._is_vrf(base.master) else 0
        if link.master != vrf:
            return self._do(device, link, links.master(vrf), f"cannot move it to the VRF of {base.name}")
        if link.index not in self._ready:
            return self._set_up(device, link)
        return self._give_address(device, base, link)

    def _replace(self, device: Device, link: Link) -> bool:
        if device.name not in self.ours:
            return self._refuse(device, "an interface of this name exists and is not ours")
        self._remove(device, link)
        return True

    def _make(self, device: Device, base: Link) -> bool:
        group = base.group if device.group is None else device.group
        if device.kind == "macvlan":
            message = links.macvlan(device.name, base.index, device.mac, group)
        else:
            message = links.ipvlan(device.name, base.index, device.mode, group)
        (number,) = self._changer.perform([(message, None)])
        if number:
            return self._refuse(device, f"cannot make it above {base.name}: {_words(number)}")
        self.ours[device.name] = device
        self._notify(device)
        return True

    def _correct(self, device: Device, link: Link) -> bool:
        (number, other) = self._changer.perform(
            [(links.private(), link.index), (links.hardware_address(device.mac), link.index)]
        )
        if number or other:
            return self._refuse(device, f"cannot give it its MAC: {_words(number or other)}")
        return True

    def _set_up(self, device: Device, link: Link) -> bool:
        self._ready.add(link.index)
        for path, value in of_device(device).items():
            try:
                (self._root / path).write_text(value)
            except OSError as error:
                if not (isinstance(error, FileNotFoundError) and "/ipv6/" in path):  # a kernel without IPv6
                    self._say(f"interface {device.name}: cannot set {path}: {error.strerror}")
        if device.kind == "macvlan":
            self._changer.perform([(links.no_generation(), link.index)])
        return self._do(device, link, links.up(), "cannot set it up")

    def _give_address(self, device: Device, base: Link, link: Link) -> bool:
        address = self._address(device, base)
        if address is None or not link.flags & IFF_UP or self._host.has(link.index, address):
            return False
        prefix = device.prefix if address == device.source else 64
        message = self._encode(VirtualAddress(address=address, prefix=prefix, dev=device.name)).add
        return self._do(device, link, message, f"cannot put {address} on it")

    def _address(self, device: Device, base: Link) -> Address | None:
        """What it needs to speak from, or None. Never made of the virtual MAC: all routers would have the same."""
        if not device.speaks:
            return None
        if device.source is not None:
            return device.source
        if device.kind != "macvlan" or device.family != 6:
            return None
        own = (one for one in self._host.addresses(base.index, 6) if one.protocol != IFA_PROTO)
        return next((one.address for one in own if one.address.is_link_local), None) or eui64(base.mac)

    def _do(self, device: Device, link: Link, message: bytes, trouble: str) -> bool:
        (number,) = self._changer.perform([(message, link.index)])
        if number in (0, errno.EEXIST):
            return number == 0
        return self._refuse(device, f"{trouble}: {_words(number)}")

    def _remove_together(self, doomed: list[tuple[Device, Link]]) -> bool:
        """Gather them in a link group of their own, which the kernel removes in one go."""
        taken = {link.group for link in self._host.links()}
        group = next(number for number in count(_DOOM) if number not in taken)
        for start in range(0, len(doomed), _PIECE):
            piece = doomed[start : start + _PIECE]
            if any(self._changer.perform([(links.link_group(group), link.index) for _, link in piece])):
                return False
            self._breathe()
        if any(self._changer.perform([(links.delete_group(group), None)])):
            return False
        self._ready.difference_update(link.index for _, link in doomed)
        for device, _ in doomed:
            self._notify(device)
        return True

    def _remove(self, device: Device, link: Link) -> None:
        self._ready.discard(link.index)
        (number,) = self._changer.perform([(links.delete(), link.index)])
        if number not in (0, errno.ENODEV):
            self._say(f"interface {device.name}: cannot remove it: {_words(number)}")
        self._notify(device)

    def _notify(self, device: Device) -> None:
        """``netlink_notify_msg``: tell listeners of the base, whose promiscuity may have changed."""
        base = self._host.link(device.base)
        if base is not None and device.netlink_notify:
            self._changer.perform([(links.link_group(base.group), base.index)])

    def _refuse(self, device: Device, words: str) -> bool:
        """Say it once; always False: nothing was changed."""
        if self._refused.get(device.name) != words:
            self._refused[device.name] = words
            self._say(f"interface {device.name}: {words}")
        return False

    def _is_vrf(self, index: int) -> bool:
        return any(link.index == index and link.made_as == "vrf" for link in self._host.links())


def eui64(mac: bytes) -> Address:
    """The link-local address that belongs to a MAC (RFC 4291, appendix A)."""
    return Address(6, bytes.fromhex("fe80") + bytes(6) + bytes((mac[0] ^ 2,)) + mac[1:3] + b"\xff\xfe" + mac[3:])


def _words(number: int) -> str:
    if number == errno.EOPNOTSUPP:
        return "this kernel has no such interfaces (macvlan, ipvlan)"
    return errno_words(number)
