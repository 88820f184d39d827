from __future__ import annotations

from standfast.config.tracking_model import SyncGroup
from standfast.testing.playbook import router
from standfast.values import SECOND
from standfast.vrrp import timing
from standfast.vrrp.groups import Groups
from standfast.vrrp.router import GROUP
from standfast.vrrp.rules import State

PAIR = SyncGroup(name="G", members=("a", "b"))


def test_members_are_found_by_name_and_strangers_left_out():
    first, groups = router(), Groups()
    groups.configure((PAIR,), {"a": first}, 0)
    group = groups.of(first)
    assert group is groups.all["G"]
    assert group.members == (first,)
    assert first.grouped


def test_a_group_that_stays_keeps_its_state():
    first, second, groups = router(), router(vrid=52), Groups()
    groups.configure((PAIR,), {"a": first, "b": second}, 0)
    group = groups.of(first)
    groups.configure((PAIR,), {"a": first, "b": second}, 0)
    assert groups.of(second) is group


def test_who_leaves_a_group_is_free_of_its_faults():
    first, second, groups = router(), router(vrid=52), Groups()
    groups.configure((PAIR,), {"a": first, "b": second}, 0)
    first.start(0)
    second.start(0)
    first.raise_fault("test", "broken", 5)
    assert next(member for member, _ in groups.settle(first, 5)) is second
    assert GROUP in second.faults
    groups.configure((), {"a": first, "b": second}, 9)
    assert second.state is State.BACKUP
    assert not second.grouped
    assert groups.of(second) is None


def test_a_router_without_a_group_has_nothing_to_settle():
    alone = router()
    alone.start(0)
    assert Groups().settle(alone, 0) == []
    assert not alone.news


def test_the_slowest_successor_counts_for_the_whole_group():
    fast, slow, groups = router(version=3, advert_interval=100_000), router(vrid=52), Groups()
    assert groups.slowest_successor(fast) == 0
    groups.configure((PAIR,), {"a": fast, "b": slow}, 0)
    assert groups.slowest_successor(fast) == groups.slowest_successor(slow) == timing.giving_way_time(2, SECOND)
