"""Which instances of several machines are the same virtual router, or were surely meant to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from standfast.config.load import Loaded
from standfast.config.model import VrrpInstance
from standfast.config.settings import Settings
from standfast.config.tracking_model import SyncGroup
from standfast.config.tree import Statement

SAME_NUMBER, SAME_ADDRESS, SAME_LINK, SAME_NAME = 4, 5, 2, 2
ENOUGH = 5
"""So much must speak for it: an address alone, or the number or the name together with something else."""


@dataclass(frozen=True, slots=True)
class Node:
    """One machine with its configuration."""

    name: str
    loaded: Loaded

    @property
    def instances(self) -> tuple[VrrpInstance, ...]:
        """Its virtual routers."""
        return self.loaded.config.instances if self.loaded.config is not None else ()

    def group_of(self, instance: VrrpInstance) -> SyncGroup | None:
        """The sync group that an instance is in."""
        groups = self.loaded.config.sync_groups if self.loaded.config is not None else ()
        return next((group for group in groups if instance.name in group.members), None)

    def block(self, keyword: str, name: str) -> Settings:
        """What was bound for a block of this name."""
        return next((b for b in self.loaded.settings.blocks.get(keyword, ()) if b.name == name), Settings())


@dataclass(frozen=True, slots=True)
class Member:
    """One machine's part in a virtual router."""

    node: Node
    instance: VrrpInstance

    def at(self, *settings: str) -> Statement:
        """The statement that set the first of these, else the instance's opening line."""
        block = self.node.block("vrrp_instance", self.instance.name)
        for setting in settings:
            if setting in block.scalars:
                return block.scalars[setting].statement
            if setting in block.seen:
                return block.seen[setting]
        if block.statement is None:
            raise ValueError(f"{self.node.name} has no instance {self.instance.name}")
        return block.statement


Group = list[Member]
"""One virtual router: its members, at most one for each machine, in the order of the machines."""


def groups(nodes: Sequence[Node]) -> list[Group]:
    """Every virtual router of these machines, also those that only one of them has."""
    found: list[Group] = []
    for node in nodes:
        free = list(node.instances)
        pairs = [(_best(group, instance), group, instance) for group in found for instance in free]
        taken: list[Group] = []
        for score, group, instance in sorted(pairs, key=lambda pair: -pair[0]):
            if score >= ENOUGH and instance in free and group not in taken:
                group.append(Member(node, instance))
                free.remove(instance)
                taken.append(group)
        found += [[Member(node, instance)] for instance in free]
    return found


def _best(group: Group, instance: VrrpInstance) -> int:
    return max(likeness(member.instance, instance) for member in group)


def likeness(one: VrrpInstance, other: VrrpInstance) -> int:
    """How much speaks for these being one virtual router."""
    if one.family != other.family:
        return 0
    return sum(points for points, holds in _signs(one, other) if holds)


def _signs(one: VrrpInstance, other: VrrpInstance) -> Iterator[tuple[int, bool]]:
    yield SAME_NUMBER, one.vrid == other.vrid
    yield SAME_ADDRESS, not {v.address for v in one.vips}.isdisjoint(v.address for v in other.vips)
    yield SAME_LINK, one.interface == other.interface
    yield SAME_NAME, one.name == other.name
