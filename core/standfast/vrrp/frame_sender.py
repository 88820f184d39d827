"""Sends Ethernet frames (gratuitous ARP, neighbour advertisements): a whole piece of them in one system call.

Python has no ``sendmmsg(2)``. What the kernel reads lies in memory of fixed places, filled anew for each piece,
so that a thousand announcements cost the kernel's work and little else.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

from standfast.net.decode import Link

_SLOT: Final = 128
"""Room for the address of the device and the longest frame, a neighbour advertisement (86 bytes)."""

_MOST: Final = 64
"""Frames in one system call."""

_FEW: Final = 2
"""So many are sent one by one: the first announcement of a take-over finds cold caches, and leaves 0.03 ms sooner."""

_SO_SNDBUFFORCE: Final = 32
_BURST: Final = 1 << 20
"""What may wait in a driver's queue, as the kernel counts it: a thousand frames (by default a quarter of that)."""

_SOCKADDR_LL = struct.Struct("=H2si12x")
"""packet(7): family, EtherType as it stands in the frame, interface; the kernel asks for nothing else."""


class Parcel(NamedTuple):
    """One frame with what the kernel has to know, made ahead of time."""

    frame: bytes
    interface: str
    packed: bytes
    """As it lies in a slot."""


def parcel(link: Link, frame: bytes) -> Parcel:
    """``frame`` on its way out of ``link``."""
    device = _SOCKADDR_LL.pack(socket.AF_PACKET, frame[12:14], link.index)
    return Parcel(frame, link.name, (device + frame).ljust(_SLOT, b"\0"))


class _Header(ctypes.Structure):  # struct msghdr
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_size", ctypes.c_uint),
        ("parts", ctypes.c_void_p),
        ("part_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_size", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):  # struct mmsghdr
    _fields_ = (("header", _Header), ("sent", ctypes.c_uint))


class FrameSender:
    """It never receives."""

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_PACKET, kind, 0)  # protocol 0: receives nothing (packet(7))
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _BURST)
        except PermissionError:  # without CAP_NET_ADMIN: as much as wmem_max allows
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BURST)
        libc = ctypes.CDLL(None, use_errno=True)
        self._sendmmsg = libc.sendmmsg
        self._sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
        self._slots = ctypes.create_string_buffer(_SLOT * _MOST)
        self._content = memoryview(self._slots).cast("B")
        # struct iovec: where, how long; the lengths alone differ from piece to piece.
        self._parts = (ctypes.c_size_t * (2 * _MOST))()
        self._messages = (_Message * _MOST)()
        self._prepare()
        self._lengths = memoryview(self._parts).cast("B").cast("L")[1::2]
        self._first = ctypes.addressof(self._messages)

    def _prepare(self) -> None:
        slots, parts = ctypes.addressof(self._slots), ctypes.addressof(self._parts)
        part = 2 * ctypes.sizeof(ctypes.c_size_t)
        for place, message in enumerate(self._messages):
            slot, header = slots + place * _SLOT, message.header
            header.name, header.name_size = slot, _SOCKADDR_LL.size
            header.parts, header.part_count = parts + place * part, 1
            self._parts[2 * place] = slot + _SOCKADDR_LL.size

    def send(self, parcels: Sequence[Parcel]) -> int:
        """Send them in this order; give how many the kernel refused (a link that is going down, most likely)."""
        if len(parcels) <= _FEW:
            return sum(self._send_one(each) for each in parcels)
        return sum(self._send_many(parcels[start : start + _MOST]) for start in range(0, len(parcels), _MOST))

    def _send_one(self, parcel: Parcel) -> int:
        try:
            self._socket.sendto(parcel.frame, (parcel.interface, int.from_bytes(parcel.frame[12:14], "big")))
        except OSError:
            return 1
        return 0

    def _send_many(self, parcels: Sequence[Parcel]) -> int:
        count = len(parcels)
        self._content[: count * _SLOT] = b"".join([each.packed for each in parcels])
        self._lengths[:count] = array("L", [len(each.frame) for each in parcels])
        done = refused = 0
        descriptor, size = self._socket.fileno(), ctypes.sizeof(_Message)
        while done < count:
            sent = self._sendmmsg(descriptor, self._first + done * size, count - done, 0)
            if sent < 0:  # it is about the first of them
                refused += 1
                sent = 1
            done += sent
        return refused

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()
