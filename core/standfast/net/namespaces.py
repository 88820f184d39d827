"""Moving this process into a network namespace (setns(2); Python has ``os.setns`` only from 3.12)."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUN_NETNS = Path("/run/netns")
"""Where ``ip netns add`` keeps names (ip-netns(8))."""

_CLONE_NEWNET = 0x40000000


_HINTS = {
    errno.EPERM: ": that needs root (CAP_SYS_ADMIN)",
    errno.EINVAL: ": what has this name is no network namespace",
}
"""What to do about an error of setns(2)."""


class NoSuchNamespace(OSError):  # noqa: N818 - named after what happened
    """The namespace cannot be entered; the message says why and what to do."""


def enter(name: str) -> None:
    """Put this process into the network namespace ``name`` (or into the one at a path).

    Call it before there are threads: setns(2) moves the calling thread alone.
    """
    path = Path(name) if "/" in name else RUN_NETNS / name
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise NoSuchNamespace(error.errno, _unopened(name, path, error)) from error
    try:
        _set(descriptor, name)
    finally:
        os.close(descriptor)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Within this block new sockets belong to the network namespace ``name`` (or a path); none for an empty one.

    They stay there when the block is left. Nothing may be awaited in it and no thread may begin in it: it is the
    calling thread that goes there and comes back. Raises :class:`NoSuchNamespace`.
    """
    if not name:
        yield
        return
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(name)
        try:
            yield
        finally:
            _set(home, "of this process")
    finally:
        os.close(home)


def _unopened(name: str, path: Path, error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"network namespace {name!r} cannot be entered ({path}: {error.strerror}): that needs root"
    if error.errno not in (errno.ENOENT, errno.ENOTDIR):
        return f"network namespace {name!r} cannot be opened ({path}: {error.strerror})"
    words = f"no network namespace {name!r} ({path}: {error.strerror})"
    return words if "/" in name else f"{words}; make it first: ip netns add {name}"


def _set(descriptor: int, name: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        hint = _HINTS.get(number, "")
        words = f"cannot enter network namespace {name!r}: {os.strerror(number)}{hint}"
        raise NoSuchNamespace(number, words)
