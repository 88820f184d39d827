"""Probes follow the configuration; what stays keeps its checker, what cannot be made says why."""

from __future__ import annotations

from msgspec import structs

from standfast.config.keywords.checking import CheckerType, checker_block, nothing
from standfast.config.lvs_model import Checker as Configured
from standfast.config.lvs_model import Pace
from standfast.config.record import Record
from standfast.contract.checking import Checker, CheckResult, WatchingChecker, good
from standfast.health.roster import Broken, Roster, options_of
from standfast.health.scheduler import Scheduler


class Options(Record, frozen=True):
    port: int = 1


class Some(Checker[Options]):
    contract = 1
    declaration = CheckerType(checker_block("SOME_CHECK", "For tests.", ()), nothing, record=Options)

    async def check(self):
        return good()


class Refuses(Some):
    def __init__(self, options, target, surroundings):
        raise RuntimeError("no licence")


class Listener:
    suspended = False
    eager = False

    def heard(self, result: CheckResult, now: int) -> int:
        return 1


class Around:
    def __init__(self):
        self.said = []

    def say(self, level, words):
        self.said.append(words)


SOME = Configured(kind="SOME_CHECK", pace=Pace())


def roster(**classes):
    around = Around()
    scheduler = Scheduler(lambda *_words: None)
    return Roster(scheduler, classes, around), scheduler, around


async def test_identical_checks_are_one_probe():
    made, scheduler, _ = roster(SOME_CHECK=Some)
    first, second = Listener(), Listener()
    made.wish([(SOME, "a", first), (SOME, "b", second), (structs.replace(SOME, pace=Pace(retry=5)), "c", Listener())])
    assert next(iter(scheduler.probes.values())).subscribers == [first, second]
    assert len(scheduler.probes) == 2


async def test_a_reload_keeps_the_probe_and_lets_the_others_go():
    made, scheduler, _ = roster(SOME_CHECK=Some)
    other = structs.replace(SOME, pace=Pace(retry=5))
    made.wish([(SOME, "a", Listener()), (other, "a", Listener())])
    kept, gone = scheduler.probes.values()
    made.wish([(SOME, "a", new := Listener())])
    assert list(scheduler.probes.values()) == [kept]
    assert (kept.subscribers, gone.retired) == ([new], True)


async def test_what_cannot_be_made_says_why():
    made, scheduler, around = roster(SOME_CHECK=Refuses)
    made.wish([(SOME, "[10.0.0.1]:80", Listener()), (structs.replace(SOME, kind="GONE_CHECK"), "x", Listener())])
    checkers = [probe.checker for probe in scheduler.probes.values()]
    assert all(isinstance(checker, Broken) for checker in checkers)
    assert [checker.words for checker in checkers] == [
        "cannot be made: RuntimeError: no licence",
        "no plugin brings GONE_CHECK any more",
    ]
    assert around.said == ["SOME_CHECK of [10.0.0.1]:80: cannot be made: RuntimeError: no licence"]


async def test_a_check_that_hung_the_process_is_left_out():
    made, scheduler, _ = roster(SOME_CHECK=Some)
    made.banned = "SOME_CHECK of [10.0.0.1]:80"
    made.wish([(SOME, "[10.0.0.1]:80", Listener())])
    (probe,) = scheduler.probes.values()
    result = await probe.checker.check()
    assert (result.verdict, result.words) == ("none", "not made for ten minutes: it hung or ended the health process")


def test_options_travel_as_bytes():
    import msgspec

    assert options_of(Some, msgspec.msgpack.encode(Options(port=7))) == Options(port=7)
    assert options_of(Some, b"") is None
    assert options_of(Some, Options()) == Options()


class Told(WatchingChecker[Options]):
    contract = 1
    declaration = Some.declaration

    async def check(self):
        return good()

    async def watch(self, report):
        report(good())


class Hearing(Listener):
    def __init__(self):
        self.results = []

    def heard(self, result: CheckResult, now: int) -> int:
        self.results.append(result)
        return 1


async def test_who_joins_a_check_that_watches_hears_what_it_saw_last():
    """It tells of changes alone: a server that a reload brings would never hear of it."""
    made, scheduler, _ = roster(SOME_CHECK=Told)
    made.wish([(SOME, "a", Listener())])
    joining = Hearing()
    made.wish([(SOME, "b", joining)])
    assert joining.results == []  # it has not seen anything yet
    (probe,) = scheduler.probes.values()
    seen = good("the number is 0")
    probe.tell(seen, 1)
    made.wish([(SOME, "b", joining), (SOME, "c", late := Hearing())])
    assert late.results == [seen]
