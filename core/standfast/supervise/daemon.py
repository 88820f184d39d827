"""A daemon that has its place: its children, its sockets, and what becomes of them until the end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from standfast.control.protocol import Outcome, Request
from standfast.supervise import privileges
from standfast.supervise.claim import Claim, open_pair
from standfast.supervise.describe import describe_daemon, log_diagnostics
from standfast.supervise.desk import Answer, Desk
from standfast.supervise.diary import Diary
from standfast.supervise.dumping import SIGNALS, Dumping
from standfast.supervise.family import found_family
from standfast.supervise.generation import Generation
from standfast.supervise.leave import Leaving
from standfast.supervise.libc import name_process
from standfast.supervise.loader import EX_CONFIG, Documents, Loading, Report, Source
from standfast.supervise.log_level import LogLevel
from standfast.supervise.marker import Marker
from standfast.supervise.messages import FromChild, Ready, Stopped
from standfast.supervise.once import run_own
from standfast.supervise.options import Options, Parts
from standfast.supervise.parent import Parent
from standfast.supervise.pipes import Pipes
from standfast.supervise.reload import Hooks, Reloader
from standfast.supervise.roles import Role
from standfast.supervise.scheduling import run_above
from standfast.supervise.sweeper import Sweeper
from standfast.supervise.timed_reload import TimedReloads


@dataclass(frozen=True, slots=True)
class Estate:
    """What a daemon has by the time that it may begin."""

    parent: Parent
    options: Options
    parts: Parts
    diary: Diary
    claim: Claim
    pipes: Pipes
    source: Source
    """Where its configuration comes from, from the second time on."""


class Daemon:
    """It has claimed its place. ``end`` ends the parent's loop with an exit status.

    Raises :class:`standfast.supervise.claim.CannotStart`.
    """

    def __init__(self, estate: Estate, report: Report, generation: Generation, end: Callable[[int], None]) -> None:
        self._estate = estate
        self._parent = parent = estate.parent
        self._report = report
        self._end = end
        self._end_with = 0
        self._started_at = time.time()
        self._config_file = str(Path(estate.options.file).absolute())
        """Made once: the working directory may be removed, and nothing has one then."""
        self._run_dir = path = estate.claim.run_dir.path
        self._name_processes(generation)
        self._family = found_family(parent, path, generation, estate.parts.programs, self)
        control, status = open_pair(path, "daemon", generation.essentials)
        privileges.lay_down_all_but(privileges.PARENT)
        run_above(generation.essentials)
        self._sweeper = Sweeper(parent, path, lambda: self._family.generation, estate.parts.reap)
        self._leaving = Leaving(parent, self._family, self.take_addresses_off)
        hooks = Hooks(load=self._load_again, running=lambda: self._report, adopt=self._adopt)
        self._reloader = Reloader(parent, self._family, estate.pipes, hooks)
        self._timed_reloads = TimedReloads(parent, lambda: self._reload(lambda _outcome: None))
        self._timed_reloads.configure(generation.essentials.global_defs.timed_reload)
        self._dumping = Dumping(parent, path, estate.options.dump_dir or path, lambda: self._family.generation)
        self._log_level = LogLevel(parent.reactor, estate.diary)
        self._farewells: list[Answer] = []
        self._desks = [
            Desk(parent.reactor, control, self._order),
            Desk(parent.reactor, status, self._question),
        ]

    # Beginning and ending

    def begin(self) -> None:
        """Clean up after an earlier run, let the administrator prepare what he wants to, then speak."""
        if self._estate.claim.leftovers:
            words = "an earlier run did not clean up: its addresses come off"
            self._parent.log.log("warning", "start.unclean", words)
            self.take_addresses_off(self._prepare)
        else:
            self._prepare()

    def _prepare(self) -> None:
        run_own(self._parent, "startup_script", self._family.generation.essentials, self._speak)

    def _speak(self) -> None:
        if not self._family.vrrp.stopping:
            self._family.start()

    def _stop(self, *, at_once: bool) -> None:
        if self._leaving.under_way:
            self._leaving.again(at_once=at_once)
        else:
            self._leaving.begin(at_once=at_once, finished=self._left)

    def _left(self, words: str) -> None:
        essentials = self._family.generation.essentials
        run_own(self._parent, "shutdown_script", essentials, lambda: self._farewell(words))

    def _farewell(self, words: str) -> None:
        self._parent.log.log("info", "stop.done", words)
        for answer in self._farewells:
            answer(Outcome(ok=True, words=words))
        self._end(self._end_with)

    # What children say (keeper.Listener)

    def child_said(self, role: Role, message: FromChild) -> None:
        """Everything but heartbeats comes by here."""
        if isinstance(message, Ready):
            if role.speaks:
                self._parent.systemd.ready(f"generation {message.generation}")
            words = f"{role.words} {'speaks' if role.speaks else 'is ready'}"
            self._parent.log.log("info", "process.ready", words)
        elif isinstance(message, Stopped):
            self._leaving.child_said_stopped(role, message)
        else:
            self._reloader.child_said(role, message)

    def child_ended(self, role: Role, status: int, *, was_ready: bool) -> bool:
        """Decide whether it is replaced."""
        if self._leaving.under_way:
            self._leaving.child_ended(role, status)
            return False
        self._reloader.child_ended(role)
        if not role.speaks:
            return self._other_ended(role)
        if os.waitstatus_to_exitcode(status) == EX_CONFIG and not was_ready:
            self._parent.log.log("error", "start.refused", "the VRRP process cannot run this configuration; see above")
            self._end(EX_CONFIG)
            return False
        if not self._estate.options.respawn:
            self._parent.log.log("error", "process.died", "the VRRP process has ended, and --dont-respawn was given")
            self.take_addresses_off(lambda: self._end(1))
            return False
        return True

    def _other_ended(self, role: Role) -> bool:
        if self._estate.options.respawn or next(k for k in self._family if k.role is role).stopping:
            return True
        self._parent.log.log("error", "process.died", f"{role.words} has ended, and --dont-respawn was given")
        self._end_with = 1
        self._stop(at_once=False)
        return False

    def take_addresses_off(self, then: Callable[[], None]) -> None:
        """What is left of ours in the kernel goes."""
        self._sweeper.sweep(then)

    # What people want

    def signalled(self, number: int) -> None:
        """A signal that somebody sent."""
        if number in (signal.SIGTERM, signal.SIGINT):
            self._stop(at_once=False)
        elif number == signal.SIGHUP:
            self._reload(lambda _outcome: None)
        else:
            self._dumping.want(SIGNALS[number])

    def _order(self, request: Request, answer: Answer) -> None:
        if request.do == "reload":
            self._reload(answer)
        elif request.do == "stop":
            self._farewells.append(answer)
            self._stop(at_once=request.now)
        elif request.do == "log-level":
            answer(self._log_level.order(request))
        else:
            self._question(request, answer)

    def _question(self, request: Request, answer: Answer) -> None:
        if request.do != "status":
            answer(Outcome(ok=False, words=f"`{request.do}` is not answered on this socket"))
            return
        options = self._estate.options
        status = describe_daemon(
            family=self._family,
            report=self._report,
            writer=self._estate.diary.status(self._family.generation.number),
            turned_at=self._parent.reactor.turned_at,
            started_at=self._started_at,
            config_file=self._config_file,
            config_id=options.config_id,
            run_dir=str(self._run_dir),
            last_reload=self._reloader.last,
        )
        answer(status)

    # Configuration

    def _reload(self, answer: Answer) -> None:
        if self._leaving.under_way:
            answer(Outcome(ok=False, words="stopping"))
        else:
            self._reloader.request(answer)

    def _load_again(self, done: Callable[[Report, Documents], None]) -> None:
        marker = Marker(self._family.generation.essentials.global_defs.timed_reload, self._run_dir)
        if words := marker.begin():
            self._parent.log.log("warning", "reload.unmarked", words)

        def read(report: Report, documents: Documents) -> None:
            marker.end()
            done(report, documents)

        Loading(self._parent.reactor, self._parent.brood, self._estate.source, read)

    def _adopt(self, report: Report, generation: Generation) -> None:
        self._report = report
        log_diagnostics(self._parent.log, report)
        self._name_processes(generation)
        self._timed_reloads.configure(generation.essentials.global_defs.timed_reload)
        run_above(generation.essentials)

    def _name_processes(self, generation: Generation) -> None:
        """Those that are started from now on; the others keep their names."""
        self._parent.brood.titles = generation.essentials.global_defs.process_names
        if name := self._parent.brood.titles.get("parent"):
            name_process(name)
