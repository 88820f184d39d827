"""What the parts of the health process share: the configuration, what VRRP says, the way to programs, and the log."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import trio

from standfast.config.health_model import HealthConfig
from standfast.config.script_model import ScriptCall
from standfast.control.protocol import InstanceNow
from standfast.events import Event, Level, StateName, Transition
from standfast.health import verdicts
from standfast.health.feed import Item, Numbered, Snapshot
from standfast.health.verdicts import Verdict
from standfast.scripts.client import ScriptClient
from standfast.scripts.protocol import Ended, Ways
from standfast.scripts.running import About
from standfast.supervise.setup import ChildSetup
from standfast.vrrp.ring import EventRing

Heed: TypeAlias = Callable[[Item], None]
HeedEvent: TypeAlias = Callable[[Event], None]


class Hub:
    """One for each health process, made before its parts."""

    def __init__(self, setup: ChildSetup, config: HealthConfig) -> None:
        self.config = config
        """What runs now."""
        self.generation = setup.generation
        self.run_dir: Path = setup.run_dir
        self.resume = setup.resume
        """A predecessor died a moment ago."""
        self.log = setup.log
        self.pipes: Mapping[str, int] = {}
        """Open named pipes for lines, by keyword."""
        self.ring = EventRing()
        """Our own events (servers, quorums), for ``health.status``."""
        self.instances: dict[str, InstanceNow] = {}
        """The virtual routers as VRRP last told, by name."""
        self.hears_vrrp: Callable[[], bool] = lambda: True
        """Does VRRP answer? If not, ``instances`` is what it last was."""
        self.programs = ScriptClient(setup.lines.spawner, self.say) if setup.lines.spawner else None
        self.run_by(config, setup.generation, setup.pipes)
        self._verdicts = setup.lines.verdicts
        self._said: dict[str, Verdict] = {}
        self._unsaid: dict[str, Verdict] = {}
        self._asked: Callable[[tuple[str, ...]], None] = lambda _names: None
        self._heeders: list[Heed] = []
        self._event_heeders: list[HeedEvent] = []

    def run_by(self, config: HealthConfig, generation: int, pipes: Mapping[str, int]) -> None:
        """Take this configuration up, and pipes instead of those before, which are closed."""
        self.config, self.generation = config, generation
        before, self.pipes = self.pipes, pipes
        for pipe in before.values():
            os.close(pipe)
        if self.programs is not None:
            rules = config.programs
            self.programs.ways = Ways(secure=rules.secure, as_written=rules.as_written, umask=config.umask)

    # What happens

    def on_vrrp(self, heed: Heed) -> None:
        """Call with every event of the VRRP process, and with a snapshot when the thread was lost."""
        self._heeders.append(heed)

    def on_event(self, heed: HeedEvent) -> None:
        """Call with every event of this process itself."""
        self._event_heeders.append(heed)

    def publish(self, event: Event) -> None:
        """One of our own events: to the log, ``health.status``, and whoever heeds."""
        self.log.tell(event)
        self.ring.append(event)
        for heed in self._event_heeders:
            heed(event)

    def hear(self, item: Item) -> None:
        """Something that VRRP told; called by the process."""
        if isinstance(item, Snapshot):
            self.instances = {instance.name: instance for instance in item.instances}
            self._snapshot = item.number
            self._say_again()
        else:
            self._follow(item)
        for heed in self._heeders:
            heed(item)

    def masters(self) -> frozenset[str]:
        """Names of the instances that are MASTER, as far as VRRP has told."""
        return frozenset(name for name, instance in self.instances.items() if instance.state == "MASTER")

    def _follow(self, item: Numbered) -> None:
        event = item.event
        if item.number <= self._snapshot or not isinstance(event, Transition):
            return
        if event.new in _GONE:
            self.instances.pop(event.instance, None)
        else:
            known = InstanceNow(name=event.instance, state=event.new, priority=event.priority)
            self.instances[event.instance] = known

    _snapshot = 0

    # What is said to others

    def say(self, level: Level, event: str, words: str) -> None:
        """A log line."""
        self.log.log(level, event, words)

    def verdict(self, said: Verdict) -> None:
        """Tell VRRP how a ``vrrp_check`` is; say it whenever it was looked at, changed or not."""
        self._said[said.name] = said
        self._unsaid[said.name] = said
        self._send_verdicts()

    def on_question(self, heed: Callable[[tuple[str, ...]], None]) -> None:
        """Call with the names of the checks that VRRP wants to be looked at now."""
        self._asked = heed

    async def hear_questions(self) -> None:
        """As long as somebody may ask; run by the process."""
        with suppress(verdicts.Over):
            while self._verdicts is not None:
                await trio.lowlevel.wait_readable(self._verdicts.fileno())
                for question in verdicts.questions(self._verdicts):
                    self._asked(question.names)

    def forget_verdict(self, name: str) -> None:
        """That check is not made any more."""
        self._said.pop(name, None)
        self._unsaid.pop(name, None)

    def _say_again(self) -> None:
        """A new VRRP process knows nothing; and one that we lost may have lost us."""
        self._unsaid = dict(self._said)
        self._send_verdicts()

    def _send_verdicts(self) -> None:
        if self._verdicts is None:
            return
        for name, verdict in list(self._unsaid.items()):
            if not verdicts.send(self._verdicts, verdict):
                return  # said with the next one, or when VRRP is there again
            del self._unsaid[name]

    async def run_script(self, call: ScriptCall, limit: int, about: About | None = None) -> Ended:
        """Run a program as its user; after ``limit`` microseconds its process group is ended.

        ``about``: what it tells, for ``status``.
        """
        if self.programs is None:
            return Ended(number=0, problem="there is no process that starts programs")
        return await self.programs.run(call, limit=limit, about=about)


_GONE: frozenset[StateName] = frozenset(("STOP", "DELETED"))
