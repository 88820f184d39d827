"""The parent: imports and never runs what keeps time, and sees to it that somebody does.

It starts the writer, the loader and the VRRP process, in this order; then it waits: for signals, for orders, and
for the silence of a child's heart.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from standfast import __version__
from standfast.config.codes_binding import SECRETIVE
from standfast.config.diagnostics import Diagnostic
from standfast.config.render import entry
from standfast.control.protocol import DaemonStatus, Outcome, ProcessStatus, Request
from standfast.events import Level
from standfast.scripts.protocol import Ways
from standfast.supervise import privileges
from standfast.supervise.brood import Brood
from standfast.supervise.children import EX_SOFTWARE
from standfast.supervise.claim import CannotStart, Claim, claim, open_pair
from standfast.supervise.desk import Answer, Desk
from standfast.supervise.diary import Diary
from standfast.supervise.dumping import SIGNALS, Dumping
from standfast.supervise.family import Family, Programs, found_family
from standfast.supervise.generation import Generation, read_all
from standfast.supervise.leave import Leaving
from standfast.supervise.libc import name_process
from standfast.supervise.loader import EX_CONFIG, Documents, Loading, Report, Source
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.marker import Marker
from standfast.supervise.messages import FromChild, Ready, Stopped
from standfast.supervise.once import run_once
from standfast.supervise.parent import Parent
from standfast.supervise.pid_files import PidFiles
from standfast.supervise.pipes import Pipes
from standfast.supervise.reactor import Reactor, Timer
from standfast.supervise.reload import Hooks, Reloader
from standfast.supervise.roles import Role
from standfast.supervise.rundir import Process
from standfast.supervise.signals import Signals
from standfast.supervise.sinks import STDERR, Destination
from standfast.supervise.systemd import Systemd
from standfast.supervise.timed_reload import TimedReloads
from standfast.supervise.writer import LogFormat
from standfast.values import SECOND, seconds

_REAPER_PATIENCE = 10 * SECOND
_REAL_TIME = 50
"""The VRRP process's SCHED_RR priority when nothing is configured."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `standfast run` was told."""

    file: str
    config_id: str = ""
    run_dir: Path | None = None
    log_format: LogFormat = "auto"
    log_to: Destination = STDERR
    debug: bool = False
    beside: bool = False
    notes: tuple[str, ...] = ()
    """What to say of the options themselves, once there is a log."""
    respawn: bool = True
    dump_dir: Path | None = None
    """Where dumps go whose name does not say; None: the run directory."""
    pid_files: Mapping[str, Path] = field(default_factory=dict)
    """Role -> file that holds its PID, for those who want one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The programs of the children. Tests bring their own."""

    programs: Programs
    load: Callable[..., Any]
    """As :func:`standfast.config.load.load`; imports what it needs, since it runs in the loader alone."""
    reap: Callable[[Path, bytes, LogPipe], int]
    """As :func:`standfast.supervise.reap.reap_for_parent`: run directory, encoded configuration, log."""
    warm_up: Callable[[], None] = lambda: None
    """Import what the VRRP process, the spawner and ``reap`` need, so that every later fork begins with it."""


def run(options: Options, parts: Parts) -> int:
    """The life of a daemon; returns its exit status."""
    return Watchdog(options, parts).run()


class Watchdog:
    """One daemon."""

    def __init__(self, options: Options, parts: Parts) -> None:
        self._options = options
        self._parts = parts
        self._signals = Signals()
        self._pid_files = PidFiles(options.pid_files)
        self._diary = Diary(options.log_format, level="debug" if options.debug else "info", where=options.log_to)
        log = self._diary.log
        self._parent = Parent(Reactor(), Brood(log), log, Systemd(os.environ))
        self._exit_status: int | None = None
        self._end_with = 0
        self._started_at = time.time()
        self._report = Report()
        self._claim: Claim | None = None
        self._family: Family | None = None
        self._pipes: Pipes | None = None
        self._reloader: Reloader | None = None
        self._leaving: Leaving | None = None
        self._timed_reloads = TimedReloads(self._parent, lambda: self._reload(lambda _outcome: None))
        self._dumping: Dumping | None = None
        self._level_timer: Timer | None = None
        self._desks: list[Desk] = []
        self._farewells: list[Answer] = []

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
        if self._pipes is not None:
            self._pipes.close()
        if self._claim is not None and self._exit_status != EX_SOFTWARE:
            self._claim.run_dir.release()
        self._diary.close()
        self._signals.close()
        return self._exit_status

    # Starting

    def _source(self, *, first: bool = False) -> Source:
        options, load = self._options, self._parts.load
        return Source(options.file, options.config_id, load, dict(os.environ), first=first)

    def _first_report(self, report: Report, documents: Documents) -> None:
        self._log_diagnostics(report)
        try:
            if report.exit_status:
                raise CannotStart(f"the configuration cannot be run: {report.problem}", report.exit_status)
            generation = Generation.seal(1, documents.vrrp, documents.health, report.needs)
            self._report = report
            self._claim = claim(
                generation.essentials, run_dir=self._options.run_dir, beside=self._options.beside, log=self._parent.log
            )
            self._parent.brood.on_change = self._record
            self._prepare(generation)
        except CannotStart as error:
            self._parent.log.log("error", "start.refused", str(error))
            self._exit_status = error.status

    def _running(self) -> Generation:
        assert self._family is not None  # noqa: S101 - it has been founded before anybody asks
        return self._family.generation

    def _record(self, processes: list[Process]) -> None:
        """A full disk costs the record of who belongs to us, nothing else."""
        assert self._claim is not None  # noqa: S101 - called only after it
        self._pid_files.write(processes)
        try:
            self._claim.run_dir.record(processes)
        except OSError as error:
            words = f"cannot write down our processes: {error}; if all are killed, the next start cannot end them"
            self._parent.log.log("warning", "process.unrecorded", words)

    def _prepare(self, generation: Generation) -> None:
        assert self._claim is not None  # noqa: S101 - taken a moment ago
        path = self._claim.run_dir.path
        settings = generation.essentials.global_defs
        self._name_processes(generation)
        self._pipes = Pipes(settings.programs.fifos, settings.umask, self._parent.log)
        descriptors = self._pipes.descriptors
        self._family = found_family(self._parent, path, generation, self._parts.programs, self, pipes=descriptors)
        control, status = open_pair(path, "daemon", generation.essentials)
        privileges.lay_down_all_but(privileges.PARENT)
        _run_above(generation)
        self._leaving = Leaving(self._parent, self._family, self.take_addresses_off)
        hooks = Hooks(load=self._load_again, running=lambda: self._report, adopt=self._adopt)
        self._reloader = Reloader(self._parent, self._family, hooks)
        self._timed_reloads.configure(settings.timed_reload)
        self._dumping = Dumping(self._parent, path, self._options.dump_dir or path, self._running)
        self._desks = [
            Desk(self._parent.reactor, control, self._order),
            Desk(self._parent.reactor, status, self._question),
        ]
        if self._claim.leftovers:
            self._parent.log.log("warning", "start.unclean", "an earlier run did not clean up: its addresses come off")
            self.take_addresses_off(self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        """First the administrator's own preparations, if there are any."""
        self._run_own("startup_script", self._speak)

    def _run_own(self, name: str, then: Callable[[], None]) -> None:
        assert self._family is not None  # noqa: S101 - made before anything is run
        settings = self._family.generation.essentials.global_defs
        rules = settings.programs
        starting = name == "startup_script"
        call = rules.startup if starting else rules.shutdown
        if call is None:
            then()
            return
        limit = rules.startup_timeout if starting else rules.shutdown_timeout
        ways = Ways(secure=rules.secure, as_written=rules.as_written, umask=settings.umask)
        run_once(self._parent, name, ways.start(0, call, limit=limit), then)

    def _name_processes(self, generation: Generation) -> None:
        """Those that are started from now on; the others keep their names."""
        self._parent.brood.titles = generation.essentials.global_defs.process_names
        name = self._parent.brood.titles.get("parent")
        if name:
            name_process(name)

    def _speak(self) -> None:
        if self._family is not None and not self._family.vrrp.stopping:
            self._family.start()

    # What children say (keeper.Listener)

    def child_said(self, role: Role, message: FromChild) -> None:
        """Everything but heartbeats comes by here."""
        if isinstance(message, Ready):
            if role.speaks:
                self._parent.systemd.ready(f"generation {message.generation}")
            words = f"{role.words} {'speaks' if role.speaks else 'is ready'}"
            self._parent.log.log("info", "process.ready", words)
        elif isinstance(message, Stopped) and self._leaving is not None:
            self._leaving.child_said_stopped(role, message)
        elif self._reloader is not None:
            self._reloader.child_said(role, message)

    def child_ended(self, role: Role, status: int, *, was_ready: bool) -> bool:
        """Decide whether it is replaced."""
        assert self._leaving is not None  # noqa: S101 - made before the first child
        assert self._reloader is not None  # noqa: S101 - the same
        if self._leaving.under_way:
            self._leaving.child_ended(role, status)
            return False
        self._reloader.child_ended(role)
        if not role.speaks:
            return self._helper_ended(role)
        code = os.waitstatus_to_exitcode(status)
        if code == EX_CONFIG and not was_ready:
            self._parent.log.log("error", "start.refused", "the VRRP process cannot run this configuration; see above")
            self._end(EX_CONFIG)
            return False
        if not self._options.respawn:
            self._parent.log.log("error", "process.died", "the VRRP process has ended, and --dont-respawn was given")
            self.take_addresses_off(lambda: self._end(1))
            return False
        return True

    def _helper_ended(self, role: Role) -> bool:
        assert self._family is not None  # noqa: S101 - it has had a child
        if self._options.respawn or next(k for k in self._family if k.role is role).stopping:
            return True
        self._parent.log.log("error", "process.died", f"{role.words} has ended, and --dont-respawn was given")
        self._end_with = 1
        self._stop(at_once=False)
        return False

    def take_addresses_off(self, then: Callable[[], None]) -> None:
        """Run the reaper: what is left of ours in the kernel goes."""
        assert self._claim is not None  # noqa: S101 - nobody holds addresses before that
        assert self._family is not None  # noqa: S101 - the same
        descriptor, path, reap = self._family.generation.descriptor, self._claim.run_dir.path, self._parts.reap

        def main(log: LogPipe) -> int:
            privileges.drop_all_but(privileges.REAPER)
            return reap(path, read_all(descriptor), log)

        def ended(status: int) -> None:
            timer.cancel()
            if status:
                words = "taking leftover addresses off failed; look at them with `ip address`"
                self._parent.log.log("error", "reap.failed", words)
            then()

        try:
            pid = self._parent.brood.start("reaper", main, keep=[descriptor], on_end=ended)
        except OSError as error:
            self._parent.log.log("error", "reap.failed", f"cannot start the process that takes addresses off: {error}")
            then()
            return
        timer = self._parent.reactor.after(_REAPER_PATIENCE, lambda: os.kill(pid, signal.SIGKILL))

    # What people want

    def _hear_signals(self) -> None:
        for number in self._signals.take():
            if number == signal.SIGCHLD:
                self._parent.brood.bury()
            elif number in (signal.SIGTERM, signal.SIGINT):
                self._stop(at_once=False)
            elif number == signal.SIGHUP:
                self._reload(lambda _outcome: None)
            elif self._dumping is not None:
                self._dumping.want(SIGNALS[number])
            else:
                words = "a dump was asked for while the daemon was starting; ask again"
                self._parent.log.log("warning", "dump.early", words)

    def _order(self, request: Request, answer: Answer) -> None:
        if request.do == "reload":
            self._reload(answer)
        elif request.do == "stop":
            self._farewells.append(answer)
            self._stop(at_once=request.now)
        elif request.do == "log-level":
            answer(self._set_log_level(request))
        else:
            self._question(request, answer)

    def _set_log_level(self, request: Request) -> Outcome:
        if request.level is None:
            return Outcome(ok=True, words=self._diary.level)
        before = self._diary.level
        self._set_level(request.level)
        if request.lasting is None:
            return Outcome(ok=True, words=f"log level {request.level}, until somebody changes it")
        self._level_timer = self._parent.reactor.after(round(request.lasting * SECOND), lambda: self._set_level(before))
        words = f"log level {request.level} for {seconds(round(request.lasting * SECOND))}, then {before} again"
        return Outcome(ok=True, words=words)

    def _set_level(self, level: Level) -> None:
        if self._level_timer is not None:
            self._level_timer.cancel()
            self._level_timer = None
        self._diary.set_level(level)

    def _question(self, request: Request, answer: Answer) -> None:
        if request.do == "status":
            answer(self._status())
        else:
            answer(Outcome(ok=False, words=f"`{request.do}` is not answered on this socket"))

    def _reload(self, answer: Answer) -> None:
        if self._reloader is None:
            answer(Outcome(ok=False, words="still starting; the configuration is being read as it is now"))
        elif self._leaving is not None and self._leaving.under_way:
            answer(Outcome(ok=False, words="stopping"))
        else:
            self._reloader.request(answer)

    def _stop(self, *, at_once: bool) -> None:
        if self._leaving is None:
            self._end(0)  # nothing has been spoken yet
        elif self._leaving.under_way:
            self._leaving.again(at_once=at_once)
        else:
            self._leaving.begin(at_once=at_once, finished=self._left)

    def _left(self, words: str) -> None:
        self._run_own("shutdown_script", lambda: self._farewell(words))

    def _farewell(self, words: str) -> None:
        self._parent.log.log("info", "stop.done", words)
        for answer in self._farewells:
            answer(Outcome(ok=True, words=words))
        self._end(self._end_with)

    def _end(self, status: int) -> None:
        self._exit_status = status

    # Configuration

    def _load_again(self, done: Callable[[Report, Documents], None]) -> None:
        assert self._claim is not None  # noqa: S101 - a reload needs a daemon
        marker = Marker(self._running().essentials.global_defs.timed_reload, self._claim.run_dir.path)
        if words := marker.begin():
            self._parent.log.log("warning", "reload.unmarked", words)

        def read(report: Report, documents: Documents) -> None:
            marker.end()
            done(report, documents)

        Loading(self._parent.reactor, self._parent.brood, self._source(), read)

    def _adopt(self, report: Report, generation: Generation) -> None:
        self._report = report
        self._log_diagnostics(report)
        self._name_processes(generation)
        self._timed_reloads.configure(generation.essentials.global_defs.timed_reload)
        _run_above(generation)

    def _log_diagnostics(self, report: Report) -> None:
        for found in report.diagnostics:
            level = "info" if found.severity == "note" else found.severity
            hint = f" ({found.hint})" if found.hint and found.code not in SECRETIVE else ""
            words = f"{found.span}: {found.message}{hint}"
            self._parent.log.log(level, "config.diagnostic", words, fields={"code": found.code})

    def _status(self) -> DaemonStatus:
        family, reloader = self._family, self._reloader
        assert family is not None  # noqa: S101 - there is no socket to ask at before that
        assert reloader is not None  # noqa: S101 - the same
        assert self._claim is not None  # noqa: S101 - the same
        number = family.generation.number
        return DaemonStatus(
            turned_at=self._parent.reactor.turned_at,
            pid=os.getpid(),
            version=__version__,
            generation=number,
            config_file=self._options.file,
            config_id=self._options.config_id,
            run_dir=str(self._claim.run_dir.path),
            started_at=self._started_at,
            processes={
                "parent": ProcessStatus(pid=os.getpid(), state="running", generation=number, since=self._started_at),
                "writer": self._diary.status(number),
                **{name: keeper.status() for name, keeper in family.shown().items()},
            },
            last_reload=reloader.last,
            diagnostics=_entries(self._report.diagnostics),
            away=[] if family.vrrp.speaking else [instance.name for instance in family.generation.instances()],
        )


def _entries(diagnostics: Iterable[Diagnostic]) -> list[dict[str, str | int]]:
    """As `standfast check --json` has them, but for the other places."""
    return [entry(diagnostic) for diagnostic in diagnostics]


def _run_above(generation: Generation) -> None:
    """One priority above a real-time child: a busy one could otherwise keep us from ending it."""
    priority = generation.essentials.global_defs.scheduling.rt_priority
    wanted = (_REAL_TIME if priority is None else priority) + 1
    policy = os.SCHED_RR if priority != 0 else os.SCHED_OTHER
    with contextlib.suppress(PermissionError):  # then the child may not either, and says so
        parameter = os.sched_param(min(wanted, os.sched_get_priority_max(os.SCHED_RR)) if priority != 0 else 0)
        os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, parameter)
