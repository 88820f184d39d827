"""inotify(7) for the VRRP process: what happens to names in a directory, without a thread."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from typing import Final

CLOSE_WRITE: Final = 0x8
MOVED_FROM: Final = 0x40
MOVED_TO: Final = 0x80
CREATE: Final = 0x100
DELETE: Final = 0x200
IGNORED: Final = 0x8000
OVERFLOW: Final = 0x4000

_ONLYDIR: Final = 0x1000000
_EVENT: Final = struct.Struct("=iIII")
_BUFFER: Final = 16_384

_libc = ctypes.CDLL(None, use_errno=True)


class Inotify:
    """One inotify instance. Raises :class:`OSError` when the kernel refuses one."""

    def __init__(self) -> None:
        self._descriptor = _checked(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def fileno(self) -> int:
        """For ``wait_readable``."""
        return self._descriptor

    def watch(self, directory: str) -> int:
        """Be told of files that appear, vanish or were written there; the number that events carry."""
        mask = CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE | _ONLYDIR
        return _checked(_libc.inotify_add_watch(self._descriptor, os.fsencode(directory), ctypes.c_uint32(mask)))

    def forget(self, number: int) -> None:
        """Watch no longer; a watch that the kernel has dropped already is no error."""
        _libc.inotify_rm_watch(self._descriptor, number)

    def read(self) -> list[tuple[int, int, str]]:
        """What waits: number of the watch, what happened, and to which name."""
        try:
            return list(decode(os.read(self._descriptor, _BUFFER)))
        except BlockingIOError:
            return []

    def close(self) -> None:
        """The end."""
        os.close(self._descriptor)


def decode(data: bytes) -> Iterator[tuple[int, int, str]]:
    """The kernel's records; a torn one at the end is left out."""
    at = 0
    while at + _EVENT.size <= len(data):
        number, mask, _cookie, length = _EVENT.unpack_from(data, at)
        at += _EVENT.size
        if at + length > len(data):
            return
        yield number, mask, os.fsdecode(data[at : at + length].split(b"\0")[0])
        at += length


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
