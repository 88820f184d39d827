"""Listening sockets for HTTP: bound when a configuration is prepared, listening once it is committed."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import Final

from standfast.config.health_model import Listener

BACKLOG: Final = 64
_IP_FREEBIND: Final = 15
"""<linux/in.h>; for IPv6 too."""


def bound(listener: Listener) -> socket.socket:
    """A socket at this place that nobody can connect to yet. Raises :class:`OSError` saying why not."""
    return _unix(listener) if listener.address is None else _tcp(listener)


def _tcp(listener: Listener) -> socket.socket:
    assert listener.address is not None  # noqa: S101 - for the type checker
    made = socket.socket(listener.address.socket_family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_IP, _IP_FREEBIND, 1)  # an address that comes later, or goes, is no matter
        if listener.address.family == 6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((str(listener.address), listener.port))
    except BaseException:
        made.close()
        raise
    return made


def _unix(listener: Listener) -> socket.socket:
    """Under another name beside it, so that :func:`put_in_place` can put it there in one step."""
    path = Path(listener.path)
    if path.exists() and not stat.S_ISSOCK(path.lstat().st_mode):
        raise FileExistsError(17, "there is something at this path that is no socket", str(path))
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        beside = _beside(listener)
        beside.unlink(missing_ok=True)
        made.bind(str(beside))
        beside.chmod(listener.mode)
    except BaseException:
        made.close()
        raise
    return made


def put_in_place(listener: Listener, made: socket.socket) -> None:
    """From now on clients may connect. Raises :class:`OSError`."""
    made.listen(BACKLOG)
    if listener.address is None:
        _beside(listener).replace(listener.path)


def give_up(listener: Listener, made: socket.socket, *, listening: bool) -> None:
    """Close it, and take a Unix socket's name away if it is still this socket's."""
    made.close()
    if listener.address is None:
        (Path(listener.path) if listening else _beside(listener)).unlink(missing_ok=True)


def _beside(listener: Listener) -> Path:
    path = Path(listener.path)
    return path.with_name(f".{path.name[:80]}.{os.getpid()}")
