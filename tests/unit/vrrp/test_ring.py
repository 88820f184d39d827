from __future__ import annotations

import trio

from standfast.events import Remark
from standfast.vrrp.ring import EventRing


def remark(number: int) -> Remark:
    return Remark(at=number, level="info", event="test", words="")


def test_events_are_numbered_from_one():
    ring = EventRing()
    assert ring.since(0) == (1, [])
    ring.append(remark(10))
    ring.append(remark(11))
    assert ring.last == 2
    assert ring.since(0) == (1, [remark(10), remark(11)])
    assert ring.since(1) == (2, [remark(11)])
    assert ring.since(2) == (3, [])
    assert ring.since(99) == (3, [])


def test_a_gap_tells_what_was_forgotten():
    ring = EventRing(capacity=2)
    for number in range(1, 6):
        ring.append(remark(number))
    assert ring.since(1) == (4, [remark(4), remark(5)])


async def test_news_wake_whoever_waits():
    ring = EventRing()
    ring.append(remark(1))
    await ring.news(0)  # old news are no reason to wait
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ring.news, 1)
        await trio.testing.wait_all_tasks_blocked()
        ring.append(remark(2))
