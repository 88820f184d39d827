from __future__ import annotations

import os

import msgspec
import pytest
import trio

from standfast.control.protocol import EventPage, Request
from standfast.events import Remark
from standfast.supervise.page import SharedPage
from standfast.vrrp.packet import BadAdvert
from standfast.vrrp.ring import CAPACITY, EventRing
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.status import PAGE, Describer


@pytest.fixture
def ring() -> EventRing:
    return EventRing()


@pytest.fixture
def speaker(host, holdings, announcements, told) -> Speaker:
    return Speaker(host, holdings, announcements, SharedPage(), told.append)


@pytest.fixture
def describer(speaker, holdings, ring) -> Describer:
    return Describer(speaker, holdings, ring)


async def test_every_instance_is_described(describer, speaker, make_instance, keeper):
    instances = [make_instance(name=f"V{n}", vrid=n) for n in range(1, 41)]
    speaker.admit(instances)
    speaker.perform(instances[0], instances[0].router.start(0))
    instances[0].router.tick(instances[0].router.deadline)
    keeper.add(instances[0].config.vips)
    instances[1].router.raise_fault("interface eth0", "interface eth0 is down", 5)
    line = await describer.status()
    assert line.endswith(b"}\n")
    status = msgspec.json.decode(line)
    assert status["process"] == "vrrp"
    assert len(status["instances"]) == 40
    one, two = status["instances"][:2]
    assert (one["state"], one["master"], one["master_priority"]) == ("MASTER", "10.9.0.1", 100)
    assert one["cause"].startswith("no advert heard for")
    assert one["addresses_wanted"] == one["addresses_present"] == ["10.9.0.100/24 dev eth0"]
    assert (one["interval_ms"], one["master_interval_ms"]) == (100.0, 100.0)
    assert (one["announce_delay_ms"], one["addresses_excluded"]) == (5000.0, [])
    assert status["notify"] == {}
    assert one["counters"]["become_master"] == 1
    assert two["faults"][0]["words"] == "interface eth0 is down"
    assert two["master"] is None
    assert (one["refused"], two["refused"]) == (None, None)


async def test_the_last_refused_advert_is_shown(describer, speaker, make_instance):
    instance = make_instance()
    speaker.admit([instance])
    instance.router.refused.note(BadAdvert("vers_err", "version 2"), bytes((10, 9, 0, 2)), 1)
    (shown,) = msgspec.json.decode(await describer.status())["instances"]
    assert shown["refused"].pop("at").endswith("+00:00")
    assert shown["refused"] == {"source": "10.9.0.2", "words": "version 2", "count": 1}


async def test_nobody_at_all_is_a_valid_document(describer):
    assert msgspec.json.decode(await describer.status())["instances"] == []


async def test_who_watches_hears_of_every_event(describer, ring):
    lines = describer.watch()
    first = msgspec.json.decode(await anext(lines))
    ring.append(Remark(at=1, level="info", event="test", words=""))
    with trio.fail_after(60):
        second = msgspec.json.decode(await anext(lines))
    assert (first["last_event"], second["last_event"]) == (0, 1)
    await lines.aclose()


def page(line):
    return msgspec.json.decode(line, type=EventPage)


def fill(ring, count):
    for number in range(count):
        ring.append(Remark(at=number, level="info", event="test", words=str(number)))


async def test_events_since_a_number(describer, ring):
    fill(ring, 3)
    (answer,) = [page(line) async for line in describer.events(Request(do="events", since=1))]
    assert (answer.first, answer.last, answer.newest, answer.instances) == (2, 3, 3, None)
    assert [event.words for event in answer.events] == ["1", "2"]


async def test_a_number_that_has_not_come_yet_is_one_answer_without_events(describer, ring):
    fill(ring, 3)
    with trio.fail_after(5):
        (answer,) = [page(line) async for line in describer.events(Request(do="events", since=99))]
    assert (answer.first, answer.last, answer.events) == (4, 3, ())


async def test_many_events_come_in_pages(describer, ring):
    fill(ring, PAGE + 5)
    pages = [page(line) async for line in describer.events(Request(do="events"))]
    assert [(each.first, each.last) for each in pages] == [(1, PAGE), (PAGE + 1, PAGE + 5)]


async def test_numbers_of_another_process_mean_nothing_here(describer, ring):
    fill(ring, 3)
    request = Request(do="events", since=99, of=os.getpid() + 1)
    (answer,) = [page(line) async for line in describer.events(request)]
    assert (answer.pid, answer.first, answer.last, answer.instances) == (os.getpid(), 1, 3, ())


async def test_a_follower_that_was_away_too_long_is_told_how_things_stand(describer, ring):
    fill(ring, CAPACITY + 10)
    lines = describer.events(Request(do="events", since=5, of=os.getpid(), follow=True))
    first = page(await anext(lines))
    assert (first.first, first.newest, first.instances) == (11, CAPACITY + 10, ())
    await lines.aclose()


async def test_a_follower_hears_what_happens(describer, ring):
    lines = describer.events(Request(do="events", follow=True))
    assert page(await anext(lines)).events == ()
    fill(ring, 1)
    with trio.fail_after(60):
        assert page(await anext(lines)).last == 1
    await lines.aclose()
