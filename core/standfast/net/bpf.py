"""Classic BPF filters on sockets (socket(7), SO_ATTACH_FILTER; Python has no name for it)."""

from __future__ import annotations

import ctypes
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
