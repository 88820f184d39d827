"""Asking a daemon: one second for an answer, and a clear word for every way in which there is none."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from standfast.control.protocol import Request, encode

PATIENCE_S = 1.0
"""A loop that turns answers within microseconds; after a second it is stuck."""

_ALIVE_S = 3.0
"""The same, for one that may have tens of thousands of servers to tell of."""

_PIECE = 1 << 18
_PEER = struct.Struct("3i")
"""struct ucred of unix(7)."""


class NoAnswer(Exception):  # noqa: N818 - what happened
    """Base of the two below; ``str()`` is fit for people."""


class Gone(NoAnswer):
    """Nobody listens there."""


class Stuck(NoAnswer):
    """Somebody holds the socket and does not answer."""


class Denied(NoAnswer):
    """We may not ask."""


def ask(run_dir: Path, name: str, request: Request, *, patience_s: float | None = PATIENCE_S) -> dict[str, Any]:
    """The one answer of socket ``run_dir/name``. ``patience_s`` None: as long as it takes (a reload).

    Raises :class:`Gone`, :class:`Stuck` or :class:`Denied`.
    """
    with connected(run_dir, name, patience_s=PATIENCE_S) as connection:
        connection.settimeout(patience_s)
        return next(_answers(connection, name, request), {})


def alive(run_dir: Path, process: str) -> None:
    """Before an order that may take its time: raises :class:`Gone` or :class:`Stuck` if that is so.

    Whether we may give one, the other socket says.
    """
    with suppress(Denied):
        ask(run_dir, f"{process}.status", Request(do="status"), patience_s=_ALIVE_S)


def watch(
    run_dir: Path, name: str, *, patience_s: float | None, request: Request | None = None
) -> Iterator[dict[str, Any]]:
    """Answer after answer, as they come. Ends when the daemon hangs up; raises as :func:`ask` does."""
    with connected(run_dir, name, patience_s=PATIENCE_S) as connection:
        connection.settimeout(patience_s)
        yield from _answers(connection, name, request or Request(do="watch"))


@contextmanager
def connected(run_dir: Path, name: str, *, patience_s: float) -> Iterator[socket.socket]:
    """A connection to one of the sockets."""
    directory = _directory(run_dir)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(patience_s)
    try:
        # By way of the descriptor: sun_path holds 108 bytes, the directory's name may be longer.
        connection.connect(f"/proc/self/fd/{directory}/{name}")
    except PermissionError as error:
        connection.close()
        who = "be root" if name.endswith(".ctl") else "be root, or of the group that `status_group` names"
        raise Denied(f"you may not use {run_dir}/{name}: {who}") from error
    except (TimeoutError, BlockingIOError) as error:
        connection.close()
        raise Stuck(f"the process behind {run_dir}/{name} takes no more questions") from error
    except OSError as error:
        connection.close()
        raise Gone(f"no daemon listens at {run_dir}/{name}: {error.strerror}{_elsewhere(run_dir)}") from error
    finally:
        os.close(directory)
    with connection:
        yield connection


def _directory(run_dir: Path) -> int:
    try:
        return os.open(run_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError as error:
        raise Denied(f"you may not look into {run_dir}: be root") from error
    except OSError as error:
        raise Gone(f"no daemon has been at {run_dir}: {error.strerror}") from error


def _elsewhere(run_dir: Path) -> str:
    """One with a name of its own (`instance NAME`) lives in a directory below the usual one."""
    found = sorted(str(path.parent) for path in run_dir.glob("*/daemon.status"))
    return f"; there is {' and '.join(found[:3])}: say so with --run-dir" if found else ""


def _answers(connection: socket.socket, name: str, request: Request) -> Iterator[dict[str, Any]]:
    heard: list[bytes] = []  # the pieces of one line; a status of very many servers comes in hundreds
    try:
        connection.sendall(encode(request))
        while piece := connection.recv(_PIECE):
            first, *more = piece.split(b"\n")
            heard.append(first)
            for following in more:
                yield msgspec.json.decode(b"".join(heard))
                heard = [following]
    except TimeoutError as error:
        raise Stuck(f"the process behind {name}{_whose(connection, name)} does not answer") from error
    except OSError as error:
        raise Gone(f"the process behind {name} has gone: {error.strerror}") from error


def _whose(connection: socket.socket, name: str) -> str:
    """Its PID in words, where the kernel can say: it notes who called listen(2), and that is the parent for all."""
    if not name.startswith("daemon."):
        return ""
    pid, _uid, _gid = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return f" (PID {pid})" if pid else ""  # 0: in a PID namespace that we cannot see
