"""A follower against a pretended VRRP process that dies, forgets and comes back."""

from __future__ import annotations

from contextlib import aclosing

import msgspec
import pytest
import trio

from standfast.control.protocol import EventPage, InstanceNow, Request
from standfast.control.server import serve
from standfast.events import Remark
from standfast.health.feed import Feed, Numbered, Snapshot
from standfast.supervise.desk import listen

MASTER = InstanceNow(name="VI_1", state="MASTER", priority=100)


def event(number):
    return Remark(at=number, level="info", event="test", words=str(number))


class Vrrp:
    """Answers each connection with the next pages, then hangs up."""

    def __init__(self, *conversations):
        self.conversations = list(conversations)
        self.requests = []

    async def answer(self, request):
        self.requests.append(request)
        for page in self.conversations.pop(0) if self.conversations else ():
            yield msgspec.json.encode(page) + b"\n"


def page(first, *events, pid=7, newest=None, instances=None):
    last = first + len(events) - 1
    newest = last if newest is None else newest
    return EventPage(pid=pid, first=first, last=last, newest=newest, events=events, instances=instances)


@pytest.fixture
async def follow(tmp_path, nursery):
    """What a feed gives, until it has given so many items."""

    async def run(vrrp, count, **more):
        with listen(tmp_path, "vrrp.status", mode=0o600) as listening:
            nursery.start_soon(serve, listening.dup(), vrrp.answer)
        feed = Feed(tmp_path, **more)
        items = []
        with trio.fail_after(60):
            async with aclosing(feed.follow()) as stream:
                async for item in stream:
                    items.append(item)
                    if len(items) == count:
                        break
        return items, feed

    return run


async def test_it_begins_with_how_things_stand_and_tells_what_came_before(follow):
    vrrp = Vrrp([page(1, event(1), event(2), instances=(MASTER,)), page(3, event(3))])
    items, feed = await follow(vrrp, 4)
    assert items == [Snapshot("first", 2, (MASTER,)), *(Numbered(n, event(n)) for n in (1, 2, 3))]
    assert vrrp.requests == [Request(do="events", follow=True, states=True)]
    assert feed.seen[1] >= 2


async def test_after_a_hangup_it_goes_on_where_it_was(follow):
    vrrp = Vrrp([page(1, event(1), instances=())], [page(2, event(2))])
    items, _ = await follow(vrrp, 3)
    assert items[1:] == [Numbered(1, event(1)), Numbered(2, event(2))]
    assert vrrp.requests[1] == Request(do="events", since=1, of=7, follow=True)


async def test_a_gap_is_told(follow):
    vrrp = Vrrp([page(1, event(1), instances=())], [page(5, event(5), instances=(MASTER,))])
    items, _ = await follow(vrrp, 4)
    assert items[2:] == [Snapshot("gap", 5, (MASTER,), missed=3), Numbered(5, event(5))]


async def test_a_new_vrrp_process_begins_anew(follow):
    vrrp = Vrrp([page(1, event(1), instances=())], [page(1, event(1), pid=8, instances=(MASTER,))])
    items, _ = await follow(vrrp, 4)
    assert items[2:] == [Snapshot("restart", 1, (MASTER,)), Numbered(1, event(1))]


async def test_a_successor_goes_on_where_its_predecessor_was(follow):
    vrrp = Vrrp([page(42, event(42), instances=(MASTER,))])
    items, _ = await follow(vrrp, 2, seen=(7, 41))
    assert vrrp.requests == [Request(do="events", since=41, of=7, follow=True, states=True)]
    assert items == [Snapshot("first", 42, (MASTER,)), Numbered(42, event(42))]


async def test_an_answer_that_is_none_is_asked_for_again(follow):
    vrrp = Vrrp([{"ok": False}], [page(1, event(1), instances=())])
    items, _ = await follow(vrrp, 2)
    assert items[1] == Numbered(1, event(1))


async def test_it_waits_for_a_daemon_that_is_not_there_yet(tmp_path, autojump_clock):
    feed = Feed(tmp_path / "nowhere")
    with trio.move_on_after(5) as patience:
        async with aclosing(feed.follow()) as stream:
            async for _ in stream:
                pytest.fail("nobody spoke")
    assert patience.cancelled_caught
    assert not feed.connected
