from __future__ import annotations

import pytest
import trio

from standfast import clock
from standfast.config.tracking_model import SyncGroup
from standfast.control.protocol import Request
from standfast.events import Remark
from standfast.supervise.page import SharedPage
from standfast.testing.playbook import advert
from standfast.vrrp import order_file
from standfast.vrrp.commander import Commander
from standfast.vrrp.ring import EventRing
from standfast.vrrp.rules import State
from standfast.vrrp.speaker import Speaker

SECOND = 1_000_000


class Time:
    def __init__(self) -> None:
        self.at = 1_000_000_000

    def now(self) -> int:
        return self.at


@pytest.fixture
def time(monkeypatch) -> Time:
    made = Time()
    monkeypatch.setattr(clock, "now", made.now)
    return made


@pytest.fixture
def ring() -> EventRing:
    return EventRing()


@pytest.fixture
def speaker(host, holdings, announcements, ring) -> Speaker:
    return Speaker(host, holdings, announcements, SharedPage(), ring.append)


@pytest.fixture
def commander(speaker, ring, tmp_path) -> Commander:
    return Commander(speaker, ring, tmp_path)


@pytest.fixture
def backup(speaker, make_instance, time):
    instance = make_instance(name="VI_1")
    speaker.admit([instance])
    speaker.perform(instance, instance.router.start(time.at))
    return instance


def hear(speaker, instance, time, priority: int) -> None:
    heard = advert(priority, version=3, checksum="pseudo", interval=100_000, arrived=time.at)
    speaker.perform(instance, instance.router.hear(heard, time.at))
    speaker.work()


@pytest.fixture
def master(speaker, backup, time):
    time.at = backup.router.deadline
    speaker.perform(backup, backup.router.tick(time.at))
    assert backup.router.state is State.MASTER
    return backup


async def test_a_master_yields_when_a_successor_speaks(commander, speaker, master, time, tmp_path, autojump_clock):
    outcomes = []

    async def order() -> None:
        outcomes.append(await commander.obey(Request(do="yield", instance="VI_1", lasting=1800)))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(order)
        await trio.testing.wait_all_tasks_blocked()
        assert list(order_file.load(tmp_path, time.at)) == [master.key]  # before it is said
        hear(speaker, master, time, 90)
    assert outcomes[0].ok
    assert outcomes[0].words == "VI_1: 10.9.0.2 is master now, for 1800 s"
    assert master.router.state is State.BACKUP


async def test_without_a_successor_it_is_refused_and_forgotten(commander, speaker, master, time, tmp_path,
                                                               autojump_clock):  # fmt: skip
    outcomes = []

    async def order() -> None:
        outcomes.append(await commander.obey(Request(do="yield", instance="VI_1")))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(order)
        await trio.testing.wait_all_tasks_blocked()
        time.at += SECOND
        speaker.perform(master, master.router.tick(time.at))
        speaker.work()
    assert not outcomes[0].ok
    assert "nobody took over" in outcomes[0].words
    assert master.router.state is State.MASTER
    assert order_file.load(tmp_path, time.at) == {}


async def test_a_backup_yields_only_while_a_master_speaks(commander, speaker, backup, time):
    refused = await commander.obey(Request(do="yield", instance="VI_1"))
    assert not refused.ok
    assert "no other router speaks" in refused.words
    hear(speaker, backup, time, 200)
    assert (await commander.obey(Request(do="yield", instance="VI_1"))).ok
    assert backup.router.order.kind == "yield"


async def test_by_force_anybody_yields(commander, backup):
    assert (await commander.obey(Request(do="yield", instance="VI_1", force=True))).ok


async def test_hold_and_resume(commander, backup, time, tmp_path):
    held = await commander.obey(Request(do="hold", instance="VI_1"))
    assert held.words == "VI_1: preempts nobody, until `standfast resume`"
    assert order_file.load(tmp_path, time.at)[backup.key].kind == "hold"
    assert (await commander.obey(Request(do="resume", instance="VI_1"))).words == "VI_1: takes part again"
    assert order_file.load(tmp_path, time.at) == {}
    assert "nothing was ordered" in (await commander.obey(Request(do="resume", instance="VI_1"))).words


async def test_who_is_not_there_is_named(commander, backup):
    outcome = await commander.obey(Request(do="hold", instance="VI_2"))
    assert not outcome.ok
    assert outcome.words == "there is no instance or sync group `VI_2`: did you mean `VI_1`?"


async def test_a_group_obeys_as_a_whole(commander, speaker, make_instance, time):
    members = [make_instance(name=name, vrid=vrid) for name, vrid in (("VI_1", 51), ("VI_2", 52))]
    speaker.admit(members)
    routers = {member.config.name: member.router for member in members}
    speaker.groups.configure((SyncGroup(name="G", members=("VI_1", "VI_2")),), routers, time.at)
    for name in ("VI_1", "G"):
        assert (await commander.obey(Request(do="hold", instance=name))).words.startswith("VI_1, VI_2: ")
    assert all(member.router.order is not None for member in members)


async def test_an_order_that_cannot_be_kept_is_remarked_on(speaker, ring, backup, tmp_path):
    lost = Commander(speaker, ring, tmp_path / "missing")
    assert (await lost.obey(Request(do="hold", instance="VI_1"))).ok
    speaker.work()
    words = [event.words for event in ring.since(0)[1] if isinstance(event, Remark)]
    assert "a restart forgets the order" in words[0]


@pytest.mark.parametrize("leaves", [False, True])
async def test_a_group_waits_for_the_successor_of_its_slowest_member(commander, speaker, master, make_instance, time,
                                                                     autojump_clock, leaves):  # fmt: skip
    slow = make_instance(name="VI_2", vrid=52, advert_interval=SECOND)
    speaker.admit([master, slow])
    members = {"VI_1": master.router, "VI_2": slow.router}
    speaker.perform(slow, slow.router.start(time.at))
    speaker.groups.configure((SyncGroup(name="G", members=("VI_1", "VI_2")),), members, time.at)
    wait = speaker.groups.slowest_successor(master.router)
    assert wait > SECOND
    if leaves:
        speaker.dismiss(master, time.at, hold=True, removed=False)
    else:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(commander.obey, Request(do="yield", instance="G", force=True))
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
    assert master.router.state is State.LEAVING
    assert master.router.deadline == time.at + wait
