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
from standfast.events import DualMaster, Event, Level, QuorumChange, Remark, ServerChange, Transition
from standfast.values import seconds

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
        """Log an event; one that is none of these has nothing to say to people."""
        if isinstance(event, Transition):
            words = f"{event.old} -> {event.new}: {event.cause}"
            fields: dict[str, str | int | float | bool] = {
                "old": event.old,
                "new": event.new,
                "priority": event.priority,
            }
            level: Level = "warning" if event.new == "FAULT" else "info"
            self.log(level, "vrrp.transition", words, instance=event.instance, at=event.at, fields=fields)
        elif isinstance(event, DualMaster):
            self._tell_dual_master(event)
        elif isinstance(event, ServerChange):
            state = f"up with weight {event.weight}" if event.up else "down"
            level = "info" if event.up else "warning"
            words = f"{event.server} of {event.service} is {state}: {event.cause}"
            self.log(level, "lvs.server", words, at=event.at, fields={"service": event.service, "server": event.server})
        elif isinstance(event, QuorumChange):
            words = f"{event.service} is {'up' if event.up else 'down'}: {event.cause}"
            words += "; the sorry server serves" if event.sorry else ""
            fields = {"service": event.service, "weight": event.weight, "quorum": event.quorum}
            self.log("info" if event.up else "warning", "lvs.quorum", words, at=event.at, fields=fields)
        elif isinstance(event, Remark):
            self.log(event.level, event.event, event.words, instance=event.instance, at=event.at, fields=event.fields)

    def _tell_dual_master(self, event: DualMaster) -> None:
        who = f"{event.other} (priority {event.other_priority})"
        if event.over:
            words, level = f"one master again: {who} was heard for {seconds(event.lasted)}", "info"
        else:
            words, level = f"two masters: {who} does not yield to us; is there a one-way link between us?", "error"
        self.log(level, "vrrp.dual_master", words, instance=event.instance, at=event.at)  # type: ignore[arg-type] # mypy widens it

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
