from __future__ import annotations

import pytest

from standfast.config.route_model import Route
from standfast.net.decode import Link
from standfast.net.host import LinkChanged
from standfast.net.routes import SeenRoute, route_key
from standfast.values import Address
from standfast.vrrp.actions import AddRouting
from standfast.vrrp.routing_watch import RoutingWatch
from standfast.vrrp.rules import State

UP = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)
DOWN = Link(2, "eth0", 0x1002, b"\2\0\0\0\0\1", 1500)
ROUTE = Route(family=4, destination=Address.parse("10.0.0.0"), prefix=8, dev="eth0")
SEEN = SeenRoute(route_key(ROUTE, 254), 18, b"", 2)


class Monitor:
    def __init__(self, *seen) -> None:
        self.seen, self.overrun = seen, False

    def read(self):
        return self.seen


@pytest.fixture
def done() -> list:
    return []


@pytest.fixture
def watch(host, routing, done) -> RoutingWatch:
    return RoutingWatch(host, routing, lambda instance, actions: done.extend(actions))


@pytest.fixture
def master(make_instance, watch, routing):
    instance = make_instance(routes=(ROUTE,))
    instance.router.state = State.MASTER
    routing.note(ROUTE, SEEN.key)
    watch.concern([instance])
    return instance


def test_s50_a_route_that_somebody_deletes_is_put_back(watch, master, done):
    watch.read(Monitor(SEEN), 0)
    assert [action for action in done if isinstance(action, AddRouting)] == [AddRouting((ROUTE,))]
    assert master.router.state is State.MASTER
    assert master.router.counters.routing_lost == 1


def test_a_route_that_went_with_its_interface_was_not_deleted(watch, master, done, host):
    host.link_is(DOWN)
    watch.links([LinkChanged(UP, DOWN)])
    watch.read(Monitor(SEEN), 0)
    assert done == []


def test_it_comes_back_with_the_interface(watch, master, done, routing, host):
    watch.links([LinkChanged(UP, DOWN)])
    assert not routing.present(ROUTE)
    watch.links([LinkChanged(DOWN, UP)])
    assert done == [AddRouting((ROUTE,))]


def test_after_an_overrun_the_tables_are_compared(watch, master, done, routing, monkeypatch):
    monkeypatch.setattr(routing, "missing", lambda: [ROUTE])
    monitor = Monitor()
    monitor.overrun = True
    watch.read(monitor, 0)
    assert any(isinstance(action, AddRouting) for action in done)
    assert not monitor.overrun


def test_a_static_one_is_told_to_who_keeps_it(watch, routing):
    lost = []
    watch.on_lost = lambda thing, now: lost.append((thing, now))
    routing.note(ROUTE, SEEN.key)
    watch.read(Monitor(SEEN), 5)
    assert lost == [(ROUTE, 5)]


def test_what_another_master_holds_is_claimed(watch, master, make_instance):
    other = make_instance(routes=(ROUTE,), vrid=52)
    assert watch.claimed(ROUTE, other)
    assert not watch.claimed(ROUTE, master)
