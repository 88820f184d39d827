"""One target at work, with plugins that do as they please."""

from __future__ import annotations

import pytest
import trio

from standfast.config.record import Record
from standfast.contract.notifying import Manner, NotDelivered, Notifier
from standfast.events import Transition
from standfast.health.delivery import Delivery
from standfast.health.target import Attempt, Target, attempt, trial
from standfast.values import MILLISECOND


class Options(Record, frozen=True):
    pass


class Scripted(Notifier[Options]):
    contract = 1
    steps: list
    taken: list
    closed = False

    def __init__(self) -> None:
        super().__init__(Options())
        self.steps, self.taken = [], []

    async def deliver(self, notices):
        step = self.steps.pop(0) if self.steps else None
        if isinstance(step, BaseException):
            raise step
        if step == "hang":
            await trio.sleep_forever()
        await trio.lowlevel.checkpoint()
        self.taken += [getattr(notice.event, "new", "test") for notice in notices]

    async def close(self):
        self.closed = True


def state(new: str):
    return Transition(at=0, instance="VI", old="BACKUP", new=new, priority=100, cause="")


def target(notifier, said, **manner) -> Target:
    settings = {"first_pause": MILLISECOND, "timeout": 50 * MILLISECOND} | manner
    delivery = Delivery(Manner(**settings), "lb-a", lambda: 0.0)
    return Target("hook", "x", b"", notifier, delivery, said.append, lambda: None)


async def until(condition) -> None:
    with trio.fail_after(60):
        while not condition():  # noqa: ASYNC110 - looks from outside
            await trio.sleep(0.005)


async def test_whatever_goes_wrong_the_rest_arrives_in_order(nursery, autojump_clock):
    notifier, said = Scripted(), []
    notifier.steps = [
        NotDelivered("busy", retry_after_s=0.001),
        ConnectionRefusedError(111, "Connection refused"),
        ZeroDivisionError("oops"),
        "hang",
    ]
    one = target(notifier, said)
    nursery.start_soon(one.run)
    for new in ("BACKUP", "MASTER"):
        one.put(state(new))
    await until(lambda: one.idle)
    assert notifier.taken == ["BACKUP", "MASTER"]
    assert said == [
        "hook x: busy",
        "hook x: Connection refused",
        "hook x: ZeroDivisionError: oops",
        "hook x: no answer within 50 ms",
        "hook x: delivers again",
    ]
    described = one.describe()
    assert (described["state"], described["queue"], described["delivered"], described["last_error"]) == (
        "idle",
        0,
        2,
        "",
    )
    one.retire()
    await until(lambda: notifier.closed)


async def test_retired_in_the_middle_nothing_is_lost(nursery, autojump_clock):
    notifier = Scripted()
    notifier.steps = ["hang"]
    one = target(notifier, [], timeout=10**9)
    nursery.start_soon(one.run)
    one.put(state("MASTER"))
    await until(lambda: one.delivery.under_way)
    one.retire()
    await until(lambda: notifier.closed)
    assert [entry.event.new for entry in one.delivery.waiting] == ["MASTER"]
    assert one.delivery.failures == 0


async def test_a_plugin_that_cannot_say_what_it_wants_gets_everything():
    class Confused(Scripted):
        def wants(self, event):
            raise RuntimeError("what?")

    one = target(Confused(), [])
    one.put(state("MASTER"))
    assert len(one.delivery.waiting) == 1
    assert one.describe()["problem"] == "wants() raises RuntimeError: what?"


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (None, Attempt()),
        (NotDelivered("550", retry=False), Attempt("550", retry=False)),
        (NotDelivered("429", retry_after_s=2.5), Attempt("429", retry_after=2_500_000)),
        (NotDelivered(""), Attempt("not delivered")),
        (OSError("no place"), Attempt("no place")),
    ],
)
async def test_what_comes_of_a_try(step, outcome, autojump_clock):
    notifier = Scripted()
    notifier.steps = [step]
    assert await attempt(notifier, trial(), 10**6) == outcome


async def test_what_a_reload_removes_is_told_to_those_who_had_asked_for_it():
    class Asks(Scripted):
        def wants(self, event):
            return event.instance in self.names

    old, new = Asks(), Asks()
    old.names, new.names = {"VI"}, {"other"}
    one = target(new, [])
    one.before = old
    one.put(state("BACKUP"))
    assert not one.delivery.waiting
    one.put(state("DELETED"))
    assert len(one.delivery.waiting) == 1


async def test_what_is_wrong_is_told_again_while_it_lasts(nursery, autojump_clock):
    notifier = Scripted()
    one = target(notifier, [], refresh=20 * MILLISECOND)
    one.refresh = lambda: one.put(state("FAULT"))
    nursery.start_soon(one.run)
    await until(lambda: len(notifier.taken) >= 3)
    one.retire()


async def test_what_went_wrong_although_it_was_taken_is_said_once(nursery, autojump_clock):
    class Partial(Scripted):
        async def deliver(self, notices):
            await super().deliver(notices)
            return "one recipient was refused"

    said = []
    one = target(Partial(), said)
    nursery.start_soon(one.run)
    for new in ("BACKUP", "MASTER"):
        one.put(state(new))
    await until(lambda: one.idle)
    assert said == ["hook x: one recipient was refused"]
    assert one.describe()["remark"] == "one recipient was refused"
    assert one.delivery.delivered == 2
