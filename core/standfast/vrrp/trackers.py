"""From what is tracked to the routers that it concerns: the one door for everybody who looks at things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from standfast.config.model import Config
from standfast.config.tracking_model import TrackedKind
from standfast.events import Event
from standfast.vrrp.actions import Action
from standfast.vrrp.instance import Instance
from standfast.vrrp.rules import State
from standfast.vrrp.tracking import Tracking

Perform: TypeAlias = Callable[[Instance, tuple[Action, ...]], None]

PREFIX: Final = "track "
"""Of the keys of faults that trackers raise."""


class Trackers:
    """Keeps the facts, and tells instances what follows from them."""

    def __init__(self, perform: Perform, tell: Callable[[Event], None]) -> None:
        self.tracking = Tracking()
        self._perform = perform
        self._tell = tell
        self._instances: dict[str, Instance] = {}

    def looks_at(self, kind: TrackedKind) -> None:
        """Somebody reports things of this kind; to be called before instances begin, which then await first results."""
        self.tracking.looked_at.add(kind)

    def configure(self, config: Config) -> None:
        """Track what this configuration says; :meth:`review` every instance afterwards."""
        self.tracking.configure(config)

    def concern(self, instances: Iterable[Instance]) -> None:
        """These are all the instances that take part, by their present configurations."""
        self._instances = {instance.config.name: instance for instance in instances}

    def report(self, kind: TrackedKind, name: str, value: int | None, words: str, now: int) -> None:
        """Something was looked at, and this is what was seen: the entry for scripts, files, processes, checks.

        ``value``: the number in a file, else 1 good, 0 bad; None: not known (any more). ``words`` say it to people
        (``exit status 1``). Costs next to nothing when nothing changed, so report as often as you look.
        """
        event, concerned = self.tracking.report(kind, name, value, words, now)
        if event is not None:
            self._tell(event)
        for member in concerned:
            instance = self._instances.get(member)
            if instance is not None:
                self.review(instance, now, f"{kind} {name}: {words}")

    def review(self, instance: Instance, now: int, cause: str, *, waits: bool = False) -> None:
        """Let an instance know everything that its trackers say now.

        ``waits``: it has not begun yet, and does not before the first results are there.  One that is in service never
        stops for something that is merely not known yet (a reload brings a new script).
        """
        router = instance.router
        standing = self.tracking.standing(instance.config.name)
        faults = {key: (words, False) for key, words in standing.faults.items()}
        for key, words in standing.waits.items():
            known = router.faults.get(key)
            if waits or (known is not None and known.pending):
                faults[key] = (words, True)
        self._perform(instance, router.weigh(standing.points, cause, now))
        for key, (words, pending) in faults.items():
            known = router.faults.get(key)
            if known is None or (known.words, known.pending) != (words, pending):
                self._perform(instance, router.raise_fault(key, words, now, pending=pending))
        for key in [key for key in router.faults if key.startswith(PREFIX) and key not in faults]:
            self._perform(instance, router.clear_fault(key, now))

    def prepare(self, instance: Instance) -> None:
        """A new configuration of it is about to come: it has to begin with the right sum at once."""
        if instance.router.state is not State.INIT:
            instance.router.points = self.tracking.standing(instance.config.name).points
