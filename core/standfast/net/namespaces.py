"""Moving this process into a network namespace (setns(2); Python has ``os.setns`` only from 3.12)."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUN_NETNS = Path("/run/netns")
"""Where ``ip netns add`` keeps names (ip-netns(8))."""

_CLONE_NEWNET = 0x40000000


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
        words = f"no network namespace {name!r} ({path}: {error.strerror}); make it first: ip netns add {name}"
        raise NoSuchNamespace(error.errno, words) from error
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


def _set(descriptor: int, name: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        words = f"cannot enter network namespace {name!r}: {os.strerror(number)} (needs root)"
        raise NoSuchNamespace(number, words)
