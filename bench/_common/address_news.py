"""When the kernel of a host told of addresses that come and go. Run as a program it is the reader itself.

The reader stands above the daemons' priority and, once something happens, looks without sleeping until all is quiet: it
must neither be kept waiting by the daemon whose work it dates, nor have itself woken by that daemon for each address.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import socket
import struct
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from standfast.lab.namespace import Namespace

NEW, GONE = 20, 21  # RTM_NEWADDR, RTM_DELADDR

_IPV4_IFADDR = 1 << 4  # RTNLGRP_IPV4_IFADDR, as a mask
_SO_RCVBUFFORCE = 33
_BUFFER = 16 << 20
_KIND = struct.Struct("=4xH")  # of a netlink header
_COUNT = struct.Struct("=Q")
_ENTRY = struct.Struct("=Qd")
_MOST = 1 << 14
_SIZE = _COUNT.size + _MOST * _ENTRY.size
_QUIET_S = 0.005
_ABOVE_THE_DAEMONS = 60


class AddressNews:
    """IPv4 addresses of one host from now on (seconds since the epoch)."""

    def __init__(self, namespace: Namespace) -> None:
        with namespace.entered():
            kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
            self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        self._socket.bind((0, _IPV4_IFADDR))
        descriptor = os.memfd_create("address-news")
        os.ftruncate(descriptor, _SIZE)
        self._memory = mmap.mmap(descriptor, _SIZE)
        listening = self._socket.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(listening), str(descriptor)], pass_fds=[listening, descriptor]
        )
        os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def wait(self, kind: int, count: int, timeout_s: float = 30) -> list[float]:
        """The times of so many of them, or of those that there were when the time was over."""
        deadline = time.monotonic() + timeout_s
        while len(times := self._times(kind)) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return times

    def _times(self, kind: int) -> list[float]:
        (count,) = _COUNT.unpack_from(self._memory)
        entries = (_ENTRY.unpack_from(self._memory, _COUNT.size + place * _ENTRY.size) for place in range(count))
        return [at for what, at in entries if what == kind]


def read(listening: int, descriptor: int) -> None:
    """Note what comes by the socket until killed."""
    memory = mmap.mmap(descriptor, _SIZE)
    news = socket.socket(fileno=listening)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_ABOVE_THE_DAEMONS))
    count, looking_until = 0, 0.0
    while count < _MOST:
        waiting = 0 if time.time() > looking_until else socket.MSG_DONTWAIT
        try:
            data = news.recv(2048, waiting)
        except BlockingIOError:
            continue
        now = time.time()
        looking_until = now + _QUIET_S
        _ENTRY.pack_into(memory, _COUNT.size + count * _ENTRY.size, _KIND.unpack_from(data)[0], now)
        count += 1
        _COUNT.pack_into(memory, 0, count)


if __name__ == "__main__":
    read(int(sys.argv[1]), int(sys.argv[2]))
