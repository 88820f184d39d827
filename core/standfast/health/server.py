"""One real server: alive by all of its checkers, its weight, and what a person ordered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

import msgspec

from standfast.config.lvs_model import Checker, RealServer
from standfast.contract.balancing import Member
from standfast.health.verdict import Standing, first_standing, in_words
from standfast.values import Address

MAX_WEIGHT = 2**31 - 1
Order: TypeAlias = Literal["", "drained", "disabled"]
"""What a person ordered: nothing, nothing new, or not at all."""

Moment: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
"""Microseconds: 285 years, which a date can be made of. What was written to a disk may be anything."""

Key: TypeAlias = tuple[Address, int]
"""Address and port as the data plane knows them: no two servers of a service have the same."""


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an order comes from."""

    at: Moment
    """When it was given."""
    by: str = ""
    """Who gave it."""
    why: str = ""

    def __str__(self) -> str:
        """`` of anna: new kernel``; empty if nothing is known."""
        return (f" of {self.by}" if self.by else "") + (f": {self.why}" if self.why else "")


@dataclass(slots=True, eq=False)
class Server:
    """A real server. ``standings`` go with the configured checkers, one by one."""

    config: RealServer
    standings: list[Standing]
    since: int
    """When ``alive`` last changed."""
    order: Order = ""
    order_ends: int | None = None
    """When a drained server is taken out for good (disabled)."""
    order_from: Origin | None = None
    """Whose ``order`` it is."""
    weight_ordered: int | None = None
    weight_from: Origin | None = None
    """Whose ``weight_ordered`` it is."""
    was_alive: bool = True
    """As last told: differs from ``alive`` between a result and what follows from it."""
    told_at_start: bool = False
    """With `rs_init_notifies`: that it is up was told."""
    cause: str = ""
    bracketed: str = field(init=False)
    """``[10.0.0.1]``."""
    label: str = field(init=False)
    """``[10.0.0.1]:80``."""
    key: Key = field(init=False)
    """What distinguishes it in its service."""

    def __post_init__(self) -> None:
        """A server keeps its address, and its label is asked for with each of its results."""
        config = self.config
        self.bracketed = f"[{config.address}]"
        self.label = f"{self.bracketed}:{config.port}"
        self.key = config.address, config.port

    @classmethod
    def first(cls, config: RealServer, now: int) -> Server:
        """As it is before any check."""
        standings = [first_standing(checker.pace, now) for checker in config.checkers]
        server = cls(config, standings, now)
        server.was_alive = server.alive
        return server

    @property
    def healthy(self) -> bool:
        """No checker is failed, whatever was ordered."""
        for standing in self.standings:  # noqa: SIM110 - asked often, and a generator takes three times as long
            if not standing.up:
                return False
        return True

    @property
    def alive(self) -> bool:
        """It counts, and may get connections if it has weight."""
        return self.order != "disabled" and self.healthy

    @property
    def weight(self) -> int:
        """Effective: configured or ordered, plus what each checker differs from the configured one; 0 when drained."""
        if self.order == "drained":
            return 0
        configured = self.config.weight
        base = configured if self.weight_ordered is None else self.weight_ordered
        moved = sum(each.weight_change if each.weight is None else each.weight - configured for each in self.standings)
        return min(max(base + moved, 0), MAX_WEIGHT)

    @property
    def failed(self) -> list[tuple[Checker, Standing]]:
        """The checkers that keep it down."""
        pairs = zip(self.config.checkers, self.standings, strict=True)
        return [(checker, standing) for checker, standing in pairs if not standing.up]

    def why_down(self) -> str:
        """For people: ``TCP_CHECK: connection refused``."""
        if self.order == "disabled":
            return "disabled by order" + ("" if self.order_from is None else str(self.order_from))
        return self.why_unwell()

    def why_unwell(self) -> str:
        """What the checkers say that keep it down."""
        return "; ".join(f"{checker.kind}: {in_words(standing)}" for checker, standing in self.failed)

    def member(self, weight: int | None = None) -> Member:
        """As the data plane is to know it."""
        config = self.config
        return Member(
            address=config.address,
            port=config.port,
            weight=self.weight if weight is None else weight,
            forwarding=config.forwarding,
            uthreshold=config.uthreshold,
            lthreshold=config.lthreshold,
        )

    def reconfigured(self, config: RealServer, now: int) -> Server:
        """The same server by a new configuration: checkers that stay keep their standing, orders stay."""
        known = _by_checker(self.config.checkers, self.standings)
        standings = []
        for checker in config.checkers:
            kept = known.get(_identity(checker), [])
            standings.append(kept.pop(0) if kept else first_standing(checker.pace, now))
        server = Server(config, standings, self.since, self.order, self.order_ends, self.order_from)
        server.weight_ordered, server.weight_from = self.weight_ordered, self.weight_from
        server.was_alive, server.told_at_start, server.cause = self.was_alive, self.told_at_start, self.cause
        return server


def _identity(checker: Checker) -> tuple[object, ...]:
    """What makes a checker the same one across a reload; its pace does not."""
    return checker.kind, checker.target, checker.options


def _by_checker(checkers: Sequence[Checker], standings: Sequence[Standing]) -> dict[tuple[object, ...], list[Standing]]:
    found: dict[tuple[object, ...], list[Standing]] = {}
    for checker, standing in zip(checkers, standings, strict=True):
        found.setdefault(_identity(checker), []).append(standing)
    return found
