"""Who looks at what is tracked (files, processes, scripts, checks), and how what they see reaches the instances."""

from __future__ import annotations

import socket
from contextlib import suppress

import trio

from standfast import clock
from standfast.config.model import Config
from standfast.config.tracking_model import SERVICES, TrackedKind
from standfast.health import verdicts
from standfast.scripts.client import ScriptClient
from standfast.vrrp.files import Files
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.track_checks import TrackChecks
from standfast.vrrp.track_processes import Processes
from standfast.vrrp.track_scripts import TrackScripts
from standfast.vrrp.voice import Voice


class TrackedWatch:
    """All watchers but that of interfaces, which is the speaker's own.

    ``programs`` runs scripts, ``line`` is that on which health speaks; None: there is no such process.
    """

    def __init__(
        self, speaker: Speaker, voice: Voice, programs: ScriptClient | None, line: socket.socket | None
    ) -> None:
        self._speaker = speaker
        self._trackers = speaker.trackers
        self._verdicts = line
        self.scripts = TrackScripts(programs, self._script_result, voice.tell_quietly, speaker.at)
        self.checks = TrackChecks(line, self._check_result, voice.tell_quietly, speaker.at)
        self._files = Files(self._trackers, voice.tell)
        self._processes = Processes(self._trackers, voice.tell, speaker.pause)
        looked_at: dict[TrackedKind, object] = {
            "script": programs,
            "check": line,
            "services": line,
            "process": self._processes,
        }
        for kind, watcher in looked_at.items():
            if watcher is not None:
                self._trackers.looks_at(kind)

    def create_files(self, config: Config) -> None:
        """Those that a configuration has made with a number in them, at the start of a daemon."""
        self._files.create(config.files, clock.now())

    def look(self, config: Config, now: int) -> None:
        """At the files and processes of this configuration, before instances begin; only at what somebody tracks."""
        tracked = self._trackers.tracking.concerned()
        self._files.configure(tuple(file for file in config.files if ("file", file.name) in tracked), now)
        self._await_files()
        self._processes.receive_buffer = config.global_defs.process_receive_buffer
        self._processes.configure((each for each in config.processes if ("process", each.name) in tracked), now)
        self._await_processes()

    def ask(self, config: Config) -> None:
        """Have the scripts of this configuration run, and take what checks say."""
        self.scripts.configure(config)
        self.checks.configure(config, clock.now())

    def start(self, nursery: trio.Nursery) -> None:
        """Watch from now on."""
        nursery.start_soon(self._watch_files)
        nursery.start_soon(self._processes.run, self._counted)
        nursery.start_soon(self._hear_verdicts)

    # Scripts and checks

    def _script_result(self, name: str, value: int, words: str, now: int) -> None:
        self._trackers.report("script", name, value, words, now)
        self._turn()

    def _check_result(self, name: str, value: int | None, words: str, now: int) -> None:
        self._trackers.report("services" if name == SERVICES else "check", name, value, words, now)

    async def _hear_verdicts(self) -> None:
        with suppress(verdicts.Over):  # else this process, which is leaving, would do nothing but hear of it
            while self._verdicts is not None:
                await trio.lowlevel.wait_readable(self._verdicts.fileno())
                self.checks.read(clock.now())
                self._turn()

    # Files

    async def _watch_files(self) -> None:
        descriptor = self._files.fileno()
        while descriptor is not None:
            await trio.lowlevel.wait_readable(descriptor)
            self._files.digest(clock.now())
            self._await_files()
            self._turn()

    def _await_files(self) -> None:
        self._speaker.at(self._files.retry_at, self._retry_files)

    def _retry_files(self, now: int) -> None:
        self._files.retry(now)
        self._await_files()

    # Processes

    def _counted(self) -> None:
        self._await_processes()
        self._turn()

    def _await_processes(self) -> None:
        self._speaker.at(self._processes.due, self._judge_processes)

    def _judge_processes(self, now: int) -> None:
        self._processes.judge(now)
        self._await_processes()

    def _turn(self) -> None:
        self._speaker.work()
        self._speaker.rearm()
