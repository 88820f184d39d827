from __future__ import annotations

import errno

import pytest
from tests.unit.net.routing_cases import to

from standfast.config.route_model import Rule
from standfast.net import routing_keeper as module
from standfast.net.decode import Link
from standfast.net.host import Host
from standfast.net.policy import SeenRule, rule_key
from standfast.net.routes import SeenRoute, route_key
from standfast.net.routing_keeper import RoutingKeeper
from standfast.values import Address

ETH0 = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)
ROUTE = to("10.0.0.0/8", dev="eth0")
RULE = Rule(family=4, preference=100, action="table", table=7)


class Counted:
    """A key that counts how often it is compared."""

    comparisons = 0

    def __init__(self, key):
        self.key = key

    def __hash__(self):
        return hash(self.key)

    def __eq__(self, other):
        Counted.comparisons += 1
        return self.key == other.key


class Kernel:
    """Says what a test wants it to."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.batches: list[int] = []
        self.tables: list = []
        self.dumps = 0

    def perform(self, batch):
        self.batches.append(len(batch))
        return [self.answers.pop(0) if self.answers else 0 for _ in batch]

    def routes(self, _protocol):
        self.dumps += 1
        return [seen for seen in self.tables if isinstance(seen, SeenRoute)]

    def rules(self, _protocol):
        return [seen for seen in self.tables if isinstance(seen, SeenRule)]

    def vrf_table(self, index):
        return 1000 + index


@pytest.fixture
def kernel():
    return Kernel()


@pytest.fixture
def host():
    made = Host()
    made.link_is(ETH0)
    return made


@pytest.fixture
def keeper(kernel, host):
    return RoutingKeeper(kernel, host)


def test_what_is_installed_is_known_until_it_is_taken_off(keeper, kernel):
    assert keeper.add([ROUTE, RULE]) == []
    assert kernel.batches == [2]
    assert keeper.present(ROUTE)
    assert keeper.remove([RULE, ROUTE]) == []
    assert keeper.installed == {}


def test_a_refusal_is_told_with_its_reason(keeper, kernel):
    kernel.answers = [errno.ENETUNREACH]
    (failure,) = keeper.add([ROUTE])
    assert failure.words == "route 10.0.0.0/8 dev eth0: Network is unreachable"
    assert not keeper.present(ROUTE)


def test_without_its_interface_a_route_fails_alone(keeper, kernel):
    lost = to("10.1.0.0/16", dev="eth9")
    assert [failure.number for failure in keeper.add([lost, RULE])] == [errno.ENODEV]
    assert keeper.present(RULE)


@pytest.mark.parametrize("ours", [True, False])
def test_what_exists_already_counts_as_installed_only_if_it_is_ours(keeper, kernel, ours):
    kernel.answers = [errno.EEXIST]
    kernel.tables = [SeenRule(rule_key(RULE), 18)] if ours else []
    assert [failure.number for failure in keeper.add([RULE])] == ([] if ours else [errno.EEXIST])


@pytest.mark.parametrize("number", [errno.ESRCH, errno.EOPNOTSUPP])
def test_what_is_gone_already_or_cannot_be_there_is_no_failure(keeper, kernel, number):
    kernel.answers = [number, errno.EPERM]
    assert [failure.number for failure in keeper.remove([ROUTE, RULE])] == [errno.EPERM]


def test_an_echo_of_our_own_deed_is_not_a_loss(keeper):
    seen = SeenRoute(route_key(ROUTE, 254), 18, b"", 2)
    keeper.add([ROUTE])
    keeper.remove([ROUTE])
    assert keeper.vanished(seen) is None
    keeper.add([ROUTE])
    assert keeper.vanished(seen) == ROUTE
    assert keeper.vanished(seen) is None


def test_routes_that_differ_in_the_gateway_alone_are_told_apart(keeper):
    first, second = (to("10.0.0.0/8", via=Address.parse(f"192.0.2.{n}")) for n in (1, 2))
    keeper.add([first, second])
    assert keeper.vanished(SeenRoute(route_key(second, 254), 18, second.via.packed, 2)) == second


def test_thousands_of_deletions_cost_no_more_than_thousands_of_looks(keeper, monkeypatch):
    """A look is a comparison of gateways, the last step of recognising a route: as many as there are deletions."""
    looks = []
    same_gateway = module._same_gateway
    monkeypatch.setattr(module, "_same_gateway", lambda *pair: looks.append(pair) or same_gateway(*pair))
    routes = [to(f"10.{n >> 8}.{n & 255}.0/24", dev="eth0") for n in range(2_000)]
    keys = [Counted(route_key(route, 254)) for route in routes]
    for route, key in zip(routes, keys, strict=True):
        keeper.note(route, key)
    Counted.comparisons = 0
    for route in reversed(routes):
        seen = SeenRoute(Counted(route_key(route, 254)), 18, b"", 2)
        assert keeper.vanished(seen) == route
    assert len(looks) == len(routes)
    assert Counted.comparisons < 4 * len(routes)
    assert keeper.installed == {}


def test_what_is_noted_again_is_there_once(keeper):
    keeper.note(ROUTE, route_key(ROUTE, 254))
    keeper.note(ROUTE, route_key(ROUTE, 7))
    assert keeper.vanished(SeenRoute(route_key(ROUTE, 254), 18, b"", 2)) is None
    assert keeper.vanished(SeenRoute(route_key(ROUTE, 7), 18, b"", 2)) == ROUTE


def test_tables_are_read_once_for_a_batch_of_what_exists_already(keeper, kernel):
    routes = [to(f"10.{n}.0.0/16", dev="eth0") for n in range(50)]
    kernel.answers = [errno.EEXIST] * 50
    kernel.tables = [SeenRoute(route_key(route, 254), 18, b"", 2) for route in routes]
    assert keeper.add(routes) == []
    assert kernel.dumps == 1


def test_after_lost_messages_the_tables_tell_what_is_missing(keeper, kernel):
    foreign = to("10.7.0.0/16", dev="eth0", protocol=200, no_track=True)
    keeper.add([ROUTE, RULE, foreign])
    kernel.tables = [SeenRule(rule_key(RULE), 18)]
    assert keeper.missing() == [ROUTE]
    assert set(keeper.installed) == {RULE, foreign}


def test_routes_go_with_their_interface_unseen(keeper):
    keeper.add([ROUTE, RULE])
    keeper.interface_down("eth0")
    assert set(keeper.installed) == {RULE}


def test_a_new_number_of_the_interface_makes_a_new_message(keeper, host):
    keeper.prepare(ROUTE)
    before = keeper._ready[ROUTE].add
    host.link_gone(2)
    host.link_is(Link(7, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500))
    keeper.add([ROUTE])
    assert keeper._ready[ROUTE].add != before


def test_the_table_is_that_of_the_vrf(keeper, host):
    host.link_is(Link(5, "blue", 0x1043, b"", 1500))
    route = to("10.0.0.0/8", dev="eth0", vrf="blue")
    keeper.add([route])
    assert keeper.installed[route].table == 1005


def test_messages_of_what_nobody_names_any_more_are_dropped(keeper):
    keeper.prepare(ROUTE)
    keeper.prepare(RULE)
    keeper.forget_all_but({RULE})
    assert set(keeper._ready) == {RULE}


def test_taking_off_tells_whether_it_was_there(keeper, kernel):
    kernel.answers = [0, errno.ESRCH]
    assert keeper.take_off(ROUTE)
    assert not keeper.take_off(ROUTE)
