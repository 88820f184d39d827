"""Hear VRRP on interfaces without taking part (packet(7)): everything else is dropped in the kernel."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from typing import Final

from standfast.net import bpf

_ALL: Final = 0x0003
"""ETH_P_ALL: what comes in and what goes out."""

_SOL_PACKET, _ADD_MEMBERSHIP, _ALL_MULTICAST = 263, 1, 2
_MEMBERSHIP: Final = struct.Struct("=iHH8s")
_SO_RCVBUFFORCE: Final = 33
_BUFFER: Final = 4_194_304
_DATAGRAM: Final = 65_536

_LOAD_BYTE, _AND, _JUMP_IF_EQUAL, _RETURN = 0x30, 0x54, 0x15, 0x06
_PROGRAM: Final = (
    (_LOAD_BYTE, 0, 0, 0),
    (_AND, 0, 0, 0xF0),
    (_JUMP_IF_EQUAL, 0, 3, 0x40),  # 2 -> 3, or 6
    (_LOAD_BYTE, 0, 0, 9),
    (_JUMP_IF_EQUAL, 4, 0, 112),  # 4 -> 9
    (_JUMP_IF_EQUAL, 3, 2, 51),  # 5 -> 9, or 8
    (_LOAD_BYTE, 0, 0, 6),  # 6: IPv6, or nothing that matters
    (_JUMP_IF_EQUAL, 1, 0, 112),  # 7 -> 9
    (_RETURN, 0, 0, 0),
    (_RETURN, 0, 0, 0xFFFFFFFF),
)
"""Jumps count from the next step; the numbers behind are steps."""


class Overhearer:
    """``fileno()`` is readable when there is something to :meth:`read`.

    ``interfaces``: none means all. Raises :class:`OSError` (no permission, no such interface).
    """

    def __init__(self, interfaces: Iterable[str] = ()) -> None:
        self._only = frozenset(interfaces)
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_PACKET, kind, 0)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
            bpf.attach(self._socket, b"".join(bpf.INSTRUCTION.pack(*step) for step in _PROGRAM))
            names = self._only or {name for _, name in socket.if_nameindex()}
            for name in names:
                self._hear_groups(name)
            only = socket.if_nametoindex(next(iter(self._only))) if len(self._only) == 1 else 0
            bpf.listen_everywhere(self._socket, _ALL, only)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Of the socket."""
        return self._socket.fileno()

    def close(self) -> None:
        """The kernel takes the memberships back."""
        self._socket.close()

    def read(self, limit: int = 256) -> list[tuple[str, bytes]]:
        """Interface and IP datagram of what waits."""
        heard: list[tuple[str, bytes]] = []
        for _ in range(limit):
            try:
                datagram, (interface, *_rest) = self._socket.recvfrom(_DATAGRAM)
            except BlockingIOError:
                break
            if not self._only or interface in self._only:
                heard.append((interface, datagram))
        return heard

    def _hear_groups(self, name: str) -> None:
        request = _MEMBERSHIP.pack(socket.if_nametoindex(name), _ALL_MULTICAST, 0, bytes(8))
        self._socket.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, request)
