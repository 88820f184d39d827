"""Network interfaces of this namespace for the data dump, asked by ioctl(2): netlink is more than is needed here."""

from __future__ import annotations

import fcntl
import socket
import struct
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from msgspec import Struct

IF_INET6: Final = Path("/proc/net/if_inet6")

_SIOCGIFFLAGS, _SIOCGIFADDR, _SIOCGIFMTU, _SIOCGIFHWADDR = 0x8913, 0x8915, 0x8921, 0x8927
_IFREQ: Final = struct.Struct("16s24s")
_UP, _LOOPBACK, _RUNNING, _NOARP = 0x1, 0x8, 0x40, 0x80
_TYPES: Final = {1: "ETHERNET", 772: "LOOPBACK"}
"""ARPHRD_ETHER, ARPHRD_LOOPBACK."""


class Link(Struct, frozen=True, kw_only=True):
    """One interface."""

    name: str
    index: int
    flags: int = 0
    mtu: int = 0
    kind: int = 0
    mac: str = ""
    ipv4: str = ""
    """Its first address."""
    ipv6: str = ""
    """A link-local one."""

    @property
    def state(self) -> str:
        """As keepalived has it."""
        words = ["UP" if self.flags & _UP else "DOWN", "RUNNING" if self.flags & _RUNNING else "not RUNNING"]
        words += ["loopback"] * bool(self.flags & _LOOPBACK) + ["no arp"] * bool(self.flags & _NOARP)
        return ", ".join(words)

    @property
    def hardware(self) -> str:
        """``ETHERNET``."""
        return _TYPES.get(self.kind, f"UNKNOWN ({self.kind})")


def links() -> list[Link]:
    """All of them, by index; one that goes meanwhile is left out."""
    found = []
    locals6 = _link_locals()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for index, name in sorted(socket.if_nameindex()):
            try:
                found.append(_link(asking, index, name, locals6))
            except OSError:
                continue
    return found


def lines(found: list[Link], users: Mapping[str, list[str]]) -> Iterator[str]:
    """``users``: interface -> words about the instances that need it."""
    for link in found:
        yield f" Name = {link.name}"
        yield f"   index = {link.index}"
        yield f"   IPv4 address = {link.ipv4 or '(none)'}"
        yield f"   IPv6 address = {link.ipv6 or '(none)'}"
        if link.mac:
            yield f"   MAC = {link.mac}"
        yield f"   State = {link.state}"
        yield f"   MTU = {link.mtu}"
        yield f"   HW Type = {link.hardware}"
        if users.get(link.name):
            yield "   Tracking VRRP instances :"
            yield from (f"     {words}" for words in users[link.name])


def _link(asking: socket.socket, index: int, name: str, locals6: Mapping[str, str]) -> Link:
    flags = struct.unpack_from("=h", _asked(asking, _SIOCGIFFLAGS, name))[0]
    mtu = struct.unpack_from("=i", _asked(asking, _SIOCGIFMTU, name))[0]
    hardware = _asked(asking, _SIOCGIFHWADDR, name)
    kind = struct.unpack_from("=H", hardware)[0]
    try:
        ipv4 = str(IPv4Address(_asked(asking, _SIOCGIFADDR, name)[4:8]))
    except OSError:  # it has none
        ipv4 = ""
    mac = hardware[2:8].hex(":") if kind == 1 else ""
    ipv6 = locals6.get(name, "")
    return Link(name=name, index=index, flags=flags & 0xFFFF, mtu=mtu, kind=kind, mac=mac, ipv4=ipv4, ipv6=ipv6)


def _asked(asking: socket.socket, request: int, name: str) -> bytes:
    answer = fcntl.ioctl(asking, request, _IFREQ.pack(name.encode(), b""))
    return bytes(answer[16:])


def _link_locals() -> dict[str, str]:
    """Of proc(5) if_inet6: address, index, length, scope (20: link), flags, name."""
    found: dict[str, str] = {}
    try:
        entries = IF_INET6.read_text().splitlines()
    except OSError:  # a kernel without IPv6
        return {}
    for address, _index, _length, scope, _flags, name in map(str.split, entries):
        if scope == "20":
            found.setdefault(name, str(IPv6Address(bytes.fromhex(address))))
    return found
