"""All sync groups of a process, by their configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from standfast.config.tracking_model import SyncGroup
from standfast.vrrp import timing
from standfast.vrrp.group import Group, Steps
from standfast.vrrp.router import GROUP, Router


class Groups:
    """Which router is in which group. A group that a reload keeps (by its name) keeps what it has told."""

    def __init__(self) -> None:
        self.all: dict[str, Group] = {}
        """By name, in the configuration's order."""
        self._group_of: dict[Router, Group] = {}

    def configure(self, groups: Iterable[SyncGroup], routers: Mapping[str, Router], now: int) -> Steps:
        """These groups and no others; ``routers`` by the names of their instances. Gives what follows for them."""
        before, former = self.all, dict(self._group_of)
        self.all, self._group_of = {}, {}
        for made in groups:
            members = [routers[name] for name in made.members if name in routers]
            if not members:
                continue
            group = self.all[made.name] = before.get(made.name) or Group(made.name)
            if group.members != tuple(members):
                group.consist_of(members)
            self._group_of.update(dict.fromkeys(members, group))
        steps: Steps = []
        for router in former:
            if router not in self._group_of:
                router.grouped = False
                steps.append((router, router.clear_fault(GROUP, now)))
        return steps

    def of(self, router: Router) -> Group | None:
        """The group of a router, if it is in one."""
        return self._group_of.get(router)

    def slowest_successor(self, router: Router) -> int:
        """Microseconds from our priority 0 to the last successor in its group: a peer's members take over together.

        0: it is in no group.
        """
        group = self._group_of.get(router)
        members = () if group is None else group.members
        waits = (timing.giving_way_time(each.config.version, each.config.advert_interval) for each in members)
        return max(waits, default=0)

    def settle(self, router: Router, now: int) -> Steps:
        """Something happened to a router: what follows for it and the others of its group."""
        if not router.news:
            return []
        group = self._group_of.get(router)
        if group is None:
            router.news = router.corrected = False
            return []
        return group.settle(now, router)
