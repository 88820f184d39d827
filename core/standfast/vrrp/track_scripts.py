"""Runs the scripts that instances track (``vrrp_script``) and reports what they say. The spawner does the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from standfast import clock
from standfast.config.model import Config
from standfast.config.tracking_model import TrackedScript
from standfast.events import Event, Remark
from standfast.scripts.client import ScriptClient
from standfast.scripts.protocol import Ended
from standfast.values import seconds
from standfast.vrrp.notifier import Wake
from standfast.vrrp.rise_fall import RiseFall
from standfast.vrrp.tracking import BAD, GOOD

Report: TypeAlias = Callable[[str, int, str, int], None]
"""Name, GOOD or BAD, words, now."""


class TrackScripts:
    """All of them."""

    def __init__(self, client: ScriptClient | None, report: Report, tell: Callable[[Event], None], wake: Wake) -> None:
        self._client = client
        self._report = report
        self._tell = tell
        self._wake = wake
        self._runs: dict[str, _Run] = {}

    def configure(self, config: Config) -> None:
        """Run these from now on. One with the same command keeps its state."""
        used = {tracker.name for each in config.instances for tracker in each.trackers if tracker.kind == "script"}
        used |= {tracker.name for each in config.sync_groups for tracker in each.trackers if tracker.kind == "script"}
        before, self._runs = self._runs, {}
        for script in config.scripts:
            if script.name not in used:
                continue
            run = before.pop(script.name, None)
            if run is not None and run.script.command == script.command:
                run.change(script)
            else:
                if run is not None:
                    run.end()
                run = _Run(script, self._client, self._report, self._tell, self._wake)
                run.begin()
            self._runs[script.name] = run
        for run in before.values():
            run.end()

    def running(self, name: str) -> bool:
        """Is a run of this one under way?"""
        run = self._runs.get(name)
        return run is not None and run.running

    def end(self) -> None:
        """No more runs; what runs is ended by the spawner."""
        for run in self._runs.values():
            run.end()


class _Run:
    """One script, whichever run of it is under way."""

    def __init__(
        self,
        script: TrackedScript,
        client: ScriptClient | None,
        report: Report,
        tell: Callable[[Event], None],
        wake: Wake,
    ) -> None:
        self.script = script
        self._client = client
        self._report = report
        self._tell = tell
        self._wake = wake
        self._counter = RiseFall(script.rise, script.fall, init_fail=script.init_fail)
        self._number: int | None = None
        self._overdue = False
        self._due = 0
        self._over = False
        self._said: set[str] = set()
        """What is told once until a run ends as it should: a script that cannot be run is tried every interval."""

    @property
    def running(self) -> bool:
        """Is a run under way?"""
        return self._number is not None

    def begin(self) -> None:
        """Report what is known before the first run, and run it soon."""
        now = clock.now()
        if self.script.init_fail:
            self._report(self.script.name, BAD, "failed until it has succeeded (init_fail)", now)
        self._due = now
        self._wake(now, self.turn)

    def change(self, script: TrackedScript) -> None:
        """Other thresholds or times."""
        self.script = script
        self._counter.rescale(script.rise, script.fall)
        if self._counter.known:
            self._report(script.name, GOOD if self._counter.up else BAD, "as before the reload", clock.now())

    def end(self) -> None:
        """It is not wanted any more."""
        self._over = True
        self._wake(None, self.turn)
        if self._number is not None and self._client is not None:
            self._client.kill(self._number)

    def turn(self, now: int) -> None:
        """It is due."""
        if self._over:
            return
        self._due += self.script.interval
        if self._due <= now:  # we slept over some: they are not made up for
            self._due = now + self.script.interval
        self._wake(self._due, self.turn)
        if self._client is None:
            self._report(self.script.name, BAD, "there is no process that starts programs", now)
        elif self._number is not None:
            self._say("debug", "still runs when its next run is due: that one is left out")
        else:
            self._overdue = False
            self._number = self._client.start(
                self.script.command, self._ended, limit=self.script.timeout, at_stop="end", on_overdue=self._timed_out
            )

    def _timed_out(self) -> None:
        self._overdue = True
        if not self._over:
            self._take_timeout()

    def _take_timeout(self) -> None:
        words = f"timed out after {seconds(self.script.timeout)}"
        if self.script.on_timeout == "keep":
            self._say("warning", f"{words}; its last result stays, as `on_timeout keep` says")
        else:
            self._result(self._counter.failure(), words)

    def _ended(self, end: Ended) -> None:
        self._number = None
        if self._over or end.lost or self._overdue:
            return
        if end.timed_out:
            self._take_timeout()
        elif end.problem:
            self._say("error", end.problem)
            self._result(self._counter.failure(for_good=True), end.problem)
        else:
            self._said.clear()
            self._result(self._counter.success() if end.status == 0 else self._counter.failure(), end.words)

    def _result(self, up: bool, words: str) -> None:
        self._report(self.script.name, GOOD if up else BAD, words, clock.now())

    def _say(self, level: str, words: str) -> None:
        if words in self._said:
            return
        self._said.add(words)
        said = f"vrrp_script {self.script.name}: {words}"
        self._tell(Remark(at=clock.now(), level=level, event="vrrp.script", words=said))  # type: ignore[arg-type]
