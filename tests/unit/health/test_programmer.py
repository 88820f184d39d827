"""One data plane kept as wanted: one batch for each tick, refusals tried again, drift mended, nothing without need."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
import trio
from msgspec import structs
from trio.testing import MockClock

from standfast.config.lvs_model import LvsGlobals
from standfast.contract.balancing import Failure, Member, Pool, PoolChange
from standfast.health.programmer import AT_ONCE, LULL_S, Programmer, pieces
from standfast.testing.balancing import MemoryLoadBalancer
from standfast.values import Address

SETTINGS = LvsGlobals()


def pool(name: str, weight: int = 1) -> Pool:
    return Pool(
        name=name,
        family=4,
        protocol="TCP",
        entrances=(),
        members=(Member(address=Address.parse("10.0.0.1"), port=80, weight=weight),),
    )


class Stage:
    def __init__(self, balancer: MemoryLoadBalancer | None = None) -> None:
        self.memory = balancer or MemoryLoadBalancer()
        self.wanted: dict[str, Pool] = {}
        self.said: list[str] = []
        say = lambda level, event, words: self.said.append(f"{level} {event} {words}")  # noqa: E731
        self.programmer = Programmer(self.memory, SETTINGS, self.wanted.get, say)

    def want(self, *pools: Pool) -> None:
        for each in pools:
            self.wanted[each.name] = each
            self.programmer.touch(each.name)


@asynccontextmanager
async def stage(balancer: MemoryLoadBalancer | None = None, adopt=()):
    made = Stage(balancer)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.programmer.run, adopt)
        await trio.testing.wait_all_tasks_blocked()
        yield made
        nursery.cancel_scope.cancel()


@pytest.fixture
def autojump_clock() -> MockClock:
    return MockClock(autojump_threshold=0)


async def test_a_change_that_comes_alone_hardly_waits(autojump_clock):
    async with stage() as on:
        await trio.sleep(1)
        on.want(pool("a"))
        await trio.sleep(LULL_S * 1.5)
        assert [len(batch) for batch in on.memory.batches] == [1]


async def test_changes_that_do_not_end_are_programmed_after_a_tick(autojump_clock):
    async with stage() as on:
        await trio.sleep(1)
        for number in range(20):
            on.want(pool(f"s{number}"))
            await trio.sleep(LULL_S / 2)
        await trio.sleep(1)
        first, second = on.memory.batches
        assert 10 <= len(first) <= 13
        assert len(first) + len(second) == 20


async def test_who_asks_hears_when_all_that_was_touched_so_far_is_programmed(autojump_clock):
    async with stage() as on:
        on.want(pool("a"))
        await on.programmer.programmed()
        assert set(on.memory.table) == {"a"}
        began = trio.current_time()
        on.programmer.touch("a")  # as it is
        await on.programmer.programmed()
        await on.programmer.programmed()
        assert trio.current_time() - began < LULL_S * 1.5
        on.memory.refusing["b"] = "no such scheduler"
        on.want(pool("b"))
        await on.programmer.programmed()
        assert on.programmer.refused == {"b": "no such scheduler"}


async def test_nobody_waits_for_a_plane_that_does_not_work(autojump_clock):
    async with stage(Stubborn()) as on:
        on.want(pool("a"))
        with trio.fail_after(0.1):
            await on.programmer.programmed()
        assert on.programmer.problem == "does not start: Operation not permitted"
    made = Stage(Stubborn())
    made.want(pool("a"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.programmer.run, [])
        with trio.fail_after(0.1):
            await made.programmer.programmed()
        nursery.cancel_scope.cancel()


class Untidy(MemoryLoadBalancer):
    def __init__(self):
        super().__init__()
        self.tidied = []
        self.may_end = trio.Event()

    async def tidy(self):
        self.tidied.append(len(self.batches))
        await self.may_end.wait()
        if len(self.tidied) > 1:
            raise OSError(1, "Operation not permitted")
        return (Failure(pool="a", words="its connections stay"),)


async def test_nobody_waits_for_what_changes_leave_behind(autojump_clock):
    async with stage(Untidy()) as on:
        for weight in (1, 2, 3):
            on.want(pool("a", weight))
            await on.programmer.programmed()
        assert on.memory.tidied == [1]
        on.memory.may_end.set()
        await trio.testing.wait_all_tasks_blocked()
        assert on.memory.tidied == [1, 3]
        assert on.said == [
            "warning lvs.left_behind memory: a: its connections stay",
            "warning lvs.left_behind memory: Operation not permitted",
        ]


async def test_what_happens_together_is_one_batch(autojump_clock):
    async with stage() as on:
        on.want(*(pool(f"s{number}") for number in range(100)))
        await trio.sleep(LULL_S * 0.8)
        on.want(pool("late"))
        await trio.sleep(LULL_S * 0.8)
        assert on.memory.batches == []
        await trio.sleep(LULL_S)
        assert [len(batch) for batch in on.memory.batches] == [101]
        assert set(on.memory.table) == set(on.wanted)
        on.want(pool("s1"))  # as it is
        await trio.sleep(1)
        assert len(on.memory.batches) == 1


async def test_it_is_ready_when_the_first_that_was_wanted_is_there_or_refused(autojump_clock):
    async with stage(Stubborn()) as on:
        on.want(pool("a"))
        await trio.sleep(0.5)
        assert not on.programmer.ready.is_set(), "it has not started"
        await on.programmer.ready.wait()
        assert set(on.memory.table) == {"a"}
    async with stage() as on:
        await trio.sleep(0.1)
        assert on.programmer.ready.is_set(), "nothing was wanted"


async def test_very_much_comes_in_pieces_between_which_others_have_their_turn(autojump_clock):
    async with stage() as on:
        members = tuple(Member(address=Address.parse(f"10.0.{n // 250}.{n % 250 + 1}"), port=80) for n in range(900))
        on.want(*(structs.replace(pool(f"web{number}"), members=members) for number in range(10)))
        order = []
        apply = on.memory.apply

        async def other():
            order.append("other")

        async with trio.open_nursery() as nursery:

            async def noted(changes):
                order.append(len(changes))
                nursery.start_soon(other)
                return await apply(changes)

            on.memory.apply = noted
            await trio.sleep(1)
        assert order == [4, "other", 4, "other", 2, "other"]


def test_a_service_is_never_divided():
    big = structs.replace(pool("big"), members=pool("big").members * (AT_ONCE * 2))
    changes = [PoolChange(old=None, new=each) for each in (pool("a"), big, pool("b"))]
    assert [[each.new.name for each in piece] for piece in pieces(changes)] == [["a"], ["big"], ["b"]]
    assert list(pieces([])) == []


async def test_a_change_there_and_back_within_a_tick_is_none(autojump_clock):
    async with stage() as on:
        on.want(pool("a"))
        await trio.sleep(1)
        on.want(pool("a", 7))
        on.want(pool("a"))
        await trio.sleep(1)
        assert len(on.memory.batches) == 1


async def test_what_is_not_wanted_any_more_goes(autojump_clock):
    async with stage() as on:
        on.want(pool("a"), pool("b"))
        await trio.sleep(1)
        del on.wanted["a"]
        on.programmer.touch("a")
        await trio.sleep(1)
        assert list(on.memory.table) == ["b"]
        assert list(on.programmer.applied) == ["b"]


async def test_what_the_kernel_refuses_is_tried_again_with_growing_pauses_and_harms_nobody(autojump_clock):
    async with stage() as on:
        on.memory.refusing["a"] = "no such scheduler"
        on.want(pool("a"), pool("b"))
        await trio.sleep(0.5)
        assert list(on.memory.table) == ["b"]
        assert on.programmer.refused == {"a": "no such scheduler"}
        on.want(pool("b", 2))
        await trio.sleep(0.1)
        assert [len(batch) for batch in on.memory.batches] == [2, 1]  # the refused one waits for its time
        await trio.sleep(8)
        assert [len(batch) for batch in on.memory.batches] == [2, 1, 1, 1, 1]  # after 1, 2, 4 s
        assert [line for line in on.said if "refused" in line] == [
            "error lvs.refused memory: a: no such scheduler; tried again"
        ]
        on.memory.refusing.clear()
        await trio.sleep(10)
        assert on.programmer.refused == {}
        assert on.said[-1] == "info lvs.accepted memory: a is as it should be again"


async def test_another_wish_is_tried_at_once(autojump_clock):
    async with stage() as on:
        on.memory.refusing["a"] = "no"
        on.want(pool("a"))
        await trio.sleep(0.1)
        on.memory.refusing.clear()
        on.want(pool("a", 3))
        await trio.sleep(0.1)
        assert on.memory.table["a"].members[0].weight == 3


async def test_drift_is_mended_and_told(autojump_clock):
    async with stage() as on:
        on.want(pool("a"))
        await trio.sleep(1)
        on.memory.table["a"] = pool("a", 99)
        on.memory.disturb()
        await trio.sleep(0.1)
        assert on.memory.table["a"] == pool("a")
        assert on.said == ["warning lvs.repaired memory: a: was changed by somebody else"]
        assert on.programmer.repairs == 1


async def test_somebody_who_does_it_again_and_again_is_met_with_growing_pauses(autojump_clock):
    async with stage() as on:
        on.want(pool("a"))
        await trio.sleep(1)
        for _ in range(600):
            on.memory.table["a"] = pool("a", 99)
            on.memory.disturb()
            await trio.sleep(0.1)
        assert 4 <= on.programmer.repairs <= 8


class Stubborn(MemoryLoadBalancer):
    starts = 0

    async def start(self, settings, *, adopt):
        self.starts += 1
        if self.starts < 3:
            raise OSError(1, "Operation not permitted")
        return await super().start(settings, adopt=adopt)


async def test_a_plane_that_does_not_start_is_tried_again_and_nothing_is_lost(autojump_clock):
    async with stage(Stubborn()) as on:
        on.want(pool("a"))
        await trio.sleep(0.5)
        assert on.programmer.problem == "does not start: Operation not permitted"
        await trio.sleep(4)
        assert on.programmer.problem == ""
        assert list(on.memory.table) == ["a"]
        assert len([line for line in on.said if "does not start" in line]) == 1


class Raising(MemoryLoadBalancer):
    broken = True

    async def apply(self, changes):
        if self.broken:
            raise RuntimeError("socket closed")
        return await super().apply(changes)


async def test_a_plane_that_raises_is_a_refusal_of_all(autojump_clock):
    async with stage(Raising()) as on:
        on.want(pool("a"))
        await trio.sleep(0.1)
        assert on.programmer.refused == {"a": "RuntimeError: socket closed"}
        on.memory.broken = False
        await trio.sleep(2)
        assert (on.programmer.problem, list(on.memory.table)) == ("", ["a"])


async def test_what_a_predecessor_left_is_taken_over_and_only_the_difference_is_programmed(autojump_clock):
    memory = MemoryLoadBalancer()
    memory.table = {"same": pool("same"), "other": pool("other", 5), "gone": pool("gone"), "foreign": pool("foreign")}
    made = Stage(memory)
    made.wanted |= {"same": pool("same"), "other": pool("other")}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.programmer.run, [pool("same"), pool("other"), pool("gone"), pool("never was")])
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    (batch,) = memory.batches
    assert [(each.old and each.old.name, each.new and each.new.name) for each in batch] == [
        ("gone", None), ("other", "other"),
    ]  # fmt: skip
    assert memory.table == {"same": pool("same"), "other": pool("other"), "foreign": pool("foreign")}


async def test_statistics_settings_masters_and_the_end(autojump_clock):
    async with stage() as on:
        on.want(pool("a"))
        await trio.sleep(1)
        assert list(await on.programmer.statistics()) == ["a"]
        await on.programmer.follow(frozenset({"VI_1"}))
        assert on.memory.masters == {"VI_1"}
        await on.programmer.reconfigure(structs.replace(SETTINGS, timeouts_s={"tcp": 9}))
        assert on.memory.settings.timeouts_s == {"tcp": 9}
        await on.programmer.stop(leave=False)
        assert (on.memory.table, on.memory.stopped_leaving) == ({}, False)
        on.want(pool("b"))
        await trio.sleep(1)
        assert on.memory.table == {}
        assert await on.programmer.statistics() == {}
