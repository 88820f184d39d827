"""journald's own protocol (systemd.journal-fields(7)): one datagram for each record, with fields to search by."""

from __future__ import annotations

import re
import socket
import struct
from typing import Final

from standfast.supervise.logpipe import Record

SOCKET: Final = "/run/systemd/journal/socket"

PRIORITIES: Final = {"debug": 7, "info": 6, "warning": 4, "error": 3}
"""syslog(3)."""

_NAME = re.compile(r"[^A-Z0-9_]")


def encode(record: Record) -> bytes:
    """As ``NAME=value`` lines, or with a length where a value has several lines."""
    who = f"{record.instance}: " if record.instance else ""
    fields = {
        "MESSAGE": who + record.words,
        "PRIORITY": PRIORITIES[record.level],
        "SYSLOG_IDENTIFIER": "standfast",
        "SYSLOG_PID": record.pid,
        "SYSLOG_TIMESTAMP": f"{record.time:.6f}",
        "STANDFAST_EVENT": record.event,
        "STANDFAST_PROCESS": record.process,
    }
    if record.instance:
        fields["STANDFAST_INSTANCE"] = record.instance
    for name, value in record.fields.items():
        fields.setdefault(f"STANDFAST_{_NAME.sub('_', name.upper())}", value)
    return b"".join(_field(name, str(value)) for name, value in fields.items())


def _field(name: str, value: str) -> bytes:
    data = value.encode(errors="backslashreplace")
    if b"\n" not in data:
        return name.encode() + b"=" + data + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"


class Journal:
    """The way there; it may be missing, or come back."""

    def __init__(self, path: str = SOCKET) -> None:
        self._path = path

    def write(self, record: Record) -> bool:
        """False: it did not take it."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(encode(record), self._path)
        except OSError:
            return False
        return True
