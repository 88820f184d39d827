"""The loader: a short-lived child that parses, so that no process that keeps time ever does."""

from __future__ import annotations

import contextlib
import os
import signal
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from standfast import __version__
from standfast.config import health_model
from standfast.config.diagnostics import Diagnostic
from standfast.config.health_model import Needs
from standfast.config.model import encode
from standfast.config.secrets import with_secrets
from standfast.supervise import privileges
from standfast.supervise.brood import Brood
from standfast.supervise.generation import memory_file
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.reactor import Reactor
from standfast.transfer import sendable
from standfast.values import SECOND

DEADLINE = 30 * SECOND
"""A plugin that hangs while it declares its keywords must not hang the start for good."""

EX_CONFIG = 2
"""The configuration cannot be run."""

EX_NO_FILE = 6
"""There is no configuration, or it cannot be read."""


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of reading a configuration; its bytes are in the documents that go with it."""

    exit_status: int = 0
    """0: it can be run (perhaps with faults); otherwise the status a start ends with."""
    problem: str = ""
    """Why it cannot be run, in words."""
    diagnostics: tuple[Diagnostic, ...] = ()

    needs: Needs = Needs()
    """Which processes it takes."""

    @property
    def errors(self) -> list[Diagnostic]:
        """Those that make a reload think twice."""
        return [d for d in self.diagnostics if d.severity == "error"]


@dataclass(frozen=True, slots=True)
class Documents:
    """Descriptors of the memory files that a configuration was written to: one for each process that gets a part."""

    vrrp: int
    health: int

    @classmethod
    def empty(cls) -> Documents:
        """Fresh ones."""
        return cls(memory_file(), memory_file())

    def close(self) -> None:
        """They are not wanted."""
        os.close(self.vrrp)
        os.close(self.health)


Done: TypeAlias = Callable[[Report, Documents], None]
"""Gets the report and the documents, which are then its own."""


@dataclass(frozen=True, slots=True)
class Source:
    """What to load."""

    file: str
    config_id: str
    load: Callable[..., Any]
    """:func:`standfast.config.load.load`; imported in the loader, so a parameter only for tests."""
    environ: Mapping[str, str]


class Loading:
    """One run of the loader, seen from the parent."""

    def __init__(self, reactor: Reactor, brood: Brood, source: Source, done: Done, *, deadline: int = DEADLINE) -> None:
        self._reactor = reactor
        self._done = done
        self._heard = bytearray()
        self._documents = Documents.empty()
        self._pipe, theirs = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._pipe, False)

        def main(log: LogPipe) -> int:
            privileges.drop_all_but(privileges.LOADER)
            return _load(source, self._documents, theirs, log)

        keep = (self._documents.vrrp, self._documents.health, theirs)
        self._pid = brood.start("loader", main, keep=keep, on_end=self._ended)
        os.close(theirs)
        self._timer = reactor.after(deadline, self._too_late)
        reactor.on_readable(self._pipe, self._read)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._pipe, 65_536):
                self._heard += piece
            self._finish(self._report())

    def _report(self) -> Report:
        try:
            return msgspec.msgpack.decode(self._heard, type=Report)
        except msgspec.DecodeError:
            return Report(exit_status=EX_CONFIG, problem="the process that reads the configuration died of it")

    def _too_late(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        words = f"reading the configuration took longer than {DEADLINE // SECOND} s and was given up"
        self._finish(Report(exit_status=EX_CONFIG, problem=words))

    def _finish(self, report: Report) -> None:
        self._timer.cancel()
        self._reactor.forget(self._pipe)
        os.close(self._pipe)
        self._done(report, self._documents)

    def _ended(self, status: int) -> None:
        """The end of its pipe says more than its exit status."""


def _load(source: Source, documents: Documents, pipe: int, log: LogPipe) -> int:
    """In the child: read, write the bytes to the memory files, then the report to the pipe."""
    try:
        report = _report(source, documents, log)
    except Exception:
        log.log("error", "config.crashed", traceback.format_exc(limit=-12))
        report = Report(exit_status=EX_CONFIG, problem="reading the configuration failed; the log has the details")
    with open(pipe, "wb") as out:
        out.write(sendable(msgspec.msgpack.encode, report))
    return 0


def _report(source: Source, documents: Documents, log: LogPipe) -> Report:
    installed = _installed()
    if installed not in ("", __version__):  # what would be imported now is not what runs
        return Report(exit_status=EX_CONFIG, problem=f"installed {installed}, running {__version__}: restart")
    loaded = source.load(source.file, config_id=source.config_id, environ=source.environ)
    diagnostics = tuple(loaded.diagnostics)
    if loaded.config is None:
        problem = f"{loaded.stops[0].span}: {loaded.stops[0].message}"
        status = EX_CONFIG if loaded.files else EX_NO_FILE
        return Report(exit_status=status, problem=problem, diagnostics=diagnostics)
    config, complaints = with_secrets(loaded.config, source.environ)
    for words in complaints:
        log.log("error", "config.secret", words)
    _write(documents.vrrp, encode(config))
    _write(documents.health, health_model.encode(loaded.health))
    return Report(diagnostics=diagnostics, needs=health_model.needs(config, loaded.health))


def _write(memory: int, data: bytes) -> None:
    with open(memory, "wb", closefd=False) as out:
        out.write(data)


def _installed() -> str:
    """The version on disk; empty if that cannot be known.

    Looked up afresh: an upgrade under a running daemon must not mix two versions in one family of processes.
    """
    from importlib import metadata

    try:
        return metadata.version("standfast")
    except metadata.PackageNotFoundError:
        return ""
