"""Log records on their way to the writer: datagrams that are sent or dropped, never waited for.

A full disk, a stopped terminal or a slow journal must not delay an advert.  So whoever keeps time hands
its records to a socket pair; when that is full the record is counted and forgotten, and the count is the
next thing said.
"""

from __future__ import annotations

import os
import socket
import time

import msgspec

from standfast.clock import wall_clock_at
from standfast.events import Event, Level
from standfast.supervise.telling import told

RECORD_LIMIT = 16_384
"""Bytes of one encoded record; longer words are cut."""

_WORDS_LIMIT = 4_000
_BUFFER = 1_048_576


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One log line before anybody has decided how it looks."""

    time: float
    """Unix seconds."""
    level: Level
    event: str
    """Dotted name, stable: ``vrrp.transition``."""
    words: str
    process: str
    pid: int
    instance: str = ""
    fields: dict[str, str | int | float | bool] = {}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


def decode(data: bytes) -> Record:
    """Raises :class:`msgspec.DecodeError` for anything that is no record."""
    return _decoder.decode(data)


def pair() -> tuple[socket.socket, socket.socket]:
    """``(sending end, writer's end)``; the sending end never blocks."""
    sender, receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sender.setblocking(False)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    return sender, receiver


class LogPipe:
    """The sending end, as one process sees it."""

    def __init__(self, sender: socket.socket, process: str) -> None:
        self.socket = sender
        self.process = process
        self.dropped = 0
        """Records lost since the last one that got through."""

    def log(
        self,
        level: Level,
        event: str,
        words: str,
        *,
        instance: str = "",
        at: int | None = None,
        fields: dict[str, str | int | float | bool] | None = None,
    ) -> None:
        """Say it, if there is room. ``at``: microseconds on CLOCK_BOOTTIME, default now."""
        record = Record(
            time=time.time() if at is None else wall_clock_at(at),
            level=level,
            event=event,
            words=words[:_WORDS_LIMIT],
            process=self.process,
            pid=os.getpid(),
            instance=instance,
            fields=fields or {},
        )
        if (self.dropped and not self._confess()) or not self._send(record):
            self.dropped += 1

    def tell(self, event: Event) -> None:
        """Log an event; one that has nothing to say to people is left out."""
        what = told(event)
        if what is not None:
            self.log(what.level, what.event, what.words, instance=event.instance, at=event.at, fields=what.fields)

    def _confess(self) -> bool:
        words = f"{self.dropped} log records of this process were dropped: whoever reads the log is too slow"
        confession = Record(
            time=time.time(),
            level="warning",
            event="log.dropped",
            words=words,
            process=self.process,
            pid=os.getpid(),
            fields={"dropped": self.dropped},
        )
        if not self._send(confession):
            return False
        self.dropped = 0
        return True

    def _send(self, record: Record) -> bool:
        try:
            self.socket.send(_encoder.encode(record))
        except OSError:  # full, too long, or nobody holds the other end any more
            return False
        return True
