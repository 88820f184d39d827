"""One round of fail-over: the master is cut off, stopped and killed, and the capture says what its backup did when."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from _common import targets
from _common.bench import Bench, expect, wait_listening, wait_sole_master
from _common.profiles import ADDRESS, BACKUP_PRIORITY, Profile
from _common.results import Figure, Results
from _common.witnesses import Witnesses
from standfast.lab.capture import Capture
from standfast.lab.client import Client
from standfast.lab.daemons import Daemon
from standfast.lab.frames import Advert

ASK_EVERY_S = 0.002
"""The client's step; it sees no outage shorter than two of them."""
ADVERT_LATE, GARP_LATE = "first advert late", "first GARP late"
_MACHINE_LATE_S = 0.0005
"""A witness later than this just before or during a take-over spoils it."""


@dataclass(frozen=True, slots=True)
class Round:
    """One profile, one side, the daemon that plays it."""

    profile: Profile
    side: str
    kind: str


def measure(bench: Bench, job: Round, results: Results, witnesses: Witnesses) -> bool:
    """Three take-overs of one pair of daemons, all from one start; False if the machine spoiled one of them."""
    master = bench.daemon(job.kind, bench.first, job.profile)
    backup = bench.daemon(job.kind, bench.second, job.profile)
    with bench.capture() as capture:
        scene = Scene(bench, job, results, witnesses, master, backup, capture)
        try:
            backup.start()
            wait_listening(backup)
            scene.start_master()
            scene.cut()
            scene.stop()
            scene.start_master()
            scene.kill()
        finally:
            master.kill()
            backup.kill()
            bench.clear()
    return not scene.spoiled


@dataclass(frozen=True, slots=True)
class Scene:
    """A running pair and all that watches it."""

    bench: Bench
    job: Round
    results: Results
    witnesses: Witnesses
    master: Daemon
    backup: Daemon
    capture: Capture
    spoiled: set[str] = field(default_factory=set)
    """Stimuli whose figures were set aside."""

    def start_master(self) -> None:
        """Start the daemon with the higher priority and wait until it has the network for itself."""
        self.master.start()
        self._settle()

    def cut(self) -> None:
        """The switch stops forwarding for the master, which goes on; then it comes back and wins."""
        self._take_over("cut", self.bench.first.cut)
        self.bench.first.heal()
        self._settle()

    def stop(self) -> None:
        """SIGTERM: the master says good-bye with priority 0, so the backup waits for its skew time only."""
        with self._asking() as client:
            asked = self._take_over("stop", self.master.terminate)
            self.master.wait_ended()
            if not client.wait_answer(time.time()):
                raise TimeoutError(f"{ADDRESS} answers nobody after a planned stop of {self.job.kind}")
            outage = client.longest_ms(since=asked)
        target = targets.PLANNED_STOP_1_S if self.job.profile.interval_s >= 1 else targets.PLANNED_STOP
        if "stop" not in self.spoiled:
            self._note("stop", "client without", target, outage)

    def kill(self) -> None:
        """SIGKILL of all processes at one moment."""
        self._take_over("kill", self.master.kill)

    def _settle(self) -> None:
        wait_sole_master(self.capture, self.master, self.job.profile)
        time.sleep(random.uniform(0, self.job.profile.interval_s))  # a failure comes at any moment  # noqa: S311

    def _take_over(self, stimulus: str, strike: Callable[[], object]) -> float:
        """Strike, await the backup's first advert and announcement, note how late they were; the time of the strike."""
        struck = time.time()
        strike()
        timeout_s = self.job.profile.down_s(BACKUP_PRIORITY) + 5
        who = self.backup.host
        advert = expect(
            self.capture,
            lambda: next(iter(self.capture.adverts(who.address, since=struck)), None),
            timeout_s,
            f"{self.job.kind} as backup did not take over after {stimulus}",
            self.master,
            self.backup,
        )
        garp = expect(
            self.capture,
            lambda: next((arp for arp in self.capture.garps(ADDRESS, since=struck) if arp.source_mac == who.mac), None),
            5,
            f"{self.job.kind} did not announce {ADDRESS} after {stimulus}",
            self.backup,
        )
        due = self._deadline(advert)
        if self.witnesses.worst_s(due - 0.01, garp.time) > _MACHINE_LATE_S:
            self.results.set_aside(self.job.side)
            self.spoiled.add(stimulus)
        else:
            self._note(stimulus, ADVERT_LATE, targets.FIRST_ADVERT, (advert.time - due) * 1000)
            self._note(stimulus, GARP_LATE, targets.FIRST_GARP, (garp.time - due) * 1000)
        return struck

    def _deadline(self, first: Advert) -> float:
        """When the protocol wants the backup's first advert, counted from the master's last before it."""
        last = [advert for advert in self.capture.adverts(self.master.host.address) if advert.time < first.time][-1]
        profile = self.job.profile
        return last.time + (profile.down_s(BACKUP_PRIORITY) if last.priority else profile.skew_s(BACKUP_PRIORITY))

    def _note(self, stimulus: str, name: str, target: targets.Target, value: float) -> None:
        figure = Figure(f"{self.job.profile.name}, {stimulus}", name, "ms", target)
        self.results.add(figure, self.job.side, value)

    @contextmanager
    def _asking(self) -> Iterator[Client]:
        with Client(self.bench.client, ADDRESS, every_s=ASK_EVERY_S) as client:
            if not client.wait_answer(0):
                raise TimeoutError(f"{ADDRESS} does not answer although {self.job.kind} is master")
            yield client
