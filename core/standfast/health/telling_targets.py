"""The part of the health process that tells targets outside what happens here."""

from __future__ import annotations

import random
from functools import partial
from typing import Any, Final

import msgspec
import trio

from standfast import clock
from standfast.config.health_model import HealthConfig, NoticeTarget
from standfast.containment import Guard
from standfast.contract.notifying import Manner, Notifier
from standfast.control.protocol import Outcome, Request
from standfast.events import DaemonChange, Event, GroupTransition, TrackerChange, Transition
from standfast.health import notes
from standfast.health.blocking import CULPRIT, banned_task
from standfast.health.delivery import Delivery
from standfast.health.feed import Item, Numbered
from standfast.health.hub import Hub
from standfast.health.part import Part
from standfast.health.subjects import Subject, as_event, ended_by, is_last, is_trouble, subject_of
from standfast.health.target import Target, attempt, closed, trial
from standfast.plugins import find_plugins
from standfast.values import SECOND

LAST_WORDS_S: Final = 1.0
"""What targets may take at the end."""

LAST_NEWS_S: Final = 0.3
"""What VRRP's last news may take to come here."""

SETTLED_S: Final = 0.5
"""After a snapshot, what happened before it may still come as events, which say more."""

NOTE_EVERY_S: Final = 1.0


def task_of(key: str) -> str:
    """Under which name a target's task runs, and is named if it keeps the loop."""
    return f"target {key}"


class TellingTargets(Part):
    """All targets, each in a task of its own."""

    name = "targets"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.kinds: dict[str, type[Notifier[Any]]] = find_plugins(guard=Guard(without=hub.config.without)).notifiers
        self.targets: dict[str, Target] = {}
        self._prepared: dict[str, Notifier[Any]] = {}
        self._banned = banned_task(hub.run_dir / CULPRIT)
        self._known = notes.load(hub.run_dir) if hub.resume else {}
        self._current: dict[Subject, Event] = {}
        """The latest event of each state that lasts, of this process or VRRP."""
        self._nursery: trio.Nursery | None = None
        self._unnoted = trio.Event()
        self._unsettled = trio.Event()
        for words in self._prepare(hub.config):
            hub.say("error", "notify.unusable", f"{words}; nothing is told there")
        self._take_up(hub.config)
        if not hub.resume:
            self._tell(DaemonChange(at=clock.now(), what="started"))
        hub.on_vrrp(self._hear)
        hub.on_event(self._tell)

    # The life

    async def run(self) -> None:
        """For ever."""
        async with trio.open_nursery() as self._nursery:
            for target in self.targets.values():
                self._nursery.start_soon(target.run, name=task_of(target.key))
            self._nursery.start_soon(self._note)
            self._nursery.start_soon(self._settle)
            await trio.sleep_forever()

    async def prepare(self, config: HealthConfig) -> str:
        """Can all targets be made of this? One that was left out gets another chance."""
        self._banned = ""
        return "; ".join(self._prepare(config))

    async def commit(self, config: HealthConfig) -> tuple[str, ...]:
        """Tell these from now on. Who stays keeps queue and numbers, with other settings too."""
        before = {key: target.options for key, target in self.targets.items()}
        self._take_up(config)
        after = {key: target.options for key, target in self.targets.items()}
        self._forget_trackers(config)
        self._tell(DaemonChange(at=clock.now(), what="reloaded"))
        self._unsettled.set()  # what VRRP told meanwhile may have been judged by the configuration before
        gone = [f"{key} is told nothing any more" for key in before if key not in after]
        new = [f"{key} is told from now on" for key in after if key not in before]
        return (*gone, *new, *(f"{key} has changed" for key in after if before.get(key, after[key]) != after[key]))

    async def stop(self, *, leave: bool) -> None:
        """Last messages: VRRP has left, and what it said of that may still be on its way."""
        if leave:
            self._save()
            return
        with trio.move_on_after(LAST_NEWS_S):
            while self.hub.instances and self.targets and self.hub.hears_vrrp():  # noqa: ASYNC110 - short, and once
                await trio.sleep(0.02)
        self._all_stopped()
        self._tell(DaemonChange(at=clock.now(), what="stopping"))
        with trio.move_on_after(LAST_WORDS_S):
            while not all(target.idle for target in self.targets.values()):  # noqa: ASYNC110 - short, and once
                await trio.sleep(0.02)
        left = sum(len(each.delivery.waiting) + len(each.delivery.under_way) for each in self.targets.values())
        if left:
            self.hub.say("warning", "notify.untold", f"{left} notices were not delivered before the end")
        notes.forget(self.hub.run_dir)

    def _forget_trackers(self, config: HealthConfig) -> None:
        """What is not tracked any more can be wrong no more."""
        for subject, event in list(self._current.items()):
            if isinstance(event, TrackerChange) and f"{event.kind} {event.name}" not in config.tracked:
                if is_trouble(event):
                    words = "it is not tracked any more"
                    self._tell(msgspec.structs.replace(event, at=clock.now(), good=None, words=words))
                del self._current[subject]

    def _all_stopped(self) -> None:
        """We are asked to stop when VRRP has left: what it had no time to tell any more is known all the same."""
        at = clock.now()
        for name, instance in list(self.hub.instances.items()):
            known = self._current.get(f"instance {name}")
            old = known.new if isinstance(known, Transition) else instance.state
            self._tell(
                Transition(at=at, instance=name, old=old, new="STOP", priority=instance.priority, cause="stopped")
            )
        self.hub.instances.clear()
        for event in list(self._current.values()):
            if isinstance(event, GroupTransition):
                self._tell(GroupTransition(at=at, group=event.group, old=event.new, new="STOP", cause="stopped"))

    # Targets

    def _prepare(self, config: HealthConfig) -> list[str]:
        """Make notifiers where there are none with these options yet; what cannot be made, in words."""
        self._prepared = {}
        problems = []
        for wanted in config.targets:
            known = self.targets.get(key_of(wanted))
            if known is not None and known.options == wanted.options:
                continue
            try:
                self._prepared[key_of(wanted)] = self._made(wanted)
            except (Exception, SystemExit) as error:
                words = (
                    str(error) if isinstance(error, ValueError | LookupError) else f"{type(error).__name__}: {error}"
                )
                problems.append(f"{key_of(wanted)}: {words}")
        return problems

    def _made(self, wanted: NoticeTarget) -> Notifier[Any]:
        kind = self.kinds.get(wanted.kind)
        if kind is None:
            raise ValueError(f"no plugin brings `{wanted.kind}` any more")
        if self._banned == task_of(key_of(wanted)):
            raise ValueError("it hung or ended the health process a short while ago")
        made = kind(msgspec.msgpack.decode(wanted.options, type=kind.declaration.record))
        if not isinstance(made.manner, Manner):
            raise TypeError(f"its manner is no Manner, but {made.manner!r:.60}")
        return made

    def _take_up(self, config: HealthConfig) -> None:
        wanted = {key_of(each): each for each in config.targets}
        for key in [*self.targets]:
            if key not in wanted:
                self.targets.pop(key).retire()
        for key, each in wanted.items():
            notifier = self._prepared.pop(key, None)
            if notifier is not None:
                old = self.targets.get(key)
                if old is not None:
                    old.retire()
                self.targets[key] = self._target(each, notifier, old)
                if self._nursery is not None:
                    self._nursery.start_soon(self.targets[key].run, name=task_of(key))
            elif key in self.targets:
                self.targets[key].delivery.host = config.router_id

    def _target(self, wanted: NoticeTarget, notifier: Notifier[Any], old: Target | None) -> Target:
        key = key_of(wanted)
        known = self._known.get(key, notes.Note())
        delivery = Delivery(notifier.manner, self.hub.config.router_id, random.SystemRandom().random)
        delivery.told, delivery.sequence = dict(known.told), known.sequence
        if old is not None:
            old.delivery.manner, delivery = delivery.manner, old.delivery
            delivery.not_before = 0

        def say(words: str) -> None:
            self.hub.say("warning", "notify.target", words)

        made = Target(wanted.kind, wanted.name, wanted.options, notifier, delivery, say, self._changed)
        made.before = None if old is None else old.notifier
        made.refresh = partial(self._refresh, made)
        return made

    # What happens

    def _hear(self, item: Item) -> None:
        if isinstance(item, Numbered):
            self._tell(item.event)
        else:
            self._unsettled.set()

    def _tell(self, event: Event) -> None:
        found = subject_of(event)
        if found is not None:
            self._current[found[0]] = event
            if is_last(event):
                for subject in (found[0], *ended_by(event, list(self._current))):
                    self._current.pop(subject, None)
        for target in self.targets.values():
            target.put(event)

    async def _settle(self) -> None:
        """After a snapshot: targets that were told something else last are told how it is."""
        while True:
            await self._unsettled.wait()
            self._unsettled = trio.Event()
            await trio.sleep(SETTLED_S)
            at = clock.now()
            for instance in self.hub.instances.values():
                if instance.state == "INIT":
                    continue
                event = as_event(instance, at)
                subject, state = subject_of(event) or ("", "")
                known = self._current.get(subject)
                if known is None or (subject_of(known) or ("", ""))[1] != state:
                    self._current[subject] = event
            for target in self.targets.values():
                self._replay(target, everything=False)

    def _replay(self, target: Target, *, everything: bool) -> None:
        now = clock.now()
        events = [event for event in self._current.values() if target.wants(event)]
        target.delivery.replay(events, clock.wall_clock_at(now), now, everything=everything)
        target.wake()

    def _refresh(self, target: Target) -> None:
        now = clock.now()
        wrong = [event for event in self._current.values() if is_trouble(event) and target.wants(event)]
        target.delivery.replay(wrong, clock.wall_clock_at(now), now, everything=True)

    def _changed(self) -> None:
        self._unnoted.set()
        for target in self.targets.values():
            if target.delivery.wants_replay and target.idle:
                self._replay(target, everything=True)

    async def _note(self) -> None:
        while True:
            await self._unnoted.wait()
            self._unnoted = trio.Event()
            self._save()
            await trio.sleep(NOTE_EVERY_S)

    def _save(self) -> None:
        try:
            notes.save(self.hub.run_dir, {key: target.delivery for key, target in self.targets.items()})
        except OSError as error:
            self.hub.say("warning", "notify.memory", f"what targets were told cannot be noted: {error.strerror}")

    # Answers

    def describe(self) -> Any:
        """Each target with its queue."""
        return [target.describe() for target in self.targets.values()] or None

    async def order(self, request: Request) -> Outcome | None:
        """``standfast notify test [TARGET]``."""
        if request.do != "notify":
            return None
        chosen = [each for each in self.targets.values() if request.target in ("", each.key, each.name)]
        if not chosen:
            known = ", ".join(self.targets) or "none"
            what = f"no target is called `{request.target}`" if request.target else "there is no target"
            return Outcome(ok=False, words=f"{what}; there are: {known}")
        answers: dict[str, str] = {}

        async def ask(target: Target) -> None:
            answers[target.key] = await self._test(target)

        async with trio.open_nursery() as nursery:
            for target in chosen:
                nursery.start_soon(ask, target)
        lines = [f"{target.key}: {answers[target.key] or 'has taken it'}" for target in chosen]
        return Outcome(ok=not any(answers.values()), words="\n".join(lines))

    async def _test(self, target: Target) -> str:
        """By a notifier of its own: the target's may be busy, and its queue full of other things."""
        (notice,) = trial()
        notice = msgspec.structs.replace(notice, host=self.hub.config.router_id)
        try:
            notifier = type(target.notifier)(target.notifier.options)
        except (Exception, SystemExit) as error:
            return str(error)
        try:
            timeout = min(target.delivery.manner.timeout, TEST_S * SECOND)
            words = (await attempt(notifier, (notice,), timeout)).words
        finally:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + LAST_WORDS_S):
                await closed(notifier)
        if not words:  # somebody has mended it, and waits to see that
            target.delivery.not_before = 0
            target.wake()
        return words


TEST_S: Final = 10
"""A test of one target takes no longer."""


def key_of(target: NoticeTarget) -> str:
    """As :attr:`standfast.health.target.Target.key`."""
    return target.kind if target.kind == target.name else f"{target.kind} {target.name}"
