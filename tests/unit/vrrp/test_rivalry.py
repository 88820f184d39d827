from __future__ import annotations

import msgspec
import pytest

from standfast.events import DualMaster
from standfast.testing.playbook import OTHER_SOURCE, Playbook, advert, router
from standfast.values import SECOND, Address
from standfast.vrrp.actions import Tell
from standfast.vrrp.rules import State

INTERVAL = SECOND
OTHER = Address.parse("10.9.0.77")


@pytest.fixture
def master():
    made = router(priority=150)
    Playbook(made)
    made.tick(made.deadline)
    assert made.state is State.MASTER
    return made


def told(actions) -> list[DualMaster]:
    return [each.event for each in actions if isinstance(each, Tell) and isinstance(each.event, DualMaster)]


def hear(made, priority: int, after: int, source=OTHER_SOURCE):
    now = made.since + after
    return made.hear(advert(priority, source=source, arrived=now), now)


def test_the_old_masters_last_advert_is_no_second_master(master):
    assert told(hear(master, 100, INTERVAL // 10)) == []
    assert master.rival is None


def test_s34_a_loser_that_goes_on_is_told_once_until_it_is_over(master):
    (first,) = told(hear(master, 100, INTERVAL))
    assert (first.other, first.other_priority, first.over) == (str(OTHER_SOURCE), 100, False)
    assert told(hear(master, 100, 2 * INTERVAL)) == []
    assert master.counters.dual_master == 1
    now = master.since + 2 * INTERVAL
    ended = []
    while not ended and now < master.since + 20 * INTERVAL:
        now = master.deadline
        ended = told(master.tick(now))
    assert (ended[0].over, ended[0].lasted) == (True, INTERVAL)
    assert now > master.since + 5 * INTERVAL
    assert master.rival is None


def test_it_is_over_when_the_other_one_leaves(master):
    hear(master, 100, INTERVAL)
    assert [event.over for event in told(hear(master, 0, INTERVAL + 5))] == [True]


def test_it_is_over_when_we_are_master_no_longer(master):
    hear(master, 100, INTERVAL)
    assert [event.over for event in told(hear(master, 200, INTERVAL + 5, OTHER))] == [True]
    assert master.state is State.BACKUP
    assert master.counters.contested == 1


def test_another_one_is_another_story(master):
    hear(master, 100, INTERVAL)
    assert [event.over for event in told(hear(master, 90, INTERVAL + 5, OTHER))] == [True, False]
    assert master.counters.dual_master == 2


def test_to_yield_is_contested_not_certain(master):
    actions = hear(master, 200, 5 * INTERVAL)
    assert told(actions) == []
    assert (master.counters.contested, master.counters.dual_master) == (1, 0)


# The side that gives way: what the numbers of the other one's adverts tell


def after_silence(number: int, *, before: int = 7, silent_s: int = 20, source=OTHER_SOURCE):
    """A backup obeyed advert ``before``, became MASTER in the silence, and hears ``number`` at its end."""
    made = router(priority=100)
    book = Playbook(made)
    made.hear(msgspec.structs.replace(advert(150, arrived=book.now), number=before), book.now)
    made.tick(made.deadline)
    assert made.state is State.MASTER
    now = book.now + silent_s * SECOND
    actions = made.hear(msgspec.structs.replace(advert(150, source=source, arrived=now), number=number), now)
    assert made.state is State.BACKUP
    assert made.counters.contested == 1
    return made, told(actions)


def test_s34_who_gives_way_says_so_when_the_other_one_has_spoken_all_the_while():
    made, (begun, over) = after_silence(7 + 20)
    assert (begun.over, begun.yielded, begun.other, begun.other_priority) == (False, True, str(OTHER_SOURCE), 150)
    assert (over.over, over.yielded) == (True, True)
    assert made.counters.dual_master == 1
    assert made.rival is None


@pytest.mark.parametrize(
    ("number", "more"),
    [
        (8, {}),  # it was frozen, and sent nothing
        (1, {}),  # its daemon was started anew
        (27, {"source": OTHER}),  # another router, whose numbers we do not know
        (0, {}),  # IPv6, or the kernel's own number
        (27, {"before": 0}),
        (10_000, {}),  # a kernel's own number
    ],
)
def test_what_may_have_been_a_preemption_is_only_contested(number, more):
    made, events = after_silence(number, **more)
    assert (events, made.counters.dual_master) == ([], 0)


def test_numbers_go_round_without_zero():
    assert after_silence(12, before=65_527)[0].counters.dual_master == 1
