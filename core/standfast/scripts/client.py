"""Asking for programs from a process with a trio loop. It never waits: what does not fit is queued, then counted."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, TypeAlias

import msgspec
import trio

from standfast.clock import iso, now
from standfast.config.script_model import ScriptCall
from standfast.events import Level
from standfast.scripts import protocol
from standfast.scripts.protocol import Ended, Hello, Kill, Overdue, Started, Ways
from standfast.scripts.running import SHOWN, About, RunningScript
from standfast.values import SECOND

QUEUE: Final = 2_048
"""Requests that wait for the spawner to read."""

_GRACE: Final = 2 * SECOND
"""After a new spawner's greeting: what it finds in the line is begun by then."""

_BATCH: Final = 64
"""Answers read before the loop looks around."""

OnEnd: TypeAlias = Callable[[Ended], None]
Tell: TypeAlias = Callable[[Level, str, str], None]
"""Level, dotted event, words."""


GONE = "the process that runs programs is gone, and the one that would replace it, too"


@dataclass(slots=True)
class _Job:
    call: ScriptCall
    on_end: OnEnd
    on_overdue: Callable[[], None] | None
    about: About | None
    since: int
    pid: int | None = None
    """None: it has not begun."""


class ScriptClient:
    """One process's end of its line to the spawner."""

    def __init__(self, line: socket.socket, tell: Tell) -> None:
        self.ways = Ways()
        """How programs are run from now on."""
        self.refused = 0
        """Requests for which there was no room."""
        self._line = line
        self._tell = tell
        self._numbers = protocol.first_number()
        self._jobs: dict[int, _Job] = {}
        self._queue: deque[tuple[int, bytes]] = deque()
        self._full = trio.lowlevel.ParkingLot()
        self._doubtful: tuple[int, set[int]] | None = None
        """Until when, and which: a spawner died, and these may have been read by it or not."""
        self._nobody = False
        """There is no spawner any more, and none will follow."""

    @property
    def idle(self) -> bool:
        """Has everything ended that was asked for?"""
        return not self._jobs

    def start(
        self,
        call: ScriptCall,
        on_end: OnEnd,
        *,
        limit: int = 0,
        at_stop: Literal["wait", "end"] = "wait",
        on_overdue: Callable[[], None] | None = None,
        once: bool = False,
        about: About | None = None,
    ) -> int:
        """Have ``call`` run. ``on_end`` is called once, in any case, never from here; returns the job's number.

        ``once``: if the same command runs already, because a predecessor asked for it, that one it is.
        ``limit``: microseconds after which its process group is ended, ``on_overdue`` is called then; 0: never.
        ``about``: what it tells, if it is to be in :meth:`running`.
        """
        self._numbers += 1
        number = self._numbers
        data = protocol.encode(self.ways.start(number, call, limit=limit, at_stop=at_stop, once=once))
        self._jobs[number] = _Job(call, on_end, on_overdue, about, now())
        if self._nobody:
            self._fail_soon(number, GONE)
        elif len(data) > protocol.LIMIT:
            self._fail_soon(number, f"its command is longer than {protocol.LIMIT} bytes")
        elif len(self._queue) >= QUEUE:
            self.refused += 1
            if self.refused & (self.refused - 1) == 0:  # 1, 2, 4, 8, ...: said often enough, and not too often
                words = f"the spawner does not take requests: {self.refused} scripts have not been run so far"
                self._tell("error", "script.refused", words)
            self._fail_soon(number, "the spawner takes no more requests")
        else:
            self._send(number, data)
        return number

    def running(self) -> dict[int, RunningScript]:
        """Those that tell something, by job number, the oldest first and at most ``SHOWN``."""
        telling = ((number, job, job.about) for number, job in self._jobs.items() if job.about is not None)
        return {
            number: RunningScript(
                of=about.of, occasion=about.occasion, script=job.call.argv[0], pid=job.pid, since=iso(job.since)
            )
            for number, job, about in islice(telling, SHOWN)
        }

    async def run(
        self,
        call: ScriptCall,
        *,
        limit: int = 0,
        at_stop: Literal["wait", "end"] = "end",
        about: About | None = None,
    ) -> Ended:
        """Have it run and wait for its end; when cancelled, it is ended too."""
        ended = trio.Event()
        result: list[Ended] = []

        def on_end(end: Ended) -> None:
            result.append(end)
            ended.set()

        number = self.start(call, on_end, limit=limit, at_stop=at_stop, about=about)
        try:
            await ended.wait()
        except trio.Cancelled:
            self.kill(number)
            raise
        return result[0]

    def kill(self, number: int) -> None:
        """End it as after its limit; its end is told as any other."""
        if number in self._jobs:
            self._send(0, protocol.encode(Kill(number=number)))

    async def serve(self) -> None:
        """Read answers, send what had to wait. For ever."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._read)
            nursery.start_soon(self._write)

    async def _read(self) -> None:
        while not self._nobody:
            with trio.move_on_after(1 if self._doubtful else float("inf")):
                await trio.lowlevel.wait_readable(self._line.fileno())
            self._drain()
            self._resolve_doubts()

    def _drain(self) -> None:
        for _ in range(_BATCH):
            try:
                data = self._line.recv(protocol.LIMIT)
            except OSError:
                return
            if not data:  # the parent, which keeps the line for the spawner's successors, is gone too
                self._be_alone()
                return
            try:
                message = protocol.decode_for_client(data)
            except msgspec.DecodeError as error:
                self._tell("error", "script.nonsense", f"the spawner says what nobody understands: {error}")
                continue
            self._take(message)

    def _be_alone(self) -> None:
        """We are ending, too; nobody tells what becomes of programs, and nobody runs any."""
        self._nobody = True
        for number in list(self._jobs):
            self._end(number, GONE)
        self._queue.clear()

    def _take(self, message: protocol.FromSpawner) -> None:
        if isinstance(message, Hello):
            self._greet()
        elif isinstance(message, Started):
            if job := self._jobs.get(message.number):
                job.pid = message.pid
        elif isinstance(message, Overdue):
            job = self._jobs.get(message.number)
            if job is not None and job.on_overdue is not None:
                job.on_overdue()
        elif job := self._jobs.pop(message.number, None):
            job.on_end(message)

    def _greet(self) -> None:
        """A new spawner: what the old one ran is lost; what it had read and not begun shows by staying silent."""
        lost = [number for number, job in self._jobs.items() if job.pid is not None]
        if lost:
            words = f"the spawner was replaced: what becomes of {len(lost)} programs that it ran is not known"
            self._tell("warning", "script.lost", words)
        for number in lost:
            self._end(number, "the process that ran it was replaced")
        waiting = {number for number, _data in self._queue}
        doubtful = set(self._jobs) - waiting
        self._doubtful = (now() + _GRACE, doubtful) if doubtful else None

    def _resolve_doubts(self) -> None:
        if self._doubtful is None or now() < self._doubtful[0]:
            return
        _, numbers = self._doubtful
        self._doubtful = None
        for number in numbers:
            job = self._jobs.get(number)
            if job is not None and job.pid is None:
                self._end(number, "the process that was to run it was replaced")

    def _end(self, number: int, problem: str) -> None:
        if job := self._jobs.pop(number, None):
            job.on_end(Ended(number=number, problem=problem, lost=True))

    def _fail_soon(self, number: int, problem: str) -> None:
        trio.lowlevel.spawn_system_task(self._failed, number, problem)

    async def _failed(self, number: int, problem: str) -> None:
        self._end(number, problem)

    def _send(self, number: int, data: bytes) -> None:
        if not self._queue and self._put(data):
            return
        self._queue.append((number, data))
        self._full.unpark_all()

    def _put(self, data: bytes) -> bool:
        try:
            self._line.send(data)
        except OSError:
            return False
        return True

    async def _write(self) -> None:
        while True:
            if not self._queue:
                await self._full.park()
            await trio.lowlevel.wait_writable(self._line.fileno())
            for _ in range(_BATCH):
                if not self._queue or not self._put(self._queue[0][1]):
                    break
                self._queue.popleft()
            await trio.lowlevel.checkpoint()
