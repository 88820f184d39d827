"""How services and servers stand now: never how they stood when they last changed."""

from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.contract.checking import Code, bad, good
from standfast.health.present import standing, standing_of
from standfast.health.reconcile import services_of
from standfast.health.server import Origin
from standfast.health.service import Service

REFUSED = bad(Code.REFUSED, "connection refused")


def service(count: int, *, more: str = "") -> Service:
    servers = "".join(
        f"real_server 10.0.0.{number} 80 {{\nTCP_CHECK {{\nretry 0\n}}\n}}\n" for number in range(1, count + 1)
    )
    text = f"virtual_server 192.0.2.10 80 {{\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n{more}\n{servers}}}\n"
    (made,) = services_of(load_text(text).balancing, 0).values()
    made.begin(0)
    return made


def down(made: Service, *numbers: int) -> Service:
    for number in numbers:
        made.take(made.servers[number - 1], 0, REFUSED, 1)
    return made


@pytest.mark.parametrize(
    ("count", "more", "failed", "words"),
    [
        (1, "", (), "its server is up; live servers weigh 1, enough: 1"),
        (3, "quorum 2", (), "all servers up; live servers weigh 3, enough: 2"),
        (3, "quorum 2", (2,), "2 of 3 servers up; down: [10.0.0.2]:80; live servers weigh 2, enough: 2"),
        (3, "quorum 2", (2, 3),
         "1 of 3 servers up; down: [10.0.0.2]:80, [10.0.0.3]:80; live servers weigh 1, needed: 2"),
        (1, "", (1,), "0 of 1 servers up; down: [10.0.0.1]:80; no live server has weight, needed: 1"),
        (3, "quorum 2\nhysteresis 1", (3,),
         "2 of 3 servers up; down: [10.0.0.3]:80; live servers weigh 2, enough: 2 - 1"),
        (5, "", (1, 2, 3, 4, 5),
         "0 of 5 servers up; down: [10.0.0.1]:80, [10.0.0.2]:80, [10.0.0.3]:80 and 2 more; "
         "no live server has weight, needed: 1"),
        (2, "panic_threshold 60", (1,),
         "1 of 2 servers up; down: [10.0.0.1]:80; live servers weigh 1, enough: 1; so few are up that failed ones stay "
         "in (panic_threshold)"),
    ],
)  # fmt: skip
def test_a_service(count, more, failed, words):
    assert standing(down(service(count, more=more), *failed)) == words


def test_it_tells_the_present_while_the_cause_stays():
    made = service(2)
    cause = made.cause
    down(made, 1)
    assert (made.cause, standing(made)) == (
        cause, "1 of 2 servers up; down: [10.0.0.1]:80; live servers weigh 1, enough: 1",
    )  # fmt: skip
    made.take(made.servers[0], 0, good("connected"), 2)
    assert standing(made) == "all servers up; live servers weigh 2, enough: 1"


def test_on_the_way_back_what_is_needed_counts_the_hysteresis():
    made = down(service(4, more="quorum 3\nhysteresis 1"), 1, 2, 3)
    made.take(made.servers[0], 0, good(), 2)
    made.take(made.servers[1], 0, good(), 2)
    assert not made.up
    assert standing(made).endswith("; live servers weigh 3, needed: 3 + 1")


def test_orders_are_named_before_what_is_down():
    made = down(service(3), 1)
    made.servers[0].order, made.servers[1].order, made.servers[2].order = "drained", "disabled", "drained"
    for server in made.servers:
        made.settle(server, "", 3)
    made.suspended = True
    assert standing(made) == (
        "1 of 3 servers up; disabled: [10.0.0.2]:80; drained: [10.0.0.1]:80, [10.0.0.3]:80; "
        "no live server has weight, needed: 1; not checked while its address is not on this machine"
    )


def test_a_server():
    made = service(3)
    first, second, third = made.servers
    first.order, first.order_from = "drained", Origin(5, "anna", "new kernel")
    made.take(first, 0, REFUSED, 1)
    made.take(second, 0, REFUSED, 1)
    made.take(second, 0, bad(Code.TIMEOUT, "no answer"), 2)
    assert standing_of(first) == "drained by order of anna: new kernel; TCP_CHECK: connection refused"
    assert standing_of(second) == "TCP_CHECK: no answer", "not what took it out"
    made.take(second, 0, good("connected"), 3)
    assert [standing_of(second), standing_of(third)] == ["TCP_CHECK: connected", ""]
