"""The writer: the one process that may be stopped by a full disk or a slow terminal, because nobody waits for it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

from standfast.events import Level
from standfast.supervise import old_style
from standfast.supervise.journal import PRIORITIES, Journal
from standfast.supervise.logpipe import RECORD_LIMIT, Record, decode
from standfast.supervise.repeats import Repeats
from standfast.supervise.sinks import STDERR, Destination, open_sinks

LogFormat: TypeAlias = Literal["auto", "json", "console", "keepalived"]
_Render: TypeAlias = Callable[[Record], str]

LEVELS: Final = ("debug", "info", "warning", "error")

SET_LEVEL: Final = "log.level"
"""A record of the parent with this name tells the writer what to write from now on (its field ``level``)."""


def write_records(
    receiver: socket.socket, descriptor: int, style: LogFormat, *, level: Level, where: Destination = STDERR
) -> int:
    """Write every record that comes in, until nobody is left who could send one. Returns the exit status.

    With ``level`` debug every line is written; otherwise what repeats itself is counted.
    """
    writer = Writer(descriptor, style, level, where)
    while True:
        receiver.settimeout(writer.repeats.wait_s)
        try:
            data = receiver.recv(RECORD_LIMIT * 2)
        except TimeoutError:
            writer.look(time.time())
            continue
        if not data:
            writer.finish(time.time())
            return 0
        try:
            record = decode(data)
        except msgspec.DecodeError:
            continue
        writer.take(record)


class Writer:
    """What becomes of a record."""

    def __init__(self, descriptor: int, style: LogFormat, level: Level, where: Destination) -> None:
        self._render = renderer(style, descriptor, os.environ, where)
        self._sinks = open_sinks(where, descriptor)
        to_journal = style == "auto" and where.stderr and _is_journal(descriptor, os.environ.get("JOURNAL_STREAM", ""))
        self._journal = Journal() if to_journal else None
        self._least = LEVELS.index(level)
        self.repeats = Repeats()

    def take(self, record: Record) -> None:
        """Write it, count it, or let it be."""
        if record.event == SET_LEVEL and record.process == "parent":
            self._least = LEVELS.index(str(record.fields["level"]))
        elif LEVELS.index(record.level) < self._least:
            return
        if self._least == 0 or self.repeats.new(record):
            self.look(record.time)  # how often the last one was said comes before what is said now
            self._write(record)

    def look(self, now: float) -> None:
        """Say how often what was kept back was said."""
        for record in self.repeats.due(now):
            self._write(record)

    def finish(self, now: float) -> None:
        """The same, at the end, for all."""
        for record in self.repeats.rest(now):
            self._write(record)

    def _write(self, record: Record) -> None:
        if self._journal is not None and self._journal.write(record):
            return
        text = self._render(record)
        for sink in self._sinks:
            sink(record, text)


def renderer(style: LogFormat, descriptor: int, environ: Mapping[str, str], where: Destination = STDERR) -> _Render:
    """How a record looks: as asked, or as suits whatever is behind the descriptor."""
    if style == "json":
        return _json_renderer()
    if style == "keepalived":
        return _old_renderer(dated=not where.syslog)
    if style == "auto" and _is_journal(descriptor, environ.get("JOURNAL_STREAM", "")):
        return _journal
    return _console_renderer(colors=os.isatty(descriptor))


def _is_journal(descriptor: int, stream: str) -> bool:
    """systemd.exec(5): JOURNAL_STREAM holds device and inode, and is inherited by those whose stderr is elsewhere."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return stream == f"{found.st_dev}:{found.st_ino}"


def _journal(record: Record) -> str:
    """One line with the level as sd-daemon(3) has it; the journal adds the time itself."""
    who = f"{record.instance}: " if record.instance else ""
    words = record.words.replace("\n", "\\n ")
    return f"<{PRIORITIES[record.level]}>{who}{words} [{record.event}]\n"


def _old_renderer(*, dated: bool) -> _Render:
    def text(record: Record) -> str:
        head = f"{old_style.dated(record.time)}: " if dated else ""
        return "".join(f"{head}{line}\n" for line in old_style.lines(record))

    return text


def _json_renderer() -> _Render:
    import structlog

    render = structlog.processors.JSONRenderer()

    def line(record: Record) -> str:
        moment = datetime.fromtimestamp(record.time, UTC).isoformat(timespec="microseconds")
        fields: dict[str, Any] = {"timestamp": moment, "level": record.level, "event": record.event}
        fields |= {"message": record.words, "process": record.process, "pid": record.pid}
        if record.instance:
            fields["instance"] = record.instance
        return f"{_text(render(None, record.level, fields | record.fields))}\n"

    return line


def _console_renderer(*, colors: bool) -> _Render:
    import structlog

    render = structlog.dev.ConsoleRenderer(colors=colors, pad_event_to=0, sort_keys=False)

    def line(record: Record) -> str:
        moment = datetime.fromtimestamp(record.time).astimezone().isoformat(sep=" ", timespec="milliseconds")
        who = f"{record.instance}: " if record.instance else ""
        fields: dict[str, Any] = {"timestamp": moment, "level": record.level, "event": who + record.words}
        fields["logger"] = record.process
        return f"{_text(render(None, record.level, fields))}\n"

    return line


def _text(rendered: str | bytes) -> str:
    return rendered if isinstance(rendered, str) else rendered.decode()
