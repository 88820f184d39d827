from __future__ import annotations

import gc
from itertools import pairwise

import pytest

from standfast import clock
from standfast.config.model import Config
from standfast.config.route_model import Route
from standfast.supervise.page import SharedPage
from standfast.supervise.setup import HEARTBEAT
from standfast.values import MILLISECOND, SECOND, Address
from standfast.vrrp import housekeeping as module
from standfast.vrrp.effects import PIECE
from standfast.vrrp.holdings import Holdings
from standfast.vrrp.housekeeping import Housekeeping, routing_of

ROUTE = Route(family=4, destination=Address.parse("10.0.0.0"), prefix=8, dev="eth0")
STATIC = Route(family=4, destination=Address.parse("10.64.0.0"), prefix=10, dev="eth0")


class Speaker:
    """Remembers appointments; a test says how long nothing is due."""

    def __init__(self):
        self.appointments = {}
        self.quiet = SECOND
        self.rearmed = 0

    def at(self, moment, chore):
        self.appointments[chore.__name__] = moment

    def quiet_for(self, _now):
        return self.quiet

    def rearm(self):
        self.rearmed += 1


class Routing:
    def __init__(self):
        self.prepared, self.kept = [], set()

    def prepare(self, wanted):
        self.prepared.append(wanted)

    def forget_all_but(self, wanted):
        self.kept = wanted


class Encoder:
    def __init__(self):
        self.encoded, self.kept = [], set()

    def __call__(self, address):
        self.encoded.append(address)

    def forget_all_but(self, wanted):
        self.kept = wanted


class Announcements:
    def __init__(self):
        self.prepared, self.kept, self.kept_pieces = [], set(), set()

    def prepare(self, interface, address, _how, _now):
        self.prepared.append((interface, address))

    def prepare_all(self, addresses, _how, _now):
        self.prepared += [(each.dev, each.address) for each in addresses]

    def forget_all_but(self, wanted, pieces):
        self.kept, self.kept_pieces = wanted, pieces


class Addresses:
    def __init__(self):
        self.pieces, self.kept = [], set()

    def prepare(self, addresses):
        self.pieces.append(addresses)

    def forget_all_but(self, pieces):
        self.kept = pieces


class World:
    def __init__(self):
        self.speaker, self.page, self.encode, self.routing = Speaker(), SharedPage(), Encoder(), Routing()
        self.announcements, self.addresses = Announcements(), Addresses()
        holdings = Holdings(self.addresses, self.routing)
        self.house = Housekeeping(self.speaker, self.page, self.encode, holdings, self.announcements)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def config(make_settings):
    many = make_settings(*(f"10.9.{n}.1" for n in range(40)), routes=(ROUTE,))
    return Config(instances=(many,), static_routes=(STATIC,))


def test_the_heart_beats_by_appointment(world):
    world.house.beat(5)
    assert world.page.heartbeat == 5
    assert world.speaker.appointments["beat"] == 5 + HEARTBEAT


async def test_everything_is_encoded_ahead_and_what_nobody_names_is_forgotten(world, config):
    await world.house.encode_ahead(config)
    assert world.encode.encoded == list(config.instances[0].vips)
    assert world.routing.prepared == list(routing_of(config)) == [ROUTE, STATIC]
    assert world.announcements.prepared == [(vip.dev, vip.address) for vip in config.instances[0].vips]
    assert world.addresses.pieces == [config.instances[0].vips]
    world.house.forget_all_but(config)
    assert world.addresses.kept == world.announcements.kept_pieces == {config.instances[0].vips}
    assert world.announcements.kept == {vip.address for vip in config.instances[0].vips}
    assert world.encode.kept == set(config.instances[0].vips)
    assert world.routing.kept == {ROUTE, STATIC}


async def test_others_get_their_turn_while_frames_are_made(world, make_settings, monkeypatch):
    made = []

    async def checkpoint() -> None:
        made.append(len(world.announcements.prepared))

    monkeypatch.setattr(module.trio.lowlevel, "checkpoint", checkpoint)
    many = tuple(f"10.9.{n // 250}.{n % 250 + 1}" for n in range(1000))
    await world.house.encode_ahead(Config(instances=(make_settings(*many),)))
    assert made[-1] == 1000
    assert max(after - before for before, after in pairwise(made)) <= PIECE


async def test_few_addresses_are_made_ready_one_by_one(world, make_settings):
    config = Config(instances=(make_settings("10.9.0.1", "10.9.0.2"),))
    await world.house.encode_ahead(config)
    assert world.addresses.pieces == []
    assert world.announcements.prepared == [(vip.dev, vip.address) for vip in config.instances[0].vips]


async def test_garbage_is_collected_only_while_nothing_is_due(world, monkeypatch):
    collected = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(True))
    monkeypatch.setattr(clock, "now", lambda: 1_000)
    world.speaker.quiet = MILLISECOND
    world.house._collect(1_000)
    assert collected == []
    assert world.speaker.appointments["_collect"] == 1_000 + 20 * MILLISECOND
    world.speaker.quiet = SECOND
    world.house._collect(1_000)
    assert collected == [True]
    assert world.speaker.appointments["_collect"] == 1_000 + 10 * SECOND


@pytest.mark.parametrize(("asked", "level"), [(True, "warning"), (False, "info")])
async def test_memory_that_cannot_be_locked_is_told_as_loud_as_it_was_asked_for(
    world, config, monkeypatch, asked, level
):
    from msgspec import structs

    said = []
    monkeypatch.setattr(module.realtime, "lock_memory", lambda: "may not")
    monkeypatch.setattr(module.realtime, "freeze_garbage", lambda: None)
    scheduling = structs.replace(config.global_defs.scheduling, no_swap=asked)
    config = structs.replace(config, global_defs=structs.replace(config.global_defs, scheduling=scheduling))
    log = type("Log", (), {"log": lambda self, *words: said.append(words)})()
    await world.house.settle_down(config, log)
    assert said == [(level, "process.memory", "may not")]
    assert world.speaker.rearmed
