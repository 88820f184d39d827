"""Keeps one kind of child alive: starts it, hears its heart, ends it when it hangs, replaces it when it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from standfast.clock import now
from standfast.control.protocol import FRESH, ProcessStatus
from standfast.supervise import messages
from standfast.supervise.children import ended_how
from standfast.supervise.crashloop import WINDOW, CrashLoop
from standfast.supervise.generation import Generation
from standfast.supervise.heartbeat import PERIOD, Heartbeat
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.page import SharedPage
from standfast.supervise.parent import Parent
from standfast.supervise.reactor import Timer
from standfast.supervise.roles import VRRP, Role
from standfast.supervise.scheduling import lift
from standfast.supervise.setup import NO_LINES, ChildEntry, ChildSetup, Lines
from standfast.values import MILLISECOND, SECOND, seconds

_FORK_AGAIN = 100 * MILLISECOND


class Listener(Protocol):
    """Who is told."""

    def child_said(self, role: Role, message: messages.FromChild) -> None:
        """A message came."""

    def child_ended(self, role: Role, status: int, *, was_ready: bool) -> bool:
        """It has ended, with this wait status. True: replace it."""

    def take_addresses_off(self, then: Callable[[], None]) -> None:
        """Nobody will speak for a while: run the reaper, then call back."""


@dataclass(frozen=True, slots=True)
class Place:
    """What all children of one kind have in common."""

    control: socket.socket
    status: socket.socket
    run_dir: Path
    entry: ChildEntry
    lines: Lines = NO_LINES


@dataclass(slots=True)
class _Child:
    pid: int
    channel: socket.socket
    generation: int
    started: int
    heartbeat: Heartbeat
    ready: bool = False
    since: float = field(default_factory=time.time)


class Keeper:
    """The child of one kind, whichever it is at the moment."""

    def __init__(
        self, parent: Parent, place: Place, generation: Generation, listener: Listener, role: Role = VRRP
    ) -> None:
        self.role = role
        self.generation = generation
        """What the next child gets."""
        self.stopping = False
        """An end is wanted now, and not answered by a new child."""
        self._parent = parent
        self._place = place
        self._listener = listener
        self._page = SharedPage()
        self._child: _Child | None = None
        self._replace_quietly = False
        self._retiring = False
        """It has been told that it is not needed any more."""
        self._loop = CrashLoop()
        self._restarts = 0
        self._detail = ""
        self._gone_since = time.time()
        self._held_back = False
        self._next_try: Timer | None = None
        self._look()

    @property
    def alive(self) -> bool:
        """Is there a process (stuck or not)?"""
        return self._child is not None

    @property
    def speaking(self) -> bool:
        """Is there a process whose word can be taken?"""
        return self.status().state in ("starting", "running", "stopping")

    def start(self, *, resume: bool) -> None:
        """Fork a child. ``resume``: it may adopt what its predecessor left in the page."""
        self._held_back = False
        self._page.beat(0)
        if not resume and self.role.speaks:
            self._page.clear()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        theirs.setblocking(False)
        generation, place = self.generation, self._place
        document, pipes = self.role.document(generation), self.role.pipes_of(generation)

        def main(log: LogPipe) -> int:
            for words in self.role.settle(generation.essentials):
                log.log("warning", "process.scheduling", words)
            return place.entry(
                ChildSetup(
                    generation=generation.number,
                    config=document,
                    channel=theirs,
                    page=self._page,
                    log=log,
                    control=place.control,
                    status=place.status,
                    run_dir=place.run_dir,
                    resume=resume,
                    lines=place.lines,
                    pipes=pipes,
                )
            )

        sockets = (theirs, place.control, place.status, *place.lines.sockets())
        keep = [document, *(each.fileno() for each in sockets), *pipes.values()]
        try:
            pid = self._parent.brood.start(self.role.name, main, keep=keep, on_end=self._ended, on_fork=self._forked)
        except OSError as error:
            ours.close()
            self._cannot_fork(error, resume=resume)
            return
        finally:
            theirs.close()
        self._child = _Child(pid, ours, generation.number, now(), self._heartbeat())
        self._parent.reactor.on_readable(ours.fileno(), self._hear)

    def _forked(self, pid: int) -> None:
        if self.role.speaks:
            lift(pid, self.generation.essentials)

    def prepare(self, generation: Generation) -> bool:
        """Show the child a new generation, with everything that belongs to it. False: as :meth:`send`."""
        pipes = self.role.pipes_of(generation)
        message = messages.Prepare(generation=generation.number, pipes=tuple(pipes))
        return self.send(message, self.role.document(generation), *pipes.values())

    def send(self, message: messages.Message, *descriptors: int) -> bool:
        """Tell the child. False: there is none, or it takes nothing any more."""
        if self._child is None:
            return False
        try:
            socket.send_fds(self._child.channel, [messages.encode(message)], descriptors)
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """End the child at once; being waited for, it is replaced or not as after any other death."""
        if self._child is not None:
            os.kill(self._child.pid, signal.SIGKILL)

    def want(self) -> None:
        """There is work for it: start it, or let its successor follow if it is on its way out."""
        self.stopping = False
        if self._child is None:
            if self._next_try is None:
                self.start(resume=False)
        elif self._retiring:
            self._replace_quietly = True

    def retire(self, patience: int) -> None:
        """There is no work for it any more: it may finish what it does, for ``patience`` microseconds at most."""
        self.stopping = True
        child = self._child
        if child is None or self._retiring:
            return

        def too_late() -> None:
            if self._child is child:
                self.kill()

        self._retiring = True
        if not self.send(messages.Stop()):
            self.kill()
        self._parent.reactor.after(patience, too_late)

    def replace(self) -> None:
        """End the child and start another with what is current: not a death to be counted."""
        if self._child is not None:
            self._replace_quietly = True
            self.kill()
        elif not self._held_back:
            self.start(resume=False)

    def status(self) -> ProcessStatus:
        """As `status` shows it."""
        if self._child is None:
            state = "crash loop" if self._held_back else "gone"
            return ProcessStatus(
                pid=None,
                state=state,  # type: ignore[arg-type] # mypy widens the literals
                generation=self.generation.number,
                since=self._gone_since,
                restarts=self._restarts,
                detail=self._detail,
            )
        child, age = self._child, self._heartbeat_age()
        if age is not None and age > FRESH:
            state = "stuck"
        elif self.stopping:
            state = "stopping"
        else:
            state = "running" if child.ready else "starting"
        return ProcessStatus(
            pid=child.pid,
            state=state,  # type: ignore[arg-type] # as above
            generation=child.generation if self.role.heeds else self.generation.number,
            since=child.since,
            heartbeat_age=None if age is None else age / SECOND,
            restarts=self._restarts,
            detail=self._detail,
        )

    def retry_now(self) -> None:
        """A new configuration ends the waiting of a crash loop."""
        if self._next_try is not None:
            self._next_try.cancel()
            self._try_again()

    def _heartbeat(self) -> Heartbeat:
        return Heartbeat(now(), patience=self.role.patience)

    def _heartbeat_age(self) -> int | None:
        beat = self._page.heartbeat
        return now() - beat if beat else None

    def _look(self) -> None:
        """Every period: is its loop turning?"""
        self._parent.reactor.after(PERIOD, self._look)
        child = self._child
        if child is None:
            return
        if child.heartbeat.stuck(self._page.heartbeat, now()):
            self._hangs(child)
        elif child.ready and self.role.speaks:
            self._parent.systemd.proved(now())
        if self._loop.looping and now() - child.started > WINDOW:
            self._loop.survived()
            self._detail = ""
            self._parent.log.log("info", "process.recovered", f"{self.role.words} has stayed alive: crash loop over")

    def _hangs(self, child: _Child) -> None:
        age = self._heartbeat_age()
        silence = "has not got as far as a first turn" if age is None else f"has not turned for {seconds(age)}"
        words = f"{self.role.words} (PID {child.pid}) is stuck: its event loop {silence}; it is killed and replaced"
        self._parent.log.log("error", "process.stuck", words, fields={"stuck_pid": child.pid})
        child.heartbeat = self._heartbeat()  # SIGKILL is on its way; do not repeat it with every look
        self.kill()

    def _hear(self) -> None:
        child = self._child
        while child is not None and child is self._child:
            try:
                data = child.channel.recv(65_536)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:  # it has closed its end: SIGCHLD tells the rest
                self._parent.reactor.forget(child.channel.fileno())
                return
            self._take(child, data)

    def _take(self, child: _Child, data: bytes) -> None:
        try:
            message = messages.decode_from_child(data)
        except msgspec.DecodeError as error:
            words = f"{self.role.words} says what nobody understands: {error}"
            self._parent.log.log("error", "process.nonsense", words)
            return
        if isinstance(message, messages.Ready):
            child.ready = True
            if self.role.speaks:
                self._parent.systemd.proved(now())
        elif isinstance(message, messages.Committed):
            child.generation = message.generation
        self._listener.child_said(self.role, message)

    def _ended(self, status: int) -> None:
        child = self._child
        assert child is not None  # noqa: S101 - there is one of a kind at a time
        with contextlib.suppress(BlockingIOError):
            self._hear()  # its last words
        self._parent.reactor.forget(child.channel.fileno())
        child.channel.close()
        self._child = None
        self._gone_since = time.time()
        self._detail = f"PID {child.pid}: {ended_how(status)}"
        quietly, self._replace_quietly = self._replace_quietly, False
        self._retiring = False
        if not self._listener.child_ended(self.role, status, was_ready=child.ready) or self.stopping:
            return
        if quietly:
            self.start(resume=False)
        else:
            self._replace(child)

    def _cannot_fork(self, error: OSError, *, resume: bool) -> None:
        """No memory or too many processes: try again until there is room; what the page says may still hold then."""
        self._held_back = True
        self._detail = f"cannot be started: {error.strerror}; next try in {seconds(_FORK_AGAIN)}"
        self._parent.log.log("error", "process.no_fork", f"{self.role.words} {self._detail}")
        self._next_try = self._parent.reactor.after(_FORK_AGAIN, lambda: self._try_again(resume=resume))

    def _replace(self, child: _Child) -> None:
        wait = self._loop.ended(now(), started=child.started)
        self._restarts += 1
        words = f"{self.role.words} has ended ({self._detail})"
        if not wait:
            self._parent.log.log("error", "process.died", f"{words}; a new one takes over where it stood")
            self.start(resume=True)
            return
        self._detail += f"; next try in {seconds(wait)}"
        what = "addresses off, next try as BACKUP" if self.role.speaks else "next try"
        words = f"{words} again and again: {what} in {seconds(wait)}"
        self._parent.log.log("error", "process.crash_loop", words, fields={"wait": wait / SECOND})
        self._held_back = True
        if self.role.speaks:
            self._listener.take_addresses_off(lambda: self._try_after(wait))
        else:
            self._try_after(wait)

    def _try_after(self, wait: int) -> None:
        self._next_try = self._parent.reactor.after(wait, self._try_again)

    def _try_again(self, *, resume: bool = False) -> None:
        self._next_try = None
        if not self.stopping:
            self.start(resume=resume)
