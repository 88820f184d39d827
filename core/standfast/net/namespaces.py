"""Moving this process into a network namespace (setns(2); Python has ``os.setns`` only from 3.12)."""

from __future__ import annotations

import ctypes
import os
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
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(descriptor, _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            words = f"cannot enter network namespace {name!r}: {os.strerror(number)} (needs root)"
            raise NoSuchNamespace(number, words)
    finally:
        os.close(descriptor)
