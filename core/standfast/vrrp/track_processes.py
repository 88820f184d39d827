"""Tracked processes: counted once from /proc, and from then on by what the kernel tells of forks, names and ends."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import trio

from standfast import clock
from standfast.config.tracking_model import TrackedProcess
from standfast.events import Event, Remark
from standfast.net.proc_connector import ProcConnector, ProcessEvent
from standfast.values import MILLISECOND, SECOND
from standfast.vrrp.process_match import ZOMBIES, Headcount, Matcher, Seen, cmdline_of, numbers, same_processes, stat_of
from standfast.vrrp.trackers import Trackers
from standfast.vrrp.tracking import BAD, GOOD

SLICE: Final = 8
"""Processes looked at before others get their turn (30 us each)."""

PAUSE: Final = 1 * MILLISECOND
"""Between two slices."""

LOOK_EVERY: Final = SECOND
"""Where the kernel does not tell: time between two looks at all processes."""

_CMDLINE: Final = 131_072
_STAT: Final = 1_024


class Processes:
    """All ``vrrp_track_process`` that something tracks."""

    def __init__(
        self,
        trackers: Trackers,
        tell: Callable[[Event], None],
        pause: Callable[[int], Awaitable[None]],
        *,
        proc: str = "/proc",
        connect: Callable[[int], ProcConnector] = ProcConnector,
    ) -> None:
        self._trackers = trackers
        self._tell = tell
        self._pause = pause
        self._proc = proc
        self._connect = connect
        self._connector: ProcConnector | None = None
        self._counts: dict[str, tuple[Matcher, Headcount]] = {}
        self._wanted = trio.Event()
        """All processes have to be looked at."""
        self._listening = trio.Event()
        self._turn = trio.Lock()
        """News that come while all processes are looked at wait: they are newer than what is seen."""
        self._told = False
        self.receive_buffer = 0
        """Of the kernel's news, in bytes; 0: ours."""

    @property
    def due(self) -> int | None:
        """When :meth:`judge` has something to do."""
        return min((count.due for _, count in self._counts.values() if count.due is not None), default=None)

    def configure(self, processes: Iterable[TrackedProcess], now: int) -> None:
        """Count these and no others. One that means the same processes keeps its number."""
        before, self._counts = self._counts, {}
        for process in processes:
            count = Headcount(process)
            known = before.get(process.name)
            if known is not None and same_processes(known[1].process, process):
                count.carry_on(known[1])
            else:
                self._wanted.set()
            self._counts[process.name] = (Matcher(process), count)
        if not self._counts:
            self._close()
        self.judge(now)

    def judge(self, now: int) -> None:
        """Report what is believed of all that have been counted."""
        for name, (_matcher, count) in self._counts.items():
            if count.good is None:
                continue
            count.judge(now)
            self._trackers.report("process", name, GOOD if count.good else BAD, count.words, now)

    async def run(self, turned: Callable[[], None]) -> None:
        """For ever; ``turned`` is called whenever something may have been reported."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_looking, turned)
            nursery.start_soon(self._keep_listening, turned)

    async def _keep_looking(self, turned: Callable[[], None]) -> None:
        while True:
            await self._wanted.wait()
            self._wanted = trio.Event()
            if not self._counts:
                continue
            if self._connector is None:
                self._open()
            async with self._turn:
                await self._look()
            turned()
            if self._connector is None and self._counts:
                await self._pause(LOOK_EVERY)
                self._wanted.set()

    async def _keep_listening(self, turned: Callable[[], None]) -> None:
        while True:
            if (connector := self._connector) is None:
                await self._listening.wait()
                self._listening = trio.Event()
                continue
            try:
                await trio.lowlevel.wait_readable(connector.fileno())
            except trio.ClosedResourceError:
                continue
            async with self._turn:
                more = self._connector is connector and self._hear(connector)
            turned()
            if connector.overrun:
                connector.overrun = False
                await self._pause(LOOK_EVERY)  # in such a storm once in a while must do
                self._wanted.set()
            elif more:
                await self._pause(PAUSE)

    def _hear(self, connector: ProcConnector) -> bool:
        """One batch of news; True: there may be more."""
        events, more = connector.read()
        changed = [self._follow(event) for event in events]
        if any(changed):
            self.judge(clock.now())
        return more

    def _follow(self, event: ProcessEvent) -> bool:
        """Whether any number has changed."""
        if event.kind == "fork":
            return self._note(event.pid, lambda _matcher, count: event.parent in count.pids)
        if event.kind == "exit":
            return self._note(event.pid, lambda _matcher, _count: False)
        seen = self._see(event.pid)
        return self._note(event.pid, lambda matcher, _count: seen is not None and matcher.matches(seen))

    def _note(self, pid: int, counts: Callable[[Matcher, Headcount], bool]) -> bool:
        changed = False
        for matcher, count in self._counts.values():
            member = counts(matcher, count)
            if member is not (pid in count.pids):
                changed = True
                (count.pids.add if member else count.pids.discard)(pid)
        return changed

    async def _look(self) -> None:
        """At all processes, in slices. What happens meanwhile comes as events, which say it once more."""
        try:
            pids = numbers(os.listdir(self._proc))  # noqa: PTH208 - names are all that is wanted
        except OSError as error:
            words = f"{self._proc} cannot be read ({error.strerror}), so it counts as not running"
            for name in self._counts:
                self._trackers.report("process", name, BAD, words, clock.now())
            return
        counts = self._counts
        found: dict[str, set[int]] = {name: set() for name in counts}
        for start in range(0, len(pids), SLICE):
            for pid in pids[start : start + SLICE]:
                seen = self._see(pid)
                for name, (matcher, _count) in counts.items():
                    if seen is not None and matcher.matches(seen):
                        found[name].add(pid)
            await self._pause(PAUSE)
            if self._counts is not counts:
                return  # other ones are wanted by now
        for name, (_matcher, count) in counts.items():
            count.pids = found[name]
            count.judge(clock.now())
        self.judge(clock.now())

    def _see(self, pid: int) -> Seen | None:
        """None: it is gone, or a zombie."""
        try:
            found = stat_of(_content(f"{self._proc}/{pid}/stat", _STAT))
            if found is None or found[1] in ZOMBIES:
                return None
            wanted = any(matcher.needs_cmdline for matcher, _ in self._counts.values())
            cmdline = cmdline_of(_content(f"{self._proc}/{pid}/cmdline", _CMDLINE)) if wanted else ()
        except OSError:
            return None
        return Seen(found[0], cmdline)

    def _open(self) -> None:
        try:
            self._connector = self._connect(self.receive_buffer)
            self._listening.set()
        except OSError as error:
            if self._told:
                return
            self._told = True
            words = (
                f"the kernel does not tell of processes here ({error.strerror}): /proc is read every second instead, "
                "so a process that ends is noticed late; run outside of containers and of `net_namespace` to be told"
            )
            self._tell(Remark(at=clock.now(), level="warning", event="vrrp.track_process", words=words))

    def _close(self) -> None:
        if self._connector is not None:
            trio.lowlevel.notify_closing(self._connector.fileno())
            self._connector.close()
            self._connector = None


def _content(path: str, most: int) -> bytes:
    """Its beginning. Raises :class:`OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, most)
    finally:
        os.close(descriptor)
