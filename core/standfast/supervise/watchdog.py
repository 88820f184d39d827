"""The parent from start to exit: it imports and never runs what keeps time, and sees to it that somebody does.

It starts the writer and the loader; with what the loader brings it claims its place, and from then on there is a
:class:`standfast.supervise.daemon.Daemon`. The parent waits: for signals, for orders, and for the silence of a
child's heart.
"""

from __future__ import annotations

import gc
import os
import signal
import traceback
from dataclasses import replace

from standfast.supervise.brood import Brood
from standfast.supervise.children import EX_SOFTWARE
from standfast.supervise.claim import CannotStart, Claim, claim
from standfast.supervise.daemon import Daemon, Estate
from standfast.supervise.describe import log_diagnostics
from standfast.supervise.diary import Diary
from standfast.supervise.dumping import SIGNALS
from standfast.supervise.generation import Generation
from standfast.supervise.loader import Documents, Loading, Report, Source
from standfast.supervise.options import Options, Parts
from standfast.supervise.parent import Parent
from standfast.supervise.pid_files import PidFiles
from standfast.supervise.pipes import Pipes
from standfast.supervise.reactor import Reactor
from standfast.supervise.rundir import Process
from standfast.supervise.signals import Signals
from standfast.supervise.systemd import Systemd


def run(options: Options, parts: Parts) -> int:
    """The life of a daemon; returns its exit status."""
    return Watchdog(options, parts).run()


class Watchdog:
    """The parent's loop, and what must be before there is a daemon."""

    def __init__(self, options: Options, parts: Parts) -> None:
        self._options = options
        self._parts = parts
        self._signals = Signals()
        self._pid_files = PidFiles(options.pid_files)
        self._diary = Diary(options.log_format, level="debug" if options.debug else "info", where=options.log_to)
        log = self._diary.log
        self._parent = Parent(Reactor(), Brood(log), log, Systemd(os.environ))
        self._exit_status: int | None = None
        self._claim: Claim | None = None
        self._pipes = Pipes()
        self._daemon: Daemon | None = None

    def run(self) -> int:
        """Until somebody wants it to end, or it cannot go on."""
        try:
            gc.freeze()  # so that no collection in a child copies the pages it shares with us
            self._diary.open(self._parent.reactor, self._parent.brood)
            for words in self._options.notes:
                self._parent.log.log("info", "start.option", words)
            self._parent.reactor.on_readable(self._signals.pipe, self._hear_signals)
            Loading(self._parent.reactor, self._parent.brood, self._source(first=True), self._first_report)
            self._parts.warm_up()  # while the loader reads
            gc.freeze()
            while self._exit_status is None:
                self._parent.reactor.turn()
        except Exception:
            self._parent.log.log("error", "parent.crashed", traceback.format_exc(limit=-12))
            self._exit_status = EX_SOFTWARE
        self._pid_files.remove()
        self._pipes.close()
        if self._claim is not None and self._exit_status != EX_SOFTWARE:
            self._claim.run_dir.release()
        self._diary.close()
        self._signals.close()
        return self._exit_status

    def _source(self, *, first: bool) -> Source:
        options = self._options
        return Source(options.file, options.config_id, self._parts.load, dict(os.environ), first=first)

    def _first_report(self, report: Report, documents: Documents) -> None:
        log_diagnostics(self._parent.log, report)
        try:
            if report.exit_status:
                raise CannotStart(f"the configuration cannot be run: {report.problem}", report.exit_status)
            self._daemon = self._found(report, documents)
            self._daemon.begin()
        except CannotStart as error:
            self._parent.log.log("error", "start.refused", str(error))
            self._end(error.status)

    def _found(self, report: Report, documents: Documents) -> Daemon:
        """Claim a place and what else a daemon needs. Raises ``CannotStart``; the end gives back what was taken."""
        generation = Generation.seal(1, documents.vrrp, documents.health, report.needs)
        essentials, options = generation.essentials, self._options
        self._claim = claim(essentials, run_dir=options.run_dir, beside=options.beside, log=self._parent.log)
        self._parent.brood.on_change = self._record
        settings = essentials.global_defs
        for words in self._pipes.prepare(settings.programs.fifos, settings.umask):
            self._parent.log.log("error", "start.pipe", words)
        generation = replace(generation, pipes=self._pipes.descriptors)
        self._pipes.commit()
        estate = Estate(
            parent=self._parent,
            options=options,
            parts=self._parts,
            diary=self._diary,
            claim=self._claim,
            pipes=self._pipes,
            source=self._source(first=False),
        )
        return Daemon(estate, report, generation, self._end)

    def _record(self, processes: list[Process]) -> None:
        """A full disk costs the record of who belongs to us, nothing else."""
        for words in self._pid_files.write(processes):
            hint = "tools that look for that PID do not find it"
            self._parent.log.log("warning", "process.pid_file", f"cannot write the PID file {words}; {hint}")
        try:
            if self._claim is not None:
                self._claim.run_dir.record(processes)
        except OSError as error:
            words = f"cannot write down our processes: {error}; if all are killed, the next start cannot end them"
            self._parent.log.log("warning", "process.unrecorded", words)

    def _hear_signals(self) -> None:
        for number in self._signals.take():
            if number == signal.SIGCHLD:
                self._parent.brood.bury()
            elif self._daemon is not None:
                self._daemon.signalled(number)
            elif number in (signal.SIGTERM, signal.SIGINT):
                self._end(0)  # nothing has been spoken yet
            elif number in SIGNALS:
                words = "a dump was asked for while the daemon was starting; ask again"
                self._parent.log.log("warning", "dump.early", words)

    def _end(self, status: int) -> None:
        self._exit_status = status
