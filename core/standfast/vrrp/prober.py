"""Asks the network for addresses, and hears who answers: a packet socket that is open while a question is under way."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

import trio

from standfast.config.model import VirtualAddress
from standfast.net import bpf
from standfast.net.host import Host
from standfast.values import Address
from standfast.vrrp.announcements import FrameWire
from standfast.vrrp.frame_sender import parcel
from standfast.vrrp.frames import question

Answered: TypeAlias = Callable[[str, Address, bytes], None]
"""Interface, address, hardware address of who speaks for it."""

_OUTGOING: Final = 4
_ARP, _IPV6 = 0x0806, 0x86DD
_ALL: Final = 0x0003
_DATAGRAM: Final = 256
_BATCH: Final = 32

_LOAD_HALF, _LOAD_BYTE, _JUMP_IF_EQUAL, _RETURN = 0x28, 0x30, 0x15, 0x06
_PROTOCOL: Final = 0xFFFFF000
"""SKF_AD_OFF + SKF_AD_PROTOCOL: the EtherType."""

_PROGRAM: Final = (
    (_LOAD_HALF, 0, 0, _PROTOCOL),
    (_JUMP_IF_EQUAL, 5, 0, _ARP),  # 1 -> 7
    (_JUMP_IF_EQUAL, 0, 5, _IPV6),  # 2 -> 3, or 8
    (_LOAD_BYTE, 0, 0, 6),
    (_JUMP_IF_EQUAL, 0, 3, 58),  # 4 -> 5, or 8
    (_LOAD_BYTE, 0, 0, 40),
    (_JUMP_IF_EQUAL, 0, 1, 136),  # 6 -> 7, or 8
    (_RETURN, 0, 0, _DATAGRAM),
    (_RETURN, 0, 0, 0),
)
"""ARP, and neighbour advertisements. Jumps count from the next step; the numbers behind are steps."""


class Heard(NamedTuple):
    """Somebody spoke for an address."""

    address: Address
    mac: bytes


class Prober:
    """For one VRRP process. ``bases`` of :class:`Announcements` say where virtual MACs really leave."""

    def __init__(self, host: Host, wire: FrameWire, bases: Callable[[str], str]) -> None:
        self._host = host
        self._wire = wire
        self._bases = bases
        self._socket: socket.socket | None = None
        self._until = 0
        self._opened = trio.Event()

    @property
    def deadline(self) -> int | None:
        """When :meth:`close` may be called: all questions are over."""
        return None if self._socket is None else self._until

    def ask(self, addresses: Iterable[VirtualAddress], until: int) -> None:
        """Send the questions, and listen until then. What cannot be asked is not answered, which holds nobody back."""
        self._until = max(self._until, until)
        try:
            self._open()
        except OSError:
            return
        links = ((address.address, self._host.link(self._bases(address.dev))) for address in addresses)
        asked = [(address, link) for address, link in links if link is not None and link.announces]
        self._wire.send([parcel(link, question(link.mac, address)) for address, link in asked])

    def concerns(self, interface: str, address: Address, ours: VirtualAddress) -> bool:
        """Is what was heard there about this one of ours?"""
        return ours.address == address and self._bases(ours.dev) == interface

    def close(self, now: int) -> None:
        """Nothing is asked any more."""
        if self._socket is not None and self._until <= now:
            trio.lowlevel.notify_closing(self._socket)
            self._socket.close()
            self._socket = None

    async def run(self, answered: Answered) -> None:
        """For ever: call ``answered`` for everybody who speaks for any address while the socket is open."""
        while True:
            listening = self._socket
            if listening is None:
                await self._opened.wait()
                self._opened = trio.Event()
                continue
            try:
                await trio.lowlevel.wait_readable(listening)
            except trio.ClosedResourceError:
                continue
            for interface, heard in _read(listening):
                answered(interface, heard.address, heard.mac)

    def _open(self) -> None:
        if self._socket is not None:
            return
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        made = socket.socket(socket.AF_PACKET, kind, 0)
        bpf.attach(made, b"".join(bpf.INSTRUCTION.pack(*step) for step in _PROGRAM))
        bpf.listen_everywhere(made, _ALL)
        self._socket = made
        self._opened.set()


def _read(listening: socket.socket) -> Iterable[tuple[str, Heard]]:
    for _ in range(_BATCH):
        try:
            data, (interface, protocol, direction, _hardware, mac) = listening.recvfrom(_DATAGRAM)
        except OSError:
            return
        heard = None if direction == _OUTGOING else spoken_for(protocol, data, mac)
        if heard is not None:
            yield interface, heard


def spoken_for(protocol: int, data: bytes, mac: bytes) -> Heard | None:
    """The address that the sender of an ARP packet, or of a neighbour advertisement, speaks for."""
    if protocol == _ARP and len(data) >= 28 and data[4:6] == b"\x06\x04" and data[14:18] != bytes(4):
        return Heard(Address(4, data[14:18]), data[8:14])
    if protocol == _IPV6 and len(data) >= 64 and data[6] == 58 and data[40] == 136:
        return Heard(Address(6, data[48:64]), mac)
    return None
