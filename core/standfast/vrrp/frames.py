"""Ethernet frames that tell the neighbourhood where a virtual address lives now."""

from __future__ import annotations

from typing import Final

from standfast.values import Address
from standfast.vrrp.checksum import ones_complement_sum

_BROADCAST: Final = b"\xff" * 6
_ALL_NODES_MAC: Final = bytes.fromhex("333300000001")
_ALL_NODES: Final = bytes.fromhex("ff020000000000000000000000000001")
_SOLICITED_NODE: Final = bytes.fromhex("ff0200000000000000000001ff")
_ETHERTYPE_ARP: Final = b"\x08\x06"
_ETHERTYPE_IPV6: Final = b"\x86\xdd"
_ARP_REQUEST: Final = bytes.fromhex("0001080006040001")
_ICMPV6: Final = 58
_OVERRIDE: Final = 0x20000000
_ROUTER: Final = 0x80000000


def gratuitous_arp(mac: bytes, address: Address) -> bytes:
    """An ARP request for our own address from our own address, to everybody (RFC 5227, 3).

    A request and not a reply, because some hosts only learn from requests; the target hardware
    address is the broadcast address, as keepalived and FRR send it.
    """
    _check(mac, address, 4)
    sender = mac + address.packed
    return _BROADCAST + mac + _ETHERTYPE_ARP + _ARP_REQUEST + sender + _BROADCAST + address.packed


def neighbour_advertisement(mac: bytes, address: Address, *, router: bool) -> bytes:
    """An unsolicited neighbour advertisement to all nodes with the override flag (RFC 4861, 7.2.6).

    ``router`` is the R flag: hosts that see it cleared drop us from their default router list (RFC 4861, 7.2.5).
    """
    _check(mac, address, 6)
    flags = _OVERRIDE | (_ROUTER if router else 0)
    target = address.packed
    option = b"\x02\x01" + mac  # target link-layer address, in units of 8 bytes
    body = flags.to_bytes(4, "big") + target + option
    size = 4 + len(body)
    pseudo = target + _ALL_NODES + size.to_bytes(4, "big") + _ICMPV6.to_bytes(4, "big")
    checksum = 0xFFFF - ones_complement_sum(pseudo + b"\x88\0\0\0" + body)
    icmp = b"\x88\0" + checksum.to_bytes(2, "big") + body
    header = b"\x60\0\0\0" + size.to_bytes(2, "big") + bytes((_ICMPV6, 255)) + target + _ALL_NODES
    return _ALL_NODES_MAC + mac + _ETHERTYPE_IPV6 + header + icmp


def announcement(mac: bytes, address: Address, *, router: bool) -> bytes:
    """The frame for this address's family (``router`` matters for IPv6 only)."""
    if address.family == 4:
        return gratuitous_arp(mac, address)
    return neighbour_advertisement(mac, address, router=router)


def question(mac: bytes, address: Address) -> bytes:
    """Who has this address? Asked without an address of our own, so that nobody learns anything from it.

    IPv4: a probe (RFC 5227, 2.1.1); IPv6: a solicitation as for duplicate address detection (RFC 4862, 5.4.2).
    """
    _check(mac, address, address.family)
    target = address.packed
    if address.family == 4:
        sender = mac + bytes(4)
        return _BROADCAST + mac + _ETHERTYPE_ARP + _ARP_REQUEST + sender + bytes(6) + target
    group = _SOLICITED_NODE + target[-3:]
    body = bytes(4) + target
    size = 4 + len(body)
    pseudo = bytes(16) + group + size.to_bytes(4, "big") + _ICMPV6.to_bytes(4, "big")
    checksum = 0xFFFF - ones_complement_sum(pseudo + b"\x87\0\0\0" + body)
    icmp = b"\x87\0" + checksum.to_bytes(2, "big") + body
    header = b"\x60\0\0\0" + size.to_bytes(2, "big") + bytes((_ICMPV6, 255)) + bytes(16) + group
    return b"\x33\x33" + group[-4:] + mac + _ETHERTYPE_IPV6 + header + icmp


def _check(mac: bytes, address: Address, family: int) -> None:
    if len(mac) != 6 or address.family != family:
        raise ValueError(f"needs an Ethernet address and an IPv{family} address: {mac.hex(':')}, {address}")
