"""The few calls that Python's standard library leaves out: prctl(2) and capset(2)."""

from __future__ import annotations

import ctypes
import os

PR_SET_NAME = 15
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def prctl(option: int, argument: int | bytes = 0) -> int:
    """Raises :class:`OSError` when the kernel refuses."""
    value = ctypes.c_char_p(argument) if isinstance(argument, bytes) else ctypes.c_ulong(argument)
    zero = ctypes.c_ulong(0)
    return _checked(_libc.prctl(option, value, zero, zero, zero))


def get_permitted() -> int:
    """The permitted capabilities of this process as a bit mask."""
    header, data = _Header(_CAPABILITY_VERSION_3, 0), (_Data * 2)()
    _checked(_libc.capget(ctypes.byref(header), data))
    return int(data[0].permitted) | int(data[1].permitted) << 32


def set_capabilities(mask: int) -> None:
    """Effective and permitted become ``mask``, inheritable becomes empty."""
    header, data = _Header(_CAPABILITY_VERSION_3, 0), (_Data * 2)()
    for word in range(2):
        part = mask >> (32 * word) & 0xFFFF_FFFF
        data[word] = _Data(part, part, 0)
    _checked(_libc.capset(ctypes.byref(header), data))


def set_effective(mask: int) -> None:
    """Only the effective set changes: what is permitted besides can be taken up again, here or in a forked child."""
    permitted = get_permitted()
    header, data = _Header(_CAPABILITY_VERSION_3, 0), (_Data * 2)()
    for word in range(2):
        held, used = permitted >> (32 * word) & 0xFFFF_FFFF, mask >> (32 * word) & 0xFFFF_FFFF
        data[word] = _Data(held & used, held, 0)
    _checked(_libc.capset(ctypes.byref(header), data))


def get_effective() -> int:
    """The effective capabilities of this process as a bit mask."""
    header, data = _Header(_CAPABILITY_VERSION_3, 0), (_Data * 2)()
    _checked(_libc.capget(ctypes.byref(header), data))
    return int(data[0].effective) | int(data[1].effective) << 32


def name_process(name: str) -> None:
    """What ``ps`` and ``top`` show (at most 15 bytes)."""
    prctl(PR_SET_NAME, name.encode())


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
