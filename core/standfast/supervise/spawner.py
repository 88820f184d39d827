"""The process that starts programs: nobody who keeps time forks, and nobody waits for a program.

It is small, does one thing, keeps all rights of the daemon (programs may be anybody's), and hears of everything through
the same kind of loop as the parent. Requests come over the lines of VRRP and health; see
:mod:`standfast.scripts.protocol`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from standfast.clock import now
from standfast.control.protocol import Outcome, Request
from standfast.scripts import protocol
from standfast.scripts.launch import launch
from standfast.scripts.protocol import Ended, Hello, Kill, Overdue, Start, Started
from standfast.supervise import messages
from standfast.supervise.desk import Answer, Desk
from standfast.supervise.reactor import Reactor, Timer
from standfast.supervise.setup import HEARTBEAT, ChildSetup
from standfast.values import MILLISECOND, SECOND

RUNNING = 200
"""Programs of one client at once; while there are so many its requests stay in its line."""

KILL_AFTER = 2 * SECOND
"""From SIGTERM to SIGKILL, and to the next one."""

KILL_AGAIN = 10 * SECOND

GRACE = SECOND
"""From SIGTERM to SIGKILL when the daemon stops."""

_ORPHAN_PATIENCE = 5 * SECOND
"""When the parent has gone: how long programs are waited for."""

_OWED = 4_096
"""Answers kept for a client that does not read."""


@dataclass(slots=True, eq=False)
class _Job:
    client: _Client
    number: int
    argv: tuple[str, ...]
    pid: int
    handle: int
    complaint: int
    """Pipe on which the child says why it could not become the program."""
    at_stop: str
    since: int
    timed_out: bool = False
    timer: Timer | None = None


class _Client:
    """One line: who asks, and what it is owed."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.jobs: dict[int, _Job] = {}
        self.owed: list[bytes] = []
        self.dropped = 0


class SpawnerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What it answers on ``spawner.status``."""

    process: str = "spawner"
    pid: int
    generation: int
    turned_at: int
    started: int
    """Programs, since this process began."""
    refused: int
    """Those that could not be started."""
    running: list[dict[str, Any]]


def main(setup: ChildSetup) -> int:
    """Run until the parent says stop, or is gone."""
    return Spawner(setup).run()


class Spawner:
    """Its loop, clients and programs."""

    def __init__(self, setup: ChildSetup) -> None:
        self._setup = setup
        self._reactor = Reactor()
        self._clients = [_Client(line) for line in setup.lines.clients]
        self._stopping = False
        self._done = False
        self._started = 0
        self._refused = 0

    def run(self) -> int:
        """Until there is nothing left to do after a stop."""
        setup, reactor = self._setup, self._reactor
        reactor.on_readable(setup.channel.fileno(), self._obey)
        for client in self._clients:
            self._say(client, Hello(pid=os.getpid()))
            reactor.on_readable(client.line.fileno(), partial(self._hear, client))
        self._desks = [Desk(reactor, each, self._question) for each in (setup.control, setup.status)]
        self._beat()
        with contextlib.suppress(OSError):
            setup.channel.send(messages.encode(messages.Ready(generation=setup.generation)))
        while not self._done:
            reactor.turn()
        return 0

    def _beat(self) -> None:
        self._setup.page.beat(now())
        self._reactor.after(HEARTBEAT, self._beat)

    # The parent

    def _obey(self) -> None:
        try:
            data = self._setup.channel.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._reactor.forget(self._setup.channel.fileno())
            self._reactor.after(_ORPHAN_PATIENCE, self._leave)
            self._stop()
            return
        order = messages.decode_from_parent(data)
        if isinstance(order, messages.Stop):
            self._stop()
            if order.now:
                self._leave()

    def _stop(self) -> None:
        """Start what has been asked for already, end what runs for ever, and leave with the last one."""
        if not self._stopping:
            self._stopping = True
            for client in self._clients:
                self._hear(client)
                for job in list(client.jobs.values()):
                    if job.at_stop == "end":
                        self._end(job, patience=GRACE)
        self._look_whether_done()

    def _look_whether_done(self) -> None:
        if not self._stopping:
            return
        for client in self._clients:
            self._hear(client)
        if not any(client.jobs for client in self._clients):
            self._leave()

    def _leave(self) -> None:
        if not self._done:
            self._done = True
            with contextlib.suppress(OSError):
                self._setup.channel.send(messages.encode(messages.Stopped()))

    # Clients

    def _hear(self, client: _Client) -> None:
        while len(client.jobs) < RUNNING:
            try:
                data = client.line.recv(protocol.LIMIT)
            except OSError:
                return
            if not data:
                return
            try:
                order = protocol.decode_for_spawner(data)
            except msgspec.DecodeError as error:
                self._setup.log.log("error", "script.nonsense", f"a request that nobody understands: {error}")
                continue
            if isinstance(order, Kill):
                job = client.jobs.get(order.number)
                if job is not None:
                    self._end(job)
            else:
                self._start(client, order)
        self._reactor.forget(client.line.fileno())  # until one of its programs ends

    def _start(self, client: _Client, order: Start) -> None:
        alike = (job for job in client.jobs.values() if job.argv == order.argv and not job.timed_out)
        running = next(alike, None) if order.once else None
        if running is not None:
            del client.jobs[running.number]
            running.number = order.number
            client.jobs[order.number] = running
            self._say(client, Started(number=order.number, pid=running.pid))
            return
        try:
            pid, complaint = launch(order)
        except OSError as error:
            self._refused += 1
            self._say(client, Ended(number=order.number, problem=f"no process can be started: {error.strerror}"))
            return
        self._started += 1
        handle = os.pidfd_open(pid)
        job = _Job(client, order.number, order.argv, pid, handle, complaint, order.at_stop, now())
        client.jobs[order.number] = job
        self._say(client, Started(number=order.number, pid=pid))
        self._reactor.on_readable(handle, lambda: self._ended(job))
        if order.limit:
            job.timer = self._reactor.after(order.limit, lambda: self._overdue(job))

    def _overdue(self, job: _Job) -> None:
        self._say(job.client, Overdue(number=job.number))
        self._end(job)

    def _end(self, job: _Job, *, patience: int = KILL_AFTER) -> None:
        """SIGTERM to its group, SIGKILL after a while, and again until it has gone."""
        job.timed_out = True
        if job.timer is not None:
            job.timer.cancel()
        _signal_group(job.pid, signal.SIGTERM)
        job.timer = self._reactor.after(patience, lambda: self._kill(job, KILL_AFTER))

    def _kill(self, job: _Job, again: int) -> None:
        _signal_group(job.pid, signal.SIGKILL)
        job.timer = self._reactor.after(again, lambda: self._kill(job, KILL_AGAIN))

    def _ended(self, job: _Job) -> None:
        if job.timer is not None:
            job.timer.cancel()
        if job.timed_out:
            _signal_group(job.pid, signal.SIGKILL)  # its zombie still holds the number: nobody else can be hit
        _pid, status = os.waitpid(job.pid, 0)
        self._reactor.forget(job.handle)
        os.close(job.handle)
        problem = _complaint(job.complaint)
        os.close(job.complaint)
        del job.client.jobs[job.number]
        self._say(job.client, _how(job, status, problem))
        self._refused += bool(problem)
        self._reactor.on_readable(job.client.line.fileno(), lambda: self._hear(job.client))
        self._look_whether_done()

    def _say(self, client: _Client, message: protocol.Message) -> None:
        client.owed.append(protocol.encode(message))
        if len(client.owed) > _OWED:
            del client.owed[0]
            client.dropped += 1
        self._pay(client)

    def _pay(self, client: _Client) -> None:
        while client.owed:
            try:
                client.line.send(client.owed[0])
            except OSError:
                self._reactor.after(10 * MILLISECOND, lambda: self._pay(client))
                return
            del client.owed[0]
        if client.dropped:
            words = f"{client.dropped} answers about programs were dropped: whoever asked did not read them"
            self._setup.log.log("warning", "script.dropped", words)
            client.dropped = 0

    # Questions

    def _question(self, request: Request, answer: Answer) -> None:
        if request.do != "status":
            answer(Outcome(ok=False, words=f"the spawner does not answer `{request.do}`"))
            return
        running = [
            {"pid": job.pid, "command": " ".join(job.argv), "seconds": (now() - job.since) / SECOND}
            for client in self._clients
            for job in client.jobs.values()
        ]
        status = SpawnerStatus(
            pid=os.getpid(),
            generation=self._setup.generation,
            turned_at=self._reactor.turned_at,
            started=self._started,
            refused=self._refused,
            running=running,
        )
        answer(status)


def _signal_group(pid: int, number: int) -> None:
    """Its group, which has its number; before it has become a group leader there is only itself."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _complaint(pipe: int) -> str:
    try:
        return os.read(pipe, 4_096).decode(errors="replace")
    except BlockingIOError:
        return ""


def _how(job: _Job, status: int, problem: str) -> Ended:
    if problem:
        return Ended(number=job.number, problem=problem, timed_out=job.timed_out)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return Ended(number=job.number, signal=-code, timed_out=job.timed_out)
    return Ended(number=job.number, status=code, timed_out=job.timed_out)
