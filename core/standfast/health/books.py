"""All services of one configuration, the way from a check's result to what is told, and what people order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from standfast.config.lvs_model import Balancing
from standfast.contract.balancing import Pool
from standfast.contract.checking import CheckResult
from standfast.health.reconcile import services_of
from standfast.health.roster import Wish
from standfast.health.server import Server
from standfast.health.service import Service
from standfast.health.telling import Told
from standfast.health.verdict import in_words

Heed: TypeAlias = Callable[[Service, Sequence[Told]], None]
"""Called after anything about a service may have changed, also if nothing is to be told."""

LogFailure: TypeAlias = Callable[[str], None]

Restore: TypeAlias = Callable[[Service], None]


@dataclass(slots=True, eq=False)
class Seat:
    """One checker of one server, as it listens to its probe."""

    books: Books
    service: Service
    server: Server
    number: int

    @property
    def suspended(self) -> bool:
        """Its service's address is not on this machine, and `ha_suspend` is set."""
        return self.service.suspended

    @property
    def eager(self) -> bool:
        """Servers are up or down before they are looked at."""
        return False

    def heard(self, result: CheckResult, now: int) -> int:
        """One result; how long to wait for the next."""
        step, told = self.service.take(self.server, self.number, result, now)
        if step.worth_a_line:
            checker = self.server.config.checkers[self.number]
            words = in_words(self.server.standings[self.number])
            self.books.log_failure(f"{checker.kind} of {self.server.label} of {self.service.name}: {words}")
        if told or step.changed or result.weight is not None or result.weight_change is not None:
            self.books.heed(self.service, told)
        return step.wait


class Books:
    """The services, by their unique names."""

    def __init__(self, heed: Heed, log_failure: LogFailure) -> None:
        self.services: dict[str, Service] = {}
        self.heed = heed
        self.log_failure = log_failure

    def begin(self, balancing: Balancing, now: int, *, restore: Restore | None = None) -> None:
        """The first configuration. ``restore`` may set how servers stand before anything follows from it."""
        self.services = services_of(balancing, now)
        for service in self.services.values():
            if restore is not None:
                restore(service)
            self.heed(service, service.begin(now))

    def reload(
        self, balancing: Balancing, now: int, *, why: str = "removed by a reload", restore: Restore | None = None
    ) -> list[str]:
        """Another configuration; what stays keeps how it stands. What has changed, in words. ``why`` servers may go.

        ``restore`` as in :meth:`begin`.
        """
        before = self.services
        fresh = services_of(balancing, now, before)
        if restore is not None:
            for name, service in fresh.items():
                if service is not before.get(name):
                    restore(service)
        self.services = {name: before.get(name, service) for name, service in fresh.items()}
        words = []
        for name, service in before.items():
            if name not in fresh:
                words.append(f"{name} is not balanced any more")
                self.heed(service, service.drop(now))
        for name, service in fresh.items():
            if name not in before:
                words.append(f"{name} is balanced now")
                self.heed(service, service.begin(now))
                continue
            old = before[name]
            if old is service:
                continue
            if old.config != service.config or old.entrances != service.entrances:
                words.append(f"{name} has changed")
            self.heed(old, old.reconfigure(service, now, why=why))
        return words

    def end(self, now: int) -> None:
        """The daemon stops."""
        for service in self.services.values():
            self.heed(service, service.end(now))

    def pool(self, name: str) -> Pool | None:
        """What the data plane is to have of this name."""
        service = self.services.get(name)
        return None if service is None else service.pool()

    def wishes(self) -> Iterator[Wish]:
        """Every check that is to be made."""
        for service in self.services.values():
            for server in service.servers:
                for number, checker in enumerate(server.config.checkers):
                    yield checker, server.label, Seat(self, service, server, number)

    def expire(self, now: int) -> int | None:
        """Take out drained servers whose time is over; when the next one's is."""
        soonest: int | None = None
        for service in self.services.values():
            for server in service.servers:
                ends = server.order_ends
                if ends is None:
                    continue
                if ends <= now:
                    server.order, server.order_ends = "disabled", None
                    self.heed(service, service.settle(server, "", now))
                elif soonest is None or ends < soonest:
                    soonest = ends
        return soonest
