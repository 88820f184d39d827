from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import trio

from standfast import clock
from standfast.supervise.page import MASTER, SharedPage
from standfast.values import Address
from standfast.vrrp import packet
from standfast.vrrp import speaker as module
from standfast.vrrp.channels import Channel
from standfast.vrrp.instance import Instance
from standfast.vrrp.packet import Advert
from standfast.vrrp.receive import Entrance
from standfast.vrrp.rules import State
from standfast.vrrp.sockets import Endpoint
from standfast.vrrp.speaker import BATCH, REHEARSAL, SLOT, Speaker

ENDPOINT = Endpoint(4, "eth0", 2, Address.parse("224.0.0.18"))
START = 1_000_000_000
_VRID = packet.IPV4_HEADER_SIZE + 1


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        return self.at


class Ear:
    """A listener with a queue that a test fills."""

    def __init__(self) -> None:
        self.endpoint = ENDPOINT
        self.queue: list[packet.Envelope] = []
        self.batches: list[int] = []

    def admit(self, vrids) -> None:
        pass

    def drain(self, limit: int) -> list[packet.Envelope]:
        batch, self.queue = self.queue[:limit], self.queue[limit:]
        self.batches.append(len(batch))
        return batch


@pytest.fixture
def time(monkeypatch) -> Time:
    made = Time()
    monkeypatch.setattr(clock, "now", made.now)
    return made


@pytest.fixture
def page() -> SharedPage:
    return SharedPage()


@pytest.fixture
def speaker(host, holdings, announcements, page, told) -> Speaker:
    return Speaker(host, holdings, announcements, page, told.append)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def stage(speaker, ear, voice, told, monkeypatch) -> Callable[..., None]:
    """Put instances on the stage, all behind one pretended socket."""

    def put(*instances: Instance) -> None:
        channel = object.__new__(Channel)
        channel.endpoint, channel.listener, channel.mouth = ENDPOINT, ear, voice
        channel.members, channel.entrance = list(instances), Entrance(told.append)
        channel.entrance.assign([instance.receiver for instance in instances])
        speaker.channels.open[ENDPOINT] = channel
        monkeypatch.setattr(speaker.channels, "connect", lambda instance: None)
        speaker.admit(instances)
        for instance in instances:
            speaker.perform(instance, instance.router.start(clock.now()))

    return put


def said_by(source: str, priority: int, vrid: int = 51, *, arrived: int, interval: int = 100_000) -> packet.Envelope:
    advert = Advert(
        source=Address.parse(source),
        destination=Address.parse("224.0.0.18"),
        version=3,
        vrid=vrid,
        priority=priority,
        interval=interval,
        addresses=(Address.parse("10.9.0.100"),),
    )
    envelope = packet.open_ipv4(packet.encode_ipv4(advert, 1), arrived)
    assert envelope is not None
    return envelope


def promote(speaker: Speaker, time: Time, *instances: Instance) -> None:
    time.at = max(instance.router.deadline or 0 for instance in instances)
    speaker.turn()
    assert {instance.router.state for instance in instances} == {State.MASTER}


def test_the_advert_leaves_before_the_address_is_added(speaker, stage, time, make_instance, voice, kernel):
    instance = make_instance()
    stage(instance)
    order: list[str] = []
    voice.said = type("Log", (list,), {"append": lambda self, item: order.append("advert")})()
    kernel.calls = type("Log", (list,), {"append": lambda self, item: order.append(item[0])})()
    promote(speaker, time, instance)
    assert order == ["advert", "add"]


def test_a_takeover_is_complete_in_one_turn(speaker, stage, time, make_instance, voice, keeper, wire, page):
    instance = make_instance(place=3)
    stage(instance)
    promote(speaker, time, instance)
    assert len(voice.said) == 1
    assert keeper.present(instance.config.vips[0])
    assert len(wire.sent) == 5
    slot = page.read(3, instance.key)
    assert slot is not None
    assert (slot.state, slot.last_advert_sent) == (MASTER, time.at)


def test_kd16_what_waits_in_the_socket_is_read_before_a_deadline_is_judged(speaker, stage, time, make_instance, ear):
    instance = make_instance()
    stage(instance)
    time.at = (instance.router.deadline or 0) + 5_000_000
    ear.queue = [said_by("10.9.0.2", 200, arrived=time.at - n * 100_000) for n in range(49, -1, -1)]
    speaker.turn()
    assert instance.router.state is State.BACKUP
    assert str(instance.router.master.address) == "10.9.0.2"


def test_a_down_timer_never_fires_early(speaker, stage, time, make_instance):
    instance = make_instance()
    stage(instance)
    time.at = instance.router.deadline - 1
    speaker.turn()
    assert instance.router.state is State.BACKUP


def test_an_advert_shares_a_wake_up_and_keeps_its_beat(speaker, stage, time, make_instance, voice):
    instance = make_instance()
    stage(instance)
    promote(speaker, time, instance)
    due = instance.router.deadline
    time.at = due - SLOT
    speaker.turn()
    assert len(voice.said) == 2
    assert instance.router.deadline == due + 100_000  # counted from when it was due, not from when it left


def test_short_intervals_keep_exact_deadlines(speaker, stage, time, make_instance, voice):
    instance = make_instance(advert_interval=10_000)
    stage(instance)
    promote(speaker, time, instance)
    time.at = instance.router.deadline - 1
    speaker.turn()
    assert len(voice.said) == 1


def test_a_crowd_speaks_in_batches_with_a_look_at_the_socket_between(speaker, stage, time, make_instance, ear, voice):
    crowd = [make_instance(f"10.9.1.{n}/32", name=f"V{n}", vrid=n, place=n) for n in range(1, 201)]
    stage(*crowd)
    promote(speaker, time, *crowd)
    assert len(voice.said) == 200
    assert len(ear.batches) >= 200 // BATCH


def test_a_flood_cannot_hold_back_our_own_advert(speaker, stage, time, make_instance, ear, voice, monkeypatch):
    instance = make_instance()
    stage(instance)
    promote(speaker, time, instance)
    time.at = instance.router.deadline
    junk = said_by("10.9.0.66", 250, vrid=77, arrived=time.at)
    ear.queue, ear.batches = [junk] * 100_000, []
    read_before: list[int] = []
    monkeypatch.setattr(voice, "say_ipv4", lambda *_: read_before.append(len(ear.batches)))
    speaker.turn()
    assert read_before == [1]  # one batch was read, then the advert left
    assert len(ear.queue) > 90_000  # and the turn did not wait for the flood to end


def test_of_a_backlog_only_each_senders_last_word_counts(speaker, stage, time, make_instance, ear, voice):
    instance = make_instance()
    stage(instance)
    promote(speaker, time, instance)
    ear.queue = [said_by("10.9.0.2", 50, arrived=time.at) for _ in range(40)]
    speaker.turn()
    assert len(voice.said) == 2  # one answer to the loser, not forty


def test_timers_are_served_between_two_pieces(
    speaker, stage, time, make_instance, make_vip, kernel, voice, monkeypatch
):
    fast = make_instance("10.9.0.9/32", name="fast", vrid=1, advert_interval=10_000)
    many = tuple(make_vip(f"10.9.{n // 250}.{n % 250 + 1}/32") for n in range(640))
    big = make_instance(name="big", vrid=2, evips=many)
    stage(fast, big)
    promote(speaker, time, fast)
    send = kernel.send

    def slow(batch):
        time.at += 4_000
        return send(batch)

    monkeypatch.setattr(kernel, "send", slow)
    time.at = big.router.deadline
    said = []
    monkeypatch.setattr(voice, "say_ipv4", lambda datagram, _to: said.append((datagram[_VRID], time.at)))
    while not said or speaker.effects:
        speaker.turn()
    moments = [at for vrid, at in said if vrid == 1]
    assert max(after - before for before, after in pairwise(moments)) <= 14_000
    assert len(kernel.calls) >= 10


@pytest.fixture
def rung(speaker, monkeypatch) -> list[int | None]:
    """What the alarm was set to."""
    found: list[int | None] = []
    monkeypatch.setattr(speaker._alarm, "set", found.append)
    return found


def test_before_a_down_timer_ends_the_loop_gets_ready(speaker, stage, time, make_instance, announcements, voice, rung):
    instance = make_instance()
    stage(instance)
    instance.mouth = voice
    speaker.rearm()
    due = instance.router.deadline
    assert rung[-1] == due - REHEARSAL
    time.at = due - REHEARSAL
    speaker.turn()
    assert rung[-1] == due
    assert instance.router.state is State.BACKUP
    assert instance._cached_for is not None, "the advert is ready"
    assert announcements._outlets, "so is the announcement"


def test_a_master_wakes_on_the_beat(speaker, stage, time, make_instance, rung):
    instance = make_instance()
    stage(instance)
    promote(speaker, time, instance)
    assert rung[-1] == instance.router.deadline


def test_lateness_is_noted(speaker, stage, time, make_instance):
    instance = make_instance()
    stage(instance)
    time.at = instance.router.deadline + 700
    speaker.turn()
    assert instance.lateness.worst == 700


async def test_whoever_leaves_is_waited_for(speaker, stage, time, make_instance, keeper):
    instance = make_instance()
    stage(instance)
    promote(speaker, time, instance)
    speaker.admit([])
    speaker.dismiss(instance, time.at, hold=True, removed=True)
    speaker.turn()
    assert instance.router.state is State.LEAVING
    assert keeper.present(instance.config.vips[0])
    time.at = instance.router.deadline
    speaker.turn()
    with trio.fail_after(60):
        await speaker.nobody_left()
    assert instance.gone
    assert not keeper.present(instance.config.vips[0])


def test_chores_have_deadlines_of_their_own(speaker, stage, time):
    done = []
    stage()
    speaker.at(time.at + 50_000, done.append)
    speaker.turn()
    assert done == []
    time.at += 50_000
    speaker.turn()
    assert done == [time.at]


def test_quiet_is_the_time_until_something_is_due(speaker, stage, time):
    stage()
    speaker.at(time.at + 50_000, lambda _now: None)
    assert speaker.quiet_for(time.at) == 50_000


def test_the_modules_numbers_fit_a_default_receive_buffer():
    assert module.BATCH * module.DRAIN_PASSES >= 270
