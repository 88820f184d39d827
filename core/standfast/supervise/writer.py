"""The writer: the one process that may be stopped by a full disk or a slow terminal, because nobody waits for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

import msgspec

from standfast.supervise.logpipe import RECORD_LIMIT, Record, decode

LogFormat: TypeAlias = Literal["auto", "json", "console"]
_Render: TypeAlias = Callable[[Record], str]

_SYSLOG = {"debug": 7, "info": 6, "warning": 4, "error": 3}


def write_records(receiver: socket.socket, descriptor: int, style: LogFormat, *, debug: bool) -> int:
    """Write every record that comes in, until nobody is left who could send one. Returns the exit status."""
    render = renderer(style, descriptor, os.environ)
    while data := receiver.recv(RECORD_LIMIT * 2):
        try:
            record = decode(data)
        except msgspec.DecodeError:
            continue
        if debug or record.level != "debug":
            _write(descriptor, render(record))
    return 0


def renderer(style: LogFormat, descriptor: int, environ: Mapping[str, str]) -> _Render:
    """How a record looks: as asked, or as suits whatever is behind the descriptor."""
    if style == "json":
        return _json_renderer()
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
    return f"<{_SYSLOG[record.level]}>{who}{words} [{record.event}]\n"


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


def _write(descriptor: int, line: str) -> None:
    data = line.encode(errors="backslashreplace")
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        pass  # closed, or its disk is full: this line is lost, the next may get through
