"""Messages that make, change and remove macvlan and ipvlan interfaces (rtnetlink(7), struct ifinfomsg).

All are ready for :meth:`standfast.net.command.Changer.perform`, which fills in the index of the interface they are
about.
"""

from __future__ import annotations

import struct
from typing import Final

from standfast.net.attributes import attribute, nested, text, u8, u16, u32
from standfast.net.netlink import HEADER, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, RTM_DELLINK, RTM_NEWLINK

PRIVATE: Final = 1
"""The macvlan mode that delivers frames whose source is the interface's own MAC: adverts of our peers."""

IPVLAN_FLAGS: Final = {"bridge": 0, "private": 1, "vepa": 2}

_HEAD = struct.Struct("=BxHiII")  # family, device type, index, flags, which flags change
_IFF_UP = 1
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_LINK, _IFLA_MASTER, _IFLA_LINKINFO = 1, 3, 5, 10, 18
_IFLA_AF_SPEC, _IFLA_GROUP = 26, 27
_INFO_KIND, _INFO_DATA = 1, 2
_MACVLAN_MODE = 1
_IPVLAN_MODE, _IPVLAN_FLAGS, _L2 = 1, 2, 0
_AF_INET6 = 10
_ADDR_GEN_MODE, _GENERATE_NONE = 8, 1


def macvlan(name: str, base: int, mac: bytes, group: int) -> bytes:
    """Make a private macvlan above the interface ``base`` (index)."""
    above = u32(_IFLA_LINK, base) + u32(_IFLA_GROUP, group) + attribute(_IFLA_ADDRESS, mac)
    return _make("macvlan", name, above, u32(_MACVLAN_MODE, PRIVATE))


def ipvlan(name: str, base: int, mode: str, group: int) -> bytes:
    """Make an ipvlan in L2 mode; ``mode``: bridge, private or vepa."""
    data = u16(_IPVLAN_MODE, _L2) + u16(_IPVLAN_FLAGS, IPVLAN_FLAGS[mode])
    return _make("ipvlan", name, u32(_IFLA_LINK, base) + u32(_IFLA_GROUP, group), data)


def hardware_address(mac: bytes) -> bytes:
    """Give it another MAC."""
    return _change(attribute(_IFLA_ADDRESS, mac))


def private() -> bytes:
    """Make a macvlan private that was made otherwise."""
    info = (text(_INFO_KIND, "macvlan"), nested(_INFO_DATA, (u32(_MACVLAN_MODE, PRIVATE),)))
    return _change(nested(_IFLA_LINKINFO, info))


def no_generation() -> bytes:
    """Let the kernel make no IPv6 address by itself. In the message that makes the interface it ignores this."""
    return _change(nested(_IFLA_AF_SPEC, (nested(_AF_INET6, (u8(_ADDR_GEN_MODE, _GENERATE_NONE),)),)))


def link_group(group: int) -> bytes:
    """Put it into a link group; everybody who listens to the kernel is told, changed or not."""
    return _change(u32(_IFLA_GROUP, group))


def master(index: int) -> bytes:
    """Put it into a VRF; 0 takes it out."""
    return _change(u32(_IFLA_MASTER, index))


def up() -> bytes:
    """Set it up."""
    return _message(RTM_NEWLINK, 0, _HEAD.pack(0, 0, 0, _IFF_UP, _IFF_UP))


def delete() -> bytes:
    """Remove it."""
    return _message(RTM_DELLINK, 0, _HEAD.pack(0, 0, 0, 0, 0))


def delete_group(group: int) -> bytes:
    """Remove every interface of a link group at once: the kernel waits 15 ms for readers, and only once for all."""
    return _message(RTM_DELLINK, 0, _HEAD.pack(0, 0, 0, 0, 0) + u32(_IFLA_GROUP, group))


def _make(kind: str, name: str, above: bytes, data: bytes) -> bytes:
    info = nested(_IFLA_LINKINFO, (text(_INFO_KIND, kind), nested(_INFO_DATA, (data,))))
    body = _HEAD.pack(0, 0, 0, 0, 0) + text(_IFLA_IFNAME, name) + above + info
    return _message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, body)


def _change(body: bytes) -> bytes:
    return _message(RTM_NEWLINK, 0, _HEAD.pack(0, 0, 0, 0, 0) + body)


def _message(kind: int, flags: int, body: bytes) -> bytes:
    return HEADER.pack(HEADER.size + len(body), kind, NLM_F_REQUEST | flags, 0, 0) + body
