"""The named pipes for notices (``notify_fifo`` and its kin): made and opened by the parent, written to by the children.

The parent alone may give a pipe away or open one that is somebody else's. It opens them for reading too, so that lines
wait for a reader who comes later, and nobody who writes is ever stopped by a reader who goes.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
from pathlib import Path

from standfast.config.script_model import Fifo, Identity
from standfast.supervise.logpipe import LogPipe

_MODE = 0o644


class Pipes:
    """Those of one daemon, from its start to its end."""

    def __init__(self, fifos: dict[str, Fifo], umask: int, log: LogPipe) -> None:
        self.descriptors: dict[str, int] = {}
        """Keyword -> descriptor; one that cannot be had is missing, and logged."""
        self._made: list[Path] = []
        for name, fifo in fifos.items():
            try:
                self.descriptors[name] = self._open(fifo, umask)
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                log.log("error", "start.pipe", f"`{name} {fifo.path}` gets nothing: {why}")

    def close(self) -> None:
        """Remove those that were made here."""
        for descriptor in self.descriptors.values():
            os.close(descriptor)
        for path in self._made:
            with contextlib.suppress(OSError):
                path.unlink()
        self.descriptors, self._made = {}, []

    def _open(self, fifo: Fifo, umask: int) -> int:
        path = Path(fifo.path)
        owner = numbers(fifo.owner)
        with contextlib.suppress(FileExistsError):
            before = os.umask(umask)
            try:
                os.mkfifo(path, _MODE)
            finally:
                os.umask(before)
            self._made.append(path)
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            self._judge(path, descriptor, owner)
        except (OSError, ValueError):
            os.close(descriptor)
            raise
        return descriptor

    def _judge(self, path: Path, descriptor: int, owner: tuple[int, int] | None) -> None:
        found = os.fstat(descriptor)
        if not stat.S_ISFIFO(found.st_mode):
            raise ValueError("it is there, and not a pipe")
        if path in self._made:
            if owner is not None:
                os.fchown(descriptor, *owner)
        elif found.st_uid not in {os.geteuid(), *(owner or ())[:1]}:
            raise ValueError(f"it belongs to user {found.st_uid}: remove it, or name its owner behind the path")


def numbers(identity: Identity) -> tuple[int, int] | None:
    """User and group; None: nobody is named. Raises :class:`ValueError` for who does not exist."""
    if not identity.user:
        return None
    try:
        entry = pwd.getpwnam(identity.user)
        gid = grp.getgrnam(identity.group).gr_gid if identity.group else entry.pw_gid
    except KeyError as error:
        raise ValueError(f"there is no {error.args[0]}") from None
    return entry.pw_uid, gid
