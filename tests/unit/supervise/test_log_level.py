from __future__ import annotations

import pytest

from standfast.control.protocol import Request
from standfast.supervise.log_level import LogLevel


class Diary:
    level = "info"

    def set_level(self, level):
        self.level = level


class Timer:
    def __init__(self, after, call):
        self.after, self.call, self.cancelled = after, call, False

    def cancel(self):
        self.cancelled = True


class Reactor:
    def __init__(self):
        self.timers = []

    def after(self, duration, call):
        self.timers.append(Timer(duration, call))
        return self.timers[-1]


@pytest.fixture
def world():
    diary, reactor = Diary(), Reactor()
    return LogLevel(reactor, diary), diary, reactor


def test_without_a_level_it_is_a_question(world):
    level, _, _ = world
    assert level.order(Request(do="log-level")).words == "info"


def test_it_stays_until_somebody_changes_it(world):
    level, diary, reactor = world
    assert level.order(Request(do="log-level", level="debug")).words == "log level debug, until somebody changes it"
    assert (diary.level, reactor.timers) == ("debug", [])


def test_a_second_order_for_a_while_goes_back_to_what_was_before_the_first(world):
    level, diary, reactor = world
    level.order(Request(do="log-level", level="debug", lasting=2.5))
    assert level.order(Request(do="log-level", level="debug", lasting=5)).words.endswith("then info again")
    reactor.timers[1].call()
    assert diary.level == "info"


def test_it_goes_back_by_itself_unless_it_is_changed_meanwhile(world):
    level, diary, reactor = world
    level.order(Request(do="log-level", level="debug", lasting=2.5))
    assert reactor.timers[0].after == 2_500_000
    reactor.timers[0].call()
    assert diary.level == "info"
    level.order(Request(do="log-level", level="debug", lasting=2.5))
    level.order(Request(do="log-level", level="error"))
    assert reactor.timers[1].cancelled
    assert diary.level == "error"
