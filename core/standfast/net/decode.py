"""Link and address messages of rtnetlink(7), decoded by hand.

pyroute2 takes 50 us for an address, this 3: a dump of 1000 addresses must fit between two adverts at
10 ms.  pyroute2's codecs are the oracle in the tests.
"""

from __future__ import annotations

import struct

import msgspec

from standfast.net.netlink import MalformedMessage
from standfast.values import Address

IFF_UP = 0x1
IFF_LOOPBACK = 0x8
IFF_POINTOPOINT = 0x10
IFF_RUNNING = 0x40
IFF_NOARP = 0x80
IFF_MULTICAST = 0x1000

IFA_F_SECONDARY = 0x01
IFA_F_DADFAILED = 0x08
IFA_F_TENTATIVE = 0x40
IFA_F_OPTIMISTIC = 0x04

ARPHRD_ETHER = 1

_LINK = struct.Struct("=BxHiI4x")  # family, device type, index, flags
_ADDRESS = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, interface index
_ATTRIBUTE = struct.Struct("=HH")
_KIND = 0x3FFF
"""Without the flags "nested" and "network order", which some messages have and others lack."""
_U32 = struct.Struct("=I")

_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MTU, _IFLA_WIRELESS = 1, 3, 4, 11
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS, _IFA_PROTO = 1, 2, 8, 11
_IFLA_LINK, _IFLA_MASTER, _IFLA_GROUP = 5, 10, 27
_IFLA_LINKINFO, _INFO_KIND, _INFO_DATA, _VRF_TABLE = 18, 1, 2, 1
_MACVLAN_MODE = 1
_IDENTITY = (_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MTU, _IFLA_WIRELESS)
_LINK_WANTED = frozenset((*_IDENTITY, _IFLA_LINK, _IFLA_MASTER, _IFLA_GROUP, _IFLA_LINKINFO))
_ADDRESS_WANTED = frozenset((_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS, _IFA_PROTO))
_AF_INET, _AF_INET6 = 2, 10
_ADDRESS_LENGTH = {_AF_INET: 4, _AF_INET6: 16}


class Link(msgspec.Struct, frozen=True):
    """One network interface."""

    index: int
    name: str
    flags: int
    mac: bytes
    """Hardware address; empty where the device has none."""
    mtu: int
    kind: int = ARPHRD_ETHER
    """ARPHRD_* of the kernel."""
    made_as: str = ""
    """``macvlan``, ``vrf`` and so on; empty for hardware."""
    base: int = 0
    """Index of the interface below, for macvlan and ipvlan; 0: none."""
    mode: int = 0
    """Of a macvlan: 1 is private."""
    master: int = 0
    """Index of the VRF, bridge or bond that it belongs to; 0: none."""
    group: int = 0
    """Link group."""

    @property
    def up(self) -> bool:
        """Administratively up and with carrier: it can carry adverts."""
        return self.flags & (IFF_UP | IFF_RUNNING) == IFF_UP | IFF_RUNNING

    @property
    def announces(self) -> bool:
        """ARP and neighbour discovery make sense here (Ethernet, no IFF_NOARP)."""
        return self.kind == ARPHRD_ETHER and len(self.mac) == 6 and not self.flags & (IFF_NOARP | IFF_LOOPBACK)


class HostAddress(msgspec.Struct, frozen=True):
    """One address as the kernel has it."""

    index: int
    """Of the interface."""
    address: Address
    """The local one, also on point-to-point links."""
    prefix: int
    flags: int
    """IFA_F_*"""
    scope: int = 0
    protocol: int = 0
    """IFA_PROTO: who put it there; 0 from kernels before 5.18."""

    @property
    def usable(self) -> bool:
        """Duplicate address detection is over (or optimistic) and has not failed."""
        return not self.flags & IFA_F_DADFAILED and (
            not self.flags & IFA_F_TENTATIVE or bool(self.flags & IFA_F_OPTIMISTIC)
        )


def decode_link(data: bytes, start: int, end: int) -> Link | None:
    """A RTM_NEWLINK or RTM_DELLINK payload. Raises :class:`MalformedMessage`, nothing else.

    None for a wireless event (scan finished, associated), which says nothing of the link itself.
    """
    if end - start < _LINK.size or end > len(data):
        raise MalformedMessage("a link message shorter than its header")
    _family, kind, index, flags = _LINK.unpack_from(data, start)
    found = attributes_of(data, start + _LINK.size, end, _LINK_WANTED)
    if _IFLA_WIRELESS in found:
        return None
    name = found.get(_IFLA_IFNAME, b"").split(b"\0", 1)[0]
    if not name:
        raise MalformedMessage(f"link {index} without a name")
    mtu, master, group = (_u32(found[one]) if one in found else 0 for one in (_IFLA_MTU, _IFLA_MASTER, _IFLA_GROUP))
    made_as, mode = _make(found.get(_IFLA_LINKINFO, b""))
    base = _u32(found[_IFLA_LINK]) if _IFLA_LINK in found and made_as in ("macvlan", "ipvlan") else 0
    mac = found.get(_IFLA_ADDRESS, b"")
    named = name.decode(errors="surrogateescape")
    return Link(index, named, flags, mac, mtu, kind, made_as, base, mode, master, group)


def _make(info: bytes) -> tuple[str, int]:
    """What it was made as, and a macvlan's mode."""
    found = attributes_of(info, 0, len(info), frozenset((_INFO_KIND, _INFO_DATA)))
    made_as = found.get(_INFO_KIND, b"").rstrip(b"\0").decode(errors="replace")
    if made_as != "macvlan":
        return made_as, 0
    data = found.get(_INFO_DATA, b"")
    mode = attributes_of(data, 0, len(data), frozenset((_MACVLAN_MODE,))).get(_MACVLAN_MODE)
    return made_as, 0 if mode is None else _u32(mode)


def decode_address(data: bytes, start: int, end: int) -> HostAddress:
    """A RTM_NEWADDR or RTM_DELADDR payload. Raises :class:`MalformedMessage`, nothing else."""
    if end - start < _ADDRESS.size or end > len(data):
        raise MalformedMessage("an address message shorter than its header")
    family, prefix, flags, scope, index = _ADDRESS.unpack_from(data, start)
    found = attributes_of(data, start + _ADDRESS.size, end, _ADDRESS_WANTED)
    packed = found.get(_IFA_LOCAL) or found.get(_IFA_ADDRESS) or b""
    if len(packed) != _ADDRESS_LENGTH.get(family, -1):
        raise MalformedMessage(f"an address of {len(packed)} bytes in family {family}")
    if _IFA_FLAGS in found:  # 32 bits; the header's eight are the old form
        flags = _u32(found[_IFA_FLAGS])
    protocol = found.get(_IFA_PROTO, b"")
    return HostAddress(index, Address.unpack(packed), prefix, flags, scope, protocol[0] if protocol else 0)


def decode_vrf_table(data: bytes, start: int, end: int) -> int | None:
    """The routing table of a RTM_NEWLINK payload's VRF; None for other devices. Raises :class:`MalformedMessage`."""
    if end - start < _LINK.size or end > len(data):
        raise MalformedMessage("a link message shorter than its header")
    info = attributes_of(data, start + _LINK.size, end, frozenset((_IFLA_LINKINFO,))).get(_IFLA_LINKINFO, b"")
    found = attributes_of(info, 0, len(info), frozenset((_INFO_KIND, _INFO_DATA)))
    if found.get(_INFO_KIND, b"").rstrip(b"\0") != b"vrf":
        return None
    inner = found.get(_INFO_DATA, b"")
    table = attributes_of(inner, 0, len(inner), frozenset((_VRF_TABLE,))).get(_VRF_TABLE)
    return None if table is None else _u32(table)


def attributes_of(data: bytes, offset: int, end: int, wanted: frozenset[int]) -> dict[int, bytes]:
    """The wanted attributes of a message, by number (rtnetlink(7), struct rtattr)."""
    found: dict[int, bytes] = {}
    unpack = _ATTRIBUTE.unpack_from
    while offset < end:
        if end - offset < 4:
            raise MalformedMessage(f"{end - offset} bytes where an attribute should be")
        length, kind = unpack(data, offset)
        if length < 4 or offset + length > end:
            raise MalformedMessage(f"attribute {kind} says {length} bytes, {end - offset} are there")
        kind &= _KIND
        if kind in wanted:
            found[kind] = data[offset + 4 : offset + length]
        offset += (length + 3) & ~3
    return found


def _u32(value: bytes) -> int:
    if len(value) != 4:
        raise MalformedMessage(f"a number of {len(value)} bytes instead of 4")
    return int(_U32.unpack(value)[0])
