"""The loader: a short-lived child that parses, so that no process that keeps time ever does."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import msgspec
from msgspec import structs

from standfast import __version__
from standfast.config import health_model
from standfast.config.diagnostics import Diagnostic
from standfast.config.health_model import Needs
from standfast.config.model import encode
from standfast.containment import Guard
from standfast.supervise import privileges
from standfast.supervise.brood import Brood
from standfast.supervise.generation import memory_file, read_all
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.marker import save
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
    without: Mapping[str, str] = field(default_factory=dict)
    """Plugins that are not loaded -> why: as in :class:`standfast.containment.Guard`."""
    first: bool = False
    """At the start of the daemon, when no other version can have been installed since."""


class Loading:
    """One run of the loader, seen from the parent.

    A plugin that hangs in a way no signal ends, or that ends the process, costs one run; the next goes without it.
    """

    def __init__(self, reactor: Reactor, brood: Brood, source: Source, done: Done, *, deadline: int = DEADLINE) -> None:
        self._reactor = reactor
        self._brood = brood
        self._source = source
        self._done = done
        self._deadline = deadline
        self._heard = bytearray()
        self._documents = Documents.empty()
        self._asking = memory_file()
        self._pipe, theirs = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._pipe, False)

        def main(log: LogPipe) -> int:
            privileges.drop_all_but(privileges.LOADER)
            return _load(source, self._documents, theirs, self._asking, log)

        keep = (self._documents.vrrp, self._documents.health, self._asking, theirs)
        self._pid = brood.start("loader", main, keep=keep, on_end=self._ended)
        os.close(theirs)
        self._timer = reactor.after(deadline, self._too_late)
        reactor.on_readable(self._pipe, self._read)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._pipe, 65_536):
                self._heard += piece
            try:
                self._finish(msgspec.msgpack.decode(self._heard, type=Report))
            except msgspec.DecodeError:
                problem = "the process that reads the configuration died of it"
                self._again_or(problem, "it ended the process that loads plugins")

    def _too_late(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        words = f"longer than {self._deadline // SECOND} s and was given up"
        self._again_or(f"reading the configuration took {words}", f"loading it took {words}")

    def _again_or(self, problem: str, words: str) -> None:
        """Without the plugin whose code was running; if none was, the configuration cannot be read."""
        culprit = read_all(self._asking).decode(errors="replace")
        if not culprit or culprit in self._source.without:
            self._finish(Report(exit_status=EX_CONFIG, problem=problem))
            return
        self._forget()
        self._documents.close()
        source = replace(self._source, without={**self._source.without, culprit: words})
        Loading(self._reactor, self._brood, source, self._done, deadline=self._deadline)

    def _finish(self, report: Report) -> None:
        self._forget()
        self._done(report, self._documents)

    def _forget(self) -> None:
        self._timer.cancel()
        self._reactor.forget(self._pipe)
        os.close(self._pipe)
        os.close(self._asking)

    def _ended(self, status: int) -> None:
        """The end of its pipe says more than its exit status."""


def _load(source: Source, documents: Documents, pipe: int, asking: int, log: LogPipe) -> int:
    """In the child: read, write the bytes to the memory files, then the report to the pipe."""

    def note(plugin: str) -> None:
        data = plugin.encode(errors="replace")
        os.ftruncate(asking, 0)
        os.pwrite(asking, data, 0)

    try:
        report = _report(source, documents, Guard(without=source.without, asking=note), log)
    except Exception:
        log.log("error", "config.crashed", traceback.format_exc(limit=-12))
        report = Report(exit_status=EX_CONFIG, problem="reading the configuration failed; the log has the details")
    with open(pipe, "wb") as out:
        out.write(sendable(msgspec.msgpack.encode, report))
    return 0


def _report(source: Source, documents: Documents, guard: Guard, log: LogPipe) -> Report:
    installed = "" if source.first else _installed()
    if installed not in ("", __version__):  # what would be imported now is not what runs
        return Report(exit_status=EX_CONFIG, problem=f"installed {installed}, running {__version__}: restart")
    from standfast.config.secrets import with_secrets, with_token  # in this process alone: it brings the language

    loaded = source.load(source.file, config_id=source.config_id, environ=source.environ, guard=guard)
    diagnostics = tuple(loaded.diagnostics)
    if loaded.config is None:
        problem = f"{loaded.stops[0].span}: {loaded.stops[0].message}"
        status = EX_CONFIG if loaded.files else EX_NO_FILE
        return Report(exit_status=status, problem=problem, diagnostics=diagnostics)
    config, complaints = with_secrets(loaded.config, source.environ)
    for words in complaints:
        log.log("error", "config.secret", words)
    health = loaded.health
    if health.web.token is not None:
        token = with_token(health.web.token, source.environ)
        if token.problem:
            log.log("error", "config.secret", f"{token.problem}; nobody is let in")
        health = structs.replace(health, web=structs.replace(health.web, token=token))
    save_dir = config.global_defs.timed_reload.save_dir
    if save_dir and (words := save(save_dir, loaded.files, time.time())):
        log.log("warning", "config.unsaved", words)
    _write(documents.vrrp, encode(config))
    _write(documents.health, health_model.encode(health))
    return Report(diagnostics=diagnostics, needs=health_model.needs(config, health))


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
