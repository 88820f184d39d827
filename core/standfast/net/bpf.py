"""Classic BPF filters on sockets (socket(7), SO_ATTACH_FILTER; Python has no name for it)."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from typing import Final

INSTRUCTION = struct.Struct("=HBBI")
"""struct sock_filter: code, jump if true, jump if false, operand."""

_SO_ATTACH_FILTER: Final = 26


def attach(sock: socket.socket, program: bytes) -> None:
    """Replaces the filter that was there before. The kernel copies it."""
    code = ctypes.create_string_buffer(program, len(program))
    fprog = struct.pack("@HP", len(program) // INSTRUCTION.size, ctypes.addressof(code))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)


_ADDRESS = struct.Struct("=HHi12x")
"""struct sockaddr_ll up to what bind(2) looks at."""

_libc = ctypes.CDLL(None, use_errno=True)


def listen_everywhere(sock: socket.socket, protocol: int, index: int = 0) -> None:
    """bind(2) of a packet socket, since Python's wants the name of one interface (0: all). From here on packets come.

    Raises :class:`OSError`.
    """
    address = _ADDRESS.pack(socket.AF_PACKET, socket.htons(protocol), index)
    if _libc.bind(sock.fileno(), address, len(address)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
