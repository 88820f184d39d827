"""Alive, weight, orders, and what stays across a reload."""

from __future__ import annotations

import pytest
from msgspec import structs

from standfast.config.lvs_model import Checker, Forwarding, Pace, RealServer, Target
from standfast.contract.checking import Code, bad, good
from standfast.health.server import MAX_WEIGHT, Server
from standfast.health.verdict import judge
from standfast.values import Address

ADDRESS = Address.parse("10.0.0.1")
TCP = Checker(kind="TCP_CHECK", pace=Pace(), target=Target(address=ADDRESS, port=80))
MISC = Checker(kind="MISC_CHECK", pace=Pace())
CONFIG = RealServer(address=ADDRESS, port=80, weight=5, checkers=(TCP, MISC))


def fail(server: Server, checker: int, words: str = "connection refused") -> None:
    judge(server.standings[checker], bad(Code.REFUSED, words), server.config.checkers[checker].pace, 1)


def test_it_is_alive_if_no_checker_is_failed():
    server = Server.first(CONFIG, 0)
    assert server.alive
    assert server.was_alive
    fail(server, 0)
    assert not server.alive
    assert server.why_down() == "TCP_CHECK: connection refused"
    fail(server, 1, "exit status 1")
    assert server.why_down() == "TCP_CHECK: connection refused; MISC_CHECK: exit status 1"


def test_without_checkers_it_is_always_alive():
    assert Server.first(structs.replace(CONFIG, checkers=()), 0).alive


def test_with_alpha_it_has_to_prove_itself():
    server = Server.first(structs.replace(CONFIG, checkers=(Checker(kind="X", pace=Pace(alpha=True)),)), 0)
    assert (server.alive, server.was_alive) == (False, False)


@pytest.mark.parametrize(
    ("weights", "changes", "ordered", "effective"),
    [
        ((None, None), (0, 0), None, 5),
        ((8, None), (0, 0), None, 8),
        ((8, 3), (0, 0), None, 6),  # differences to the configured weight add up
        ((None, None), (-2, 4), None, 7),
        ((0, 0), (0, 0), None, 0),
        ((None, None), (MAX_WEIGHT, 0), None, MAX_WEIGHT),
        ((None, None), (0, 0), 9, 9),
        ((8, None), (0, 0), 9, 12),
    ],
)
def test_weights(weights, changes, ordered, effective):
    server = Server.first(CONFIG, 0)
    for standing, weight, change in zip(server.standings, weights, changes, strict=True):
        standing.weight, standing.weight_change = weight, change
    server.weight_ordered = ordered
    assert server.weight == effective


def test_orders():
    server = Server.first(CONFIG, 0)
    server.order = "drained"
    assert (server.alive, server.weight) == (True, 0)
    server.order = "disabled"
    assert (server.alive, server.healthy, server.why_down()) == (False, True, "disabled by order")


def test_as_the_data_plane_knows_it():
    config = structs.replace(CONFIG, forwarding=Forwarding(method="DR"), uthreshold=9, lthreshold=3)
    member = Server.first(config, 0).member()
    assert (member.weight, member.forwarding.method, member.uthreshold, member.lthreshold) == (5, "DR", 9, 3)
    assert Server.first(config, 0).member(0).weight == 0


def test_a_reload_keeps_the_standing_of_checkers_that_stay():
    server = Server.first(CONFIG, 0)
    fail(server, 0)
    server.weight_ordered = 2
    slower = structs.replace(TCP, pace=Pace(delay_loop=7))
    new = Checker(kind="DNS_CHECK", pace=Pace(alpha=True))
    after = server.reconfigured(structs.replace(CONFIG, checkers=(new, MISC, slower)), 5)
    assert [standing.up for standing in after.standings] == [False, True, False]
    assert after.standings[2] is server.standings[0]
    assert after.weight == 2


def test_equal_checkers_keep_a_standing_each():
    server = Server.first(structs.replace(CONFIG, checkers=(TCP, TCP)), 0)
    fail(server, 1)
    after = server.reconfigured(server.config, 5)
    assert [standing.up for standing in after.standings] == [True, False]
    judge(after.standings[1], good(), TCP.pace, 6)
    assert after.alive
