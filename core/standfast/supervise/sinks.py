"""Where log lines go: standard error, syslog, or a file. The writer alone uses them, so nobody else can be held up."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from standfast.supervise.journal import PRIORITIES
from standfast.supervise.logpipe import Record

Write: TypeAlias = Callable[[Record, str], None]
"""Takes a record and the text that it became, with line ends."""

DEVLOG: Final = "/dev/log"
DAEMON: Final = 3
"""The facility of syslog(3)."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the log goes; by default to standard error."""

    syslog: bool = False
    facility: int = DAEMON
    file: str = ""
    stderr: bool = True


STDERR: Final = Destination()


def open_sinks(where: Destination, descriptor: int) -> list[Write]:
    """Those that are wanted; one that cannot be opened gives way to standard error."""
    sinks: list[Write] = []
    if where.file:
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            opened = os.open(where.file, flags, 0o600)
        except OSError as error:
            write_all(descriptor, f"standfast: cannot write the log to {where.file}: {error.strerror}\n")
            sinks.append(to_descriptor(descriptor))
        else:
            sinks.append(to_descriptor(opened))
    if where.syslog:
        sinks.append(to_syslog(where.facility))
    if where.stderr:
        sinks.append(to_descriptor(descriptor))
    return sinks


def to_descriptor(descriptor: int) -> Write:
    """Each text as it is."""
    return lambda _record, text: write_all(descriptor, text)


def to_syslog(facility: int, path: str = DEVLOG) -> Write:
    """Datagrams of RFC 3164 without a time, which the daemon adds itself."""

    def write(record: Record, text: str) -> None:
        head = f"<{facility * 8 + PRIORITIES[record.level]}>standfast[{record.pid}]: "
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
            # An error: it is being started anew. This line is lost, the next may get through.
            for line in text.splitlines():
                sender.sendto((head + line).encode(errors="backslashreplace"), path)

    return write


def write_all(descriptor: int, text: str) -> None:
    """All of it, or what gets through."""
    data = text.encode(errors="backslashreplace")
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        pass  # closed, or its disk is full: this line is lost, the next may get through
