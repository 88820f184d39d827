"""When checks are made, on a clock that jumps; and that no checker can harm another."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio
from trio.testing import MockClock

from standfast.config.lvs_model import Checker as Configured
from standfast.config.lvs_model import Pace
from standfast.contract.checking import Checker, CheckResult, Code, WatchingChecker, bad, good
from standfast.health.probe import Probe, key_of
from standfast.health.scheduler import Scheduler
from standfast.health.verdict import first_standing, judge
from standfast.values import SECOND

PACE = Pace(delay_loop=10 * SECOND, warmup=0)


class Scripted(Checker[None]):
    """Does what it is told and notes when."""

    contract = 1

    def __init__(self, behave: Callable[[], object] = good) -> None:
        self.behave = behave
        self.times: list[float] = []

    async def check(self) -> CheckResult:
        self.times.append(round(trio.current_time() - self.start, 3))
        done = self.behave()
        return await done if hasattr(done, "__await__") else done  # type: ignore[misc, return-value]

    start = 0.0


class Listener:
    def __init__(self, pace: Pace) -> None:
        self.pace, self.standing, self.suspended = pace, first_standing(pace, 0), False
        self.heard_results: list[CheckResult] = []

    def heard(self, result: CheckResult, now: int) -> int:
        self.heard_results.append(result)
        return judge(self.standing, result, self.pace, now).wait


class Stage:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.scheduler = Scheduler(lambda _level, _event, words: self.said.append(words), chance=random.Random(1))

    def probe(self, behave: Callable[[], object] = good, pace: Pace = PACE, *, kind: str = "X", checker=None) -> Probe:
        configured = Configured(kind=kind, pace=pace)
        checker = checker or Scripted(behave)
        checker.start = trio.current_time()
        probe = Probe(key_of(configured), configured, checker, kind, [Listener(pace)])
        self.scheduler.add(probe)
        return probe


@pytest.fixture
def jumping() -> MockClock:
    return MockClock(autojump_threshold=0)


@asynccontextmanager
async def stage():
    made = Stage()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.scheduler.run)
        yield made
        nursery.cancel_scope.cancel()


def play(main) -> None:
    trio.run(main, clock=MockClock(autojump_threshold=0))


def slowly(seconds: float, result: CheckResult | None = None):
    async def behave() -> CheckResult:
        await trio.sleep(seconds)
        return result or good()

    return behave


def test_first_after_a_second_then_every_delay_loop_from_the_end_of_the_last():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe(slowly(2))
            await trio.sleep(40)
            assert probe.checker.times == [1, 13, 25, 37]

    play(main)


def test_or_from_its_start_where_that_is_the_custom():
    async def main() -> None:
        async with stage() as on:
            prompt = on.probe(slowly(2), Pace(delay_loop=10 * SECOND, warmup=0, from_start=True))
            late = on.probe(slowly(15), Pace(delay_loop=10 * SECOND, warmup=0, from_start=True), kind="Y")
            await trio.sleep(40)
            assert prompt.checker.times == [1, 11, 21, 31]
            assert late.checker.times == [1, 16, 31]  # never twice at once; a late one follows at once

    # clock.now() is the real one: durations come from the pretended clock here
    import standfast.health.scheduler as module

    real = module.clock.now
    try:
        module.clock.now = lambda: round(trio.current_time() * SECOND)
        play(main)
    finally:
        module.clock.now = real


def test_warm_up_spreads_the_first_checks():
    async def main() -> None:
        async with stage() as on:
            pace = Pace(delay_loop=10 * SECOND)
            probes = [on.probe(pace=Pace(delay_loop=10 * SECOND, warmup=10 * SECOND, retry=n)) for n in range(50)]
            assert pace.warmup == 60 * SECOND
            await trio.sleep(11.01)
            firsts = [probe.checker.times[0] for probe in probes]
            assert all(1 <= first <= 11 for first in firsts)
            assert max(firsts) - min(firsts) > 7

    play(main)


def test_retries_come_after_their_own_pause():
    async def main() -> None:
        async with stage() as on:
            results = iter([good(), *[bad(Code.REFUSED, "no")] * 4, *[good()] * 9])
            pace = Pace(delay_loop=10 * SECOND, warmup=0, retry=2, delay_before_retry=3 * SECOND)
            probe = on.probe(lambda: next(results), pace)
            await trio.sleep(50)
            assert probe.checker.times == [1, 11, 14, 17, 27, 37, 47]
            assert probe.subscribers[0].standing.up

    play(main)


def test_what_is_due_about_the_same_time_is_one_wake_up():
    async def main() -> None:
        async with stage() as on:
            moments: set[float] = set()
            paces = [Pace(delay_loop=10 * SECOND, warmup=10 * SECOND, retry=n) for n in range(400)]
            probes = [on.probe(lambda: (moments.add(trio.current_time()), good())[1], pace) for pace in paces]
            await trio.sleep(21)
            assert 50 < len(moments) <= 105  # 5 in a second, not 40
            waits = [
                probe.checker.times[1] - probe.checker.times[0] for probe in probes if len(probe.checker.times) > 1
            ]
            assert {round(wait, 6) for wait in waits} == {10}
            assert on.scheduler.figures.lateness.worst <= 1

    play(main)


def test_jitter_moves_each_wait_within_its_share():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe(pace=Pace(delay_loop=10 * SECOND, warmup=0, jitter=20))
            await trio.sleep(500)
            times = probe.checker.times
            waits = [later - earlier for earlier, later in itertools.pairwise(times)]
            assert all(8 <= wait <= 12 for wait in waits)
            assert len({round(wait, 1) for wait in waits}) > 5

    play(main)


def test_a_deadline_makes_a_failure_and_blames_nobody():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe(slowly(100), Pace(delay_loop=10 * SECOND, warmup=0, deadline=2 * SECOND))
            await trio.sleep(4)
            (result,) = probe.subscribers[0].heard_results
            assert (result.verdict, result.code) == ("bad", Code.OVERRUN)
            assert (probe.faults, on.said) == (0, [])

    play(main)


def test_a_checker_that_never_ends_is_given_up_and_named():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe(slowly(10**6))
            await trio.sleep(102)
            assert [each.code for each in probe.subscribers[0].heard_results] == [Code.OVERRUN]
            assert probe.faults == 1
            assert on.said[0].startswith("X: the checker was not over after")

    play(main)


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(3), RecursionError("deep")])
def test_a_checker_that_raises_is_named_once_and_goes_on(error):
    def behave() -> CheckResult:
        raise error

    async def main() -> None:
        async with stage() as on:
            probe, other = on.probe(behave), on.probe(kind="Y")
            await trio.sleep(35)
            assert [each.code for each in probe.subscribers[0].heard_results] == [Code.CRASHED] * 4
            assert probe.subscribers[0].standing.up
            assert len(on.said) == 1
            assert type(error).__name__ in on.said[0]
            assert other.checker.times == [1, 11, 21, 31]
            assert on.scheduler.figures.faulty == {"X": probe.fault}

    play(main)


def test_nonsense_is_named_too():
    async def main() -> None:
        async with stage() as on:
            on.probe(lambda: "well")
            await trio.sleep(2)
            assert on.said == ["X: the checker returned 'well', which is no CheckResult"]

    play(main)


def test_a_group_of_errors_is_one_fault():
    async def explode() -> CheckResult:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail)
            await trio.sleep(1)
        return good()

    async def fail() -> None:
        raise ValueError("inside")

    async def main() -> None:
        async with stage() as on:
            probe = on.probe(explode)
            await trio.sleep(15)
            assert [each.code for each in probe.subscribers[0].heard_results] == [Code.CRASHED] * 2

    play(main)


def test_suspended_probes_rest_and_look_soon_when_they_are_needed_again():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe()
            probe.subscribers[0].suspended = True
            await trio.sleep(30)
            assert probe.checker.times == []
            probe.subscribers[0].suspended = False
            on.scheduler.awake([probe])
            on.scheduler.awake([probe])
            await trio.sleep(12)
            first, second = probe.checker.times
            assert 30 <= first <= 31
            assert abs(second - first - 10) <= 0.101  # the next multiple of the pitch

    play(main)


def test_a_removed_probe_is_given_up_and_not_heard():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe(slowly(5))
            await trio.sleep(2)
            on.scheduler.remove(probe)
            await trio.sleep(30)
            assert probe.checker.times == [1]
            assert probe.subscribers[0].heard_results == []
            assert on.scheduler.probes == {}

    play(main)


def test_check_now_looks_at_once_and_moves_the_appointment():
    async def main() -> None:
        async with stage() as on:
            quick, slow = on.probe(slowly(1)), on.probe(slowly(9), kind="Y")
            await trio.sleep(5)
            unanswered = await on.scheduler.check_now([quick, slow], patience_s=3)
            assert unanswered == [slow]
            assert quick.checker.times == [1, 5]
            await trio.sleep(9)
            assert quick.checker.times == [1, 5, 16]
            assert slow.checker.times == [1]

    play(main)


def test_whoever_asks_before_it_runs_is_answered_when_it_does():
    async def main() -> None:
        made = Stage()
        first, second = made.probe(), made.probe(kind="Y")
        made.scheduler.hurry([first])
        async with trio.open_nursery() as nursery:
            nursery.start_soon(made.scheduler.run)
            nursery.start_soon(partial(made.scheduler.check_now, [second], patience_s=3))
            await trio.sleep(0.5)
            assert [probe.checker.times for probe in (first, second)] == [[0], [0]]
            nursery.cancel_scope.cancel()

    play(main)


class Watching(WatchingChecker[None]):
    contract = 1
    start = 0.0

    def __init__(self) -> None:
        self.tries = 0

    async def check(self) -> CheckResult:
        return good()

    async def watch(self, report: Callable[[CheckResult], None]) -> None:
        self.tries += 1
        report(good("value 1"))
        await trio.sleep(1)
        report(bad(Code.VALUE, "value 0"))
        await trio.sleep(1)
        raise RuntimeError("gone")


def test_a_watching_checker_reports_and_is_begun_again_with_pauses():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe(checker=Watching())
            await trio.sleep(2.5)
            assert [each.verdict for each in probe.subscribers[0].heard_results] == ["good", "bad", "none"]
            assert "raised RuntimeError: gone" in on.said[0]
            await trio.sleep(10)
            assert probe.checker.tries == 3  # after 1 s, 2 s, 4 s
            on.scheduler.remove(probe)
            await trio.sleep(60)
            assert probe.checker.tries == 3

    play(main)


def test_lateness_and_fan_out_are_counted():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe()
            probe.subscribers += [Listener(PACE), Listener(PACE)]
            await trio.sleep(15)
            assert (on.scheduler.figures.made, on.scheduler.figures.joined) == (2, 4)
            assert on.scheduler.figures.lateness.worst < 1000

    play(main)


def test_in_a_hurry_it_looks_at_once_and_what_looks_already_looks_once_more():
    async def main() -> None:
        async with stage() as on:
            probe = on.probe(slowly(2))
            await trio.sleep(5)
            on.scheduler.hurry([probe])
            await trio.sleep(1)
            on.scheduler.hurry([probe])
            on.scheduler.hurry([probe])
            await trio.sleep(20)
            # At 1 s as always; at once; once more when that is over, for both; then by the old pace again.
            assert probe.checker.times == [1, 5, 7, 19]

    play(main)
