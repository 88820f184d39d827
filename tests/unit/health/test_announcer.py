"""What is told, when, and that it does not hold the loop; nothing is lost on any way out."""

from __future__ import annotations

from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from standfast.config.script_model import ScriptCall
from standfast.contract.checking import ScriptEnd
from standfast.events import ServerChange
from standfast.health import announcer as module
from standfast.health.announcer import PATIENCE_S, PIECE, Announcer
from standfast.health.telling import Told
from standfast.scripts.running import About

CALL = ScriptCall(argv=("/bin/down",))


def told(*numbers: int, script: ScriptCall | None = None) -> list[Told]:
    return [
        Told(
            ServerChange(at=number, service="web", server=str(number), up=False, weight=1, cause="refused"), "", script
        )
        for number in numbers
    ]


class Stage:
    def __init__(self) -> None:
        self.events: list[int] = []
        self.said: list[str] = []
        self.calls: list[ScriptCall] = []
        self.about: list[str] = []
        self.kernel = trio.Event()
        """Set: it has everything."""
        self.script_may_end = trio.Event()
        self.problem = ""
        self.announcer = Announcer(
            lambda event: self.events.append(event.at),
            self._run_script,
            lambda level, event, words: self.said.append(f"{level} {event} {words}"),
            self._programmed,
        )

    async def _programmed(self) -> None:
        await self.kernel.wait()

    async def _run_script(self, call: ScriptCall, limit: int, about: About | None = None) -> ScriptEnd:
        self.calls.append(call)
        self.about.append(str(about))
        await self.script_may_end.wait()
        return ScriptEnd(status=0, problem=self.problem)


@asynccontextmanager
async def stage():
    made = Stage()
    async with trio.open_nursery() as nursery:
        made.announcer.begin(nursery)
        yield made
        nursery.cancel_scope.cancel()


@pytest.fixture
def autojump_clock() -> MockClock:
    return MockClock(autojump_threshold=0)


async def test_nothing_is_told_before_the_kernel_has_it():
    async with stage() as on:
        on.announcer.put(told(1, 2))
        await wait_all_tasks_blocked()
        assert on.events == []
        on.kernel.set()
        await wait_all_tasks_blocked()
        assert on.events == [1, 2]


async def test_what_is_decided_while_others_are_programmed_waits_for_its_own_turn():
    async with stage() as on:
        on.announcer.put(told(1))
        await wait_all_tasks_blocked()
        first, on.kernel = on.kernel, trio.Event()
        on.announcer.put(told(2))
        first.set()
        await wait_all_tasks_blocked()
        assert on.events == [1]
        on.kernel.set()
        await wait_all_tasks_blocked()
        assert on.events == [1, 2]


async def test_a_data_plane_that_hangs_does_not_keep_it_secret(autojump_clock):
    async with stage() as on:
        on.announcer.put(told(1))
        await trio.sleep(PATIENCE_S * 0.9)
        assert on.events == []
        await trio.sleep(PATIENCE_S * 0.2)
        assert on.events == [1]


async def test_others_have_their_turn_between_pieces(monkeypatch):
    now = 0

    def passing() -> int:
        nonlocal now
        now += PIECE // 10
        return now

    monkeypatch.setattr(module.clock, "now", passing)
    async with stage() as on, trio.open_nursery() as nursery:
        seen: set[int] = set()

        async def look() -> None:
            while True:
                seen.add(len(on.events))
                await trio.lowlevel.checkpoint()

        nursery.start_soon(look)
        on.kernel.set()
        on.announcer.put(told(*range(100)))
        while len(on.events) < 100:
            await trio.lowlevel.checkpoint()
        assert on.events == list(range(100))
        counts = [*sorted(seen), 100]
        assert max(after - before for before, after in pairwise(counts)) <= 20, "one turn in each piece of ten"
        nursery.cancel_scope.cancel()


async def test_a_flush_tells_all_there_is_in_the_same_order_and_once():
    async with stage() as on:
        on.announcer.put(told(1, 2))
        await wait_all_tasks_blocked()
        on.announcer.put(told(3))
        await on.announcer.flush()
        assert on.events == [1, 2, 3]
        on.kernel.set()
        on.announcer.put(told(4))
        await wait_all_tasks_blocked()
        assert on.events == [1, 2, 3, 4]


async def test_after_a_flush_nothing_is_told_before_the_kernel_has_it():
    async with stage() as on:
        on.announcer.put(told(1, 2))
        await wait_all_tasks_blocked()
        await on.announcer.flush()
        first, on.kernel = on.kernel, trio.Event()
        on.announcer.put(told(3))
        first.set()
        await wait_all_tasks_blocked()
        assert on.events == [1, 2]


async def test_scripts_run_when_it_is_told_and_can_be_waited_for():
    async with stage() as on:
        on.announcer.put(told(1, script=CALL))
        await wait_all_tasks_blocked()
        assert on.calls == []
        on.kernel.set()
        await wait_all_tasks_blocked()
        assert (on.events, on.calls) == ([1], [CALL])
        assert on.about == [str(About("server 1 of service web", "DOWN"))]
        quiet = trio.Event()

        async def wait() -> None:
            await on.announcer.quiet()
            quiet.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await wait_all_tasks_blocked()
            assert not quiet.is_set()
            on.script_may_end.set()
        assert quiet.is_set()
        assert on.said == []


@pytest.mark.parametrize("told_before_a_flush", [20, 3])
async def test_scripts_begin_in_the_order_of_what_they_tell(told_before_a_flush):
    calls = [ScriptCall(argv=("/bin/down", str(number))) for number in range(20)]
    async with stage() as on:
        on.kernel.set()
        on.announcer.put(each for number, call in enumerate(calls) for each in told(number, script=call))
        while len(on.events) < told_before_a_flush:
            await trio.lowlevel.checkpoint()
        await on.announcer.flush()
        await wait_all_tasks_blocked()
        assert on.calls == calls


async def test_a_script_that_cannot_run_is_named():
    async with stage() as on:
        on.problem = "no such file"
        on.kernel.set()
        on.script_may_end.set()
        on.announcer.put(told(1, script=CALL))
        await wait_all_tasks_blocked()
        assert on.said == [f"error lvs.script `{CALL}` was not run: no such file"]
