"""Which probes there are: made from the configuration, kept across reloads where nothing about them has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

from standfast import clock
from standfast.config.lvs_model import Checker as Configured
from standfast.contract.checking import Checker, CheckResult, Surroundings, WatchingChecker, unable
from standfast.health.probe import Probe, Subscriber, key_of, label_of
from standfast.health.scheduler import Scheduler

Wish: TypeAlias = tuple[Configured, str, Subscriber]
"""A configured check, whose it is in words, and who wants to know."""


class Broken(Checker[Any]):
    """In place of a checker that cannot be made: it says why, whenever it is asked."""

    def __init__(self, words: str) -> None:
        self.words = words

    async def check(self) -> CheckResult:
        """Always the same."""
        return unable(self.words)


class Roster:
    """Keeps the scheduler's probes equal to what is wished for."""

    def __init__(
        self, scheduler: Scheduler, classes: Mapping[str, type[Checker[Any]]], surroundings: Surroundings
    ) -> None:
        self._scheduler = scheduler
        self._classes = classes
        self._surroundings = surroundings
        self.banned = ""
        """Label of a probe that is not made, because it hung or ended the process a short while ago."""

    def wish(self, wishes: Iterable[Wish]) -> None:
        """From now on these and no others. A probe that stays keeps its appointment and its checker's memory."""
        wanted: dict[object, list[Wish]] = {}
        for wish in wishes:
            wanted.setdefault(key_of(wish[0]), []).append(wish)
        probes = self._scheduler.probes
        known = {key[:3] for key in probes if isinstance(key, tuple)}
        for key in [key for key in probes if key not in wanted]:
            self._scheduler.remove(probes[key])
        for key, together in wanted.items():
            subscribers = [subscriber for _, _, subscriber in together]
            if key in probes:
                probes[key].subscribers = subscribers
                _repeat(probes[key])
                continue
            probe = self._make(together[0])
            probe.subscribers = subscribers
            eager = any(subscriber.eager for subscriber in subscribers)
            self._scheduler.add(probe, soon=probe.key[:3] in known, eager=eager)

    def _make(self, wish: Wish) -> Probe:
        configured, owner, _ = wish
        label = label_of(configured, owner)
        if label == self.banned:
            checker: Checker[Any] = Broken("not made for ten minutes: it hung or ended the health process")
        else:
            checker = self._checker(configured, label)
        return Probe(key_of(configured), configured, checker, label)

    def _checker(self, configured: Configured, label: str) -> Checker[Any]:
        """The object that looks; one that says why not, if the class does not want to."""
        checker = self._classes.get(configured.kind)
        if checker is None:
            return Broken(f"no plugin brings {configured.kind} any more")
        try:
            options = options_of(checker, configured.options)
            return checker(options, configured.target, self._surroundings)
        except Exception as error:
            words = f"cannot be made: {type(error).__name__}: {error}"
            self._surroundings.say("error", f"{label}: {words}")
            return Broken(words)


def _repeat(probe: Probe) -> None:
    """Let new subscribers of a probe that watches hear what it saw last: it may never see anything else."""
    if isinstance(probe.checker, WatchingChecker) and probe.last is not None:
        for subscriber in probe.subscribers:
            subscriber.heard(probe.last, clock.now())


def identity_text(configured: Configured) -> str:
    """What looks at what, as a short name that is the same in another process."""
    data = msgspec.msgpack.encode((configured.kind, configured.target, configured.options))
    return f"{configured.kind}:{hashlib.blake2b(data, digest_size=8).hexdigest()}"


def options_of(checker: type[Checker[Any]], options: Any) -> Any:
    """A checker's own options, which other processes carry as msgpack without knowing them."""
    if not isinstance(options, bytes):
        return options
    if not options:
        return None
    record = checker.declaration.record
    return None if record is None else msgspec.msgpack.decode(options, type=record)
