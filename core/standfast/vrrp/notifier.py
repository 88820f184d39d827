"""Tells scripts and pipes what happened to instances and groups. Never waits: asking for a script is one datagram."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeAlias

import msgspec
import trio

from standfast import clock
from standfast.config.model import Config
from standfast.config.script_model import Notifications, ScriptCall
from standfast.events import Event, GroupTransition, LowerPriorityMaster, PriorityChange, Remark, Transition
from standfast.scripts.client import ScriptClient
from standfast.scripts.protocol import Ended
from standfast.scripts.running import About, RunningScript
from standfast.vrrp.notify_queue import Entry, NotifyQueue
from standfast.vrrp.notify_words import STATES, calls, line, state_word

Wake: TypeAlias = Callable[[int | None, Callable[[int], None]], None]
"""Call something at a time; None: not any more."""

Subject: TypeAlias = tuple[str, str]
"""``INSTANCE`` or ``GROUP``, and the name."""

PIPES: Final = ("vrrp_notify_fifo", "notify_fifo")

_NOTHING: Final = Notifications()
_LOOK: Final = 0.05


class Notifier:
    """One for a VRRP process."""

    def __init__(self, client: ScriptClient | None, tell: Callable[[Event], None], wake: Wake) -> None:
        self.lost_lines = 0
        """Lines that a full pipe did not take."""
        self._client = client
        self._pipes: tuple[int, ...] = ()
        self._tell = tell
        self._wake = wake
        self._notify: dict[Subject, Notifications] = {}
        self._queues: dict[Subject, NotifyQueue] = {}
        self._jobs: dict[int, tuple[NotifyQueue, int]] = {}
        """Which queue's and which entry's a script that runs is."""
        self._timeout = 0
        self._last: dict[Subject, tuple[str, int]] = {}

    def figures(self) -> dict[str, int]:
        """For ``status``: how much waits, and what was never told."""
        queues = self._queues.values()
        return {
            "waiting": sum(queue.waiting for queue in queues),
            "overdue": sum(not queue.waits_for(entry) for queue, entry in self._jobs.values()),
            "dropped": sum(queue.dropped for queue in queues),
            "lost_lines": self.lost_lines,
        }

    def running(self) -> list[RunningScript]:
        """For ``status``: the scripts that have not ended, the oldest first, and what waits for them."""
        found = self._client.running() if self._client is not None else {}
        return [self._held_up(number, script) for number, script in found.items()]

    def _held_up(self, number: int, script: RunningScript) -> RunningScript:
        queue, entry = self._jobs[number]
        waited_for = queue.waits_for(entry)
        replaced: RunningScript = msgspec.structs.replace(
            script, overdue=not waited_for, waiting=queue.held_up if waited_for else ()
        )
        return replaced

    def configure(self, config: Config, pipes: Mapping[str, int]) -> None:
        """From now on these; an instance that goes is told of by what it had. The pipes are ours, and closed here."""
        before, self._pipes = self._pipes, tuple(pipes[name] for name in PIPES if name in pipes)
        for pipe in before:
            os.close(pipe)
        self._timeout = config.global_defs.programs.notify_timeout
        self._notify |= {("INSTANCE", each.name): each.notify for each in config.instances}
        self._notify |= {("GROUP", each.name): each.notify for each in config.sync_groups}
        for queue in self._queues.values():
            queue.timeout = self._timeout

    def repeat_states(self) -> None:
        """Write all states to the pipes once more (``fifo_write_vrrp_states_on_reload``)."""
        for (kind, name), (word, priority) in self._last.items():
            self._write(line(kind, name, word, priority))

    def hear(self, event: Event) -> None:
        """Something happened: what scripts or pipes are to know of it goes out."""
        if isinstance(event, Transition):
            self._state("INSTANCE", event.instance, event.new, event.priority)
        elif isinstance(event, GroupTransition):
            self._state("GROUP", event.group, event.new, 0)
        elif isinstance(event, PriorityChange):
            if self._of(("INSTANCE", event.instance)).priority_changes and event.state in ("MASTER", "BACKUP"):
                self._write(line("INSTANCE", event.instance, f"{event.state}_PRIORITY", event.new))
        elif isinstance(event, LowerPriorityMaster):
            subject = ("INSTANCE", event.instance)
            script = self._of(subject).lower_priority
            if script is not None:
                self._put(subject, Entry("MASTER_RX_LOWER_PRI", (script,), state=False))
            self._write(line(*subject, "MASTER_RX_LOWER_PRI", event.priority))

    async def settled(self, patience: int) -> None:
        """Until every script has been started and has ended, at most so long (microseconds)."""
        with trio.move_on_after(patience / 1e6):
            while not all(queue.idle for queue in self._queues.values()):
                with trio.move_on_after(_LOOK):
                    await trio.sleep_forever()
                self._look(clock.now())

    def _state(self, kind: str, name: str, state: str, priority: int) -> None:
        if state not in STATES:
            return
        subject = (kind, name)
        notify = self._of(subject)
        word = state_word(state, notify)  # type: ignore[arg-type] # one of STATES
        self._put(subject, Entry(word, calls(kind, name, word, priority, notify)))
        self._write(line(kind, name, word, priority))
        self._last[subject] = (word, priority)
        if state in ("STOP", "DELETED"):
            self._last.pop(subject)

    def _of(self, subject: Subject) -> Notifications:
        return self._notify.get(subject, _NOTHING)

    # Scripts

    def _put(self, subject: Subject, entry: Entry) -> None:
        queue = self._queues.get(subject)
        if queue is None:
            if not entry.calls:
                return
            queue = self._queues[subject] = NotifyQueue(self._timeout)
        before = queue.dropped
        self._start(subject, queue, queue.put(entry, clock.now()))
        if queue.dropped > before:
            words = f"{queue.dropped - before} notify scripts are left out: {entry.occasion} has overtaken them"
            self._remark("vrrp.notify_overtaken", words, subject)
        self._rearm()

    def _start(self, subject: Subject, queue: NotifyQueue, entry: Entry | None) -> None:
        if entry is None:
            return
        for call in entry.calls:
            ended = partial(self._ended, subject, queue, queue.round, call)
            if self._client is None:
                ended(Ended(number=0, problem="there is no process that starts programs"))
            else:
                about = About(f"{subject[0].lower()} {subject[1]}", entry.occasion)
                self._jobs[self._client.start(call, ended, about=about)] = (queue, queue.round)

    def _ended(self, subject: Subject, queue: NotifyQueue, number: int, call: ScriptCall, end: Ended) -> None:
        self._jobs.pop(end.number, None)
        if end.status != 0:
            self._remark("vrrp.notify_failed", f"notify script `{call}`: {end.words}", subject)
        self._start(subject, queue, queue.ended(number, clock.now()))
        self._rearm()

    def _look(self, now: int) -> None:
        for subject, queue in list(self._queues.items()):
            deadline = queue.deadline
            if deadline is not None and now >= deadline:
                who = " or ".join(f"`{call}`" for call in queue.calls)
                words = f"notify script {who} has run for {queue.timeout / 1e6:g} s; it goes on, but is not waited for"
                self._remark("vrrp.notify_slow", words, subject)
                self._start(subject, queue, queue.tick(now))
        self._rearm()

    def _rearm(self) -> None:
        deadlines = [queue.deadline for queue in self._queues.values() if queue.deadline is not None]
        self._wake(min(deadlines, default=None), self._look_later)

    def _look_later(self, now: int) -> None:
        self._look(now)

    # Pipes

    def _write(self, said: bytes) -> None:
        for pipe in self._pipes:
            try:
                os.write(pipe, said)
            except OSError:
                self.lost_lines += 1
                if self.lost_lines & (self.lost_lines - 1) == 0:  # 1, 2, 4, 8, ...
                    words = f"{self.lost_lines} lines for a notify pipe are lost: nobody reads it"
                    self._remark("vrrp.pipe_full", words, ("", ""))

    def _remark(self, event: str, words: str, subject: Subject) -> None:
        kind, name = subject
        instance = name if kind == "INSTANCE" else ""
        where = f"group {name}: " if kind == "GROUP" else ""
        self._tell(Remark(at=clock.now(), instance=instance, level="warning", event=event, words=where + words))
