"""Every rule of pool, quorum and sorry server, by scripts of what happens to a service."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from standfast.config.lvs_model import Checker, Pace, RealServer, SorryServer, Target, VirtualServer
from standfast.config.script_model import ScriptCall
from standfast.contract.balancing import Entrance
from standfast.contract.checking import Code, bad, good
from standfast.health.service import Service
from standfast.values import Address

VIP, SORRY = Address.parse("192.0.2.10"), Address.parse("10.0.0.99")
ENTRANCE = Entrance(first=VIP, last=VIP, port=80)


def real(number: int, *, alpha: bool = False, **more: Any) -> RealServer:
    address = Address.parse(f"10.0.0.{number}")
    checker = Checker(kind="TCP_CHECK", pace=Pace(retry=0, alpha=alpha), target=Target(address=address, port=80))
    return RealServer(address=address, port=80, checkers=(checker,), **more)


def virtual(*servers: RealServer, **more: Any) -> VirtualServer:
    name = "[192.0.2.10]:tcp:80"
    return VirtualServer(name=name, family=4, address=VIP, port=80, protocol="TCP", real_servers=servers, **more)


def service(config: VirtualServer, *, first_up: bool = False) -> Service:
    return Service.first(config.name, config.name, config, [ENTRANCE], 0, first_up=first_up)


def shown(service: Service) -> str:
    """``1 2=0 sorry``: last parts of the addresses, with the weight if it is not 1."""
    words = []
    for member in service.pool().members:
        name = "sorry" if member.address == SORRY else str(member.address).rpartition(".")[2]
        words.append(name if member.weight == 1 else f"{name}={member.weight}")
    return " ".join(words)


def play(service: Service, script: str) -> list[str]:
    """``+1`` a good result of the first server, ``-1`` a bad one; the FIFO lines, shortened."""
    told = []
    for now, word in enumerate(script.split(), 1):
        server = service.servers[int(word[1:]) - 1]
        result = good() if word[0] == "+" else bad(Code.REFUSED, "connection refused")
        told += service.take(server, 0, result, now)[1]
    return [each.line.replace("[10.0.0.", "[").replace(" [192.0.2.10]:tcp:80", "") for each in told if each.line]


TWO = (real(1), real(2))
SORRY_SERVER = SorryServer(address=SORRY, port=80)
SCRIPTS = [
    # configuration, what happens, the pool afterwards
    (virtual(*TWO), "", "1 2"),
    (virtual(*TWO), "-1", "2"),
    (virtual(*TWO), "-1 +1", "1 2"),
    (virtual(*TWO), "-1 -2", ""),
    (virtual(real(1, alpha=True), real(2)), "", "2"),
    (virtual(real(1, alpha=True), real(2)), "+1", "1 2"),
    (virtual(real(1, inhibit_on_failure=True), real(2)), "-1", "1=0 2"),
    (virtual(real(1, alpha=True, inhibit_on_failure=True), real(2)), "", "1=0 2"),
    (virtual(real(1, weight=3), real(2, weight=0)), "", "1=3 2=0"),
    # quorum without a sorry server: the live ones stay whatever it says
    (virtual(*TWO, quorum=2), "-1", "2"),
    # with one they make room
    (virtual(*TWO, quorum=2, sorry_server=SORRY_SERVER), "", "1 2"),
    (virtual(*TWO, quorum=2, sorry_server=SORRY_SERVER), "-1", "sorry"),
    (virtual(*TWO, quorum=2, sorry_server=SORRY_SERVER), "-1 +1", "1 2"),
    (virtual(*TWO, sorry_server=SORRY_SERVER), "-1 -2", "sorry"),
    (virtual(*TWO, sorry_server=SORRY_SERVER), "-1 -2 +2", "2"),
    (virtual(real(1, inhibit_on_failure=True), real(2), quorum=2, sorry_server=SORRY_SERVER), "-2", "1=0 sorry"),
    (virtual(*TWO, sorry_server=structs.replace(SORRY_SERVER, inhibit=True)), "", "1 2 sorry=0"),
    (virtual(*TWO, sorry_server=structs.replace(SORRY_SERVER, inhibit=True)), "-1 -2", "sorry"),
    (virtual(real(1, alpha=True), sorry_server=SORRY_SERVER), "", "sorry"),
    # hysteresis
    (virtual(*TWO, real(3), quorum=2, hysteresis=1, sorry_server=SORRY_SERVER), "-1 -2", "3"),
    (virtual(*TWO, real(3), quorum=2, hysteresis=1, sorry_server=SORRY_SERVER), "-1 -2 -3 +1 +2", "sorry"),
    (virtual(*TWO, real(3), quorum=2, hysteresis=1, sorry_server=SORRY_SERVER), "-1 -2 -3 +1 +2 +3", "1 2 3"),
    # panic_threshold: below it nobody else is taken out
    (virtual(*TWO, real(3), panic_threshold=50), "-1 -2", "2 3"),
    (virtual(*TWO, real(3), panic_threshold=50), "-1 -2 -3", "2 3"),
    (virtual(*TWO, real(3), panic_threshold=50), "-1 -2 -3 +1", "1 2 3"),
    (virtual(*TWO, real(3), panic_threshold=50), "-1 -2 -3 +1 +3", "1 3"),
    (virtual(*TWO, panic_threshold=60, sorry_server=SORRY_SERVER), "-1", "1 2"),
    (virtual(*TWO, panic_threshold=60, sorry_server=SORRY_SERVER), "-1 -2", "sorry"),
]


@pytest.mark.parametrize(("config", "script", "pool"), SCRIPTS)
def test_pools(config, script, pool):
    played = service(config)
    played.begin(0)
    play(played, script)
    assert shown(played) == pool
    serving = "sorry" if pool.endswith("sorry") else "servers" if pool else "nobody"
    assert played.pool().serving == serving


@pytest.mark.parametrize(
    ("config", "script", "lines"),
    [
        (virtual(*TWO), "-1", ["RS [1]:tcp:80 DOWN"]),
        (virtual(*TWO), "-1 -2", ["RS [1]:tcp:80 DOWN", "RS [2]:tcp:80 DOWN", "VS DOWN"]),
        (virtual(*TWO), "+1 +2", []),  # a first success of a server that is up is no news
        (virtual(real(1)), "-1 +1", ["RS [1]:tcp:80 DOWN", "VS DOWN", "RS [1]:tcp:80 UP", "VS UP"]),
        (virtual(real(1, alpha=True)), "-1 -1 +1", ["RS [1]:tcp:80 UP", "VS UP"]),
    ],
)
def test_what_is_told(config, script, lines):
    played = service(config)
    played.begin(0)
    assert play(played, script) == lines


def test_the_start_is_told_if_the_quorum_is_there():
    (told,) = service(virtual(*TWO)).begin(0)
    assert told.line == "VS [192.0.2.10]:tcp:80 UP"
    assert told.event.cause == "starting with quorum up: live servers weigh 2, needed: 1"


def test_or_if_it_is_not_and_a_sorry_server_serves():
    assert service(virtual(real(1, alpha=True))).begin(0) == []
    (told,) = service(virtual(real(1, alpha=True), sorry_server=SORRY_SERVER)).begin(0)
    assert told.line == "VS [192.0.2.10]:tcp:80 DOWN"
    assert told.event.sorry


def test_rs_init_notifies_tells_the_first_success_too():
    played = service(virtual(*TWO), first_up=True)
    played.begin(0)
    assert play(played, "+1 +1 -2 +2") == ["RS [1]:tcp:80 UP", "RS [2]:tcp:80 DOWN", "RS [2]:tcp:80 UP"]


def test_scripts_go_with_what_they_are_about():
    up, down, gained, lost = (ScriptCall(argv=(f"/bin/{name}",)) for name in ("up", "down", "gained", "lost"))
    config = virtual(real(1, notify_up=up, notify_down=down), quorum_up=gained, quorum_down=lost)
    played = service(config)
    scripts = [each.script for each in played.begin(0)]
    for now, result in enumerate((bad(Code.REFUSED, "x"), good())):
        scripts += [each.script for each in played.take(played.servers[0], 0, result, now)[1] if each.line]
    assert scripts == [gained, down, lost, up, gained]


def test_causes_in_words():
    played = service(virtual(*TWO, quorum=2))
    played.begin(0)
    told = played.take(played.servers[0], 0, bad(Code.REFUSED, "connection refused"), 7)[1]
    assert [each.event.words for each in told if not each.line] == ["connection refused"]
    assert [each.event.cause for each in told if each.line] == [
        "TCP_CHECK: connection refused",
        "live servers weigh 1, less than 2",
    ]
    assert (played.servers[0].since, played.since) == (7, 7)


def test_a_weight_that_changes_moves_the_quorum():
    played = service(virtual(real(1, weight=5), quorum=4))
    played.begin(0)
    assert [each.line for each in played.take(played.servers[0], 0, good(weight=3), 1)[1] if each.line] == [
        "VS [192.0.2.10]:tcp:80 DOWN"
    ]
    assert shown(played) == "1=3"
    assert [each.line for each in played.take(played.servers[0], 0, good(weight_change=0), 2)[1] if each.line] == [
        "VS [192.0.2.10]:tcp:80 UP"
    ]


def test_drained_and_disabled_servers():
    played = service(virtual(*TWO))
    played.begin(0)
    first = played.servers[0]
    first.order = "drained"
    assert played.settle(first, "", 1) == []
    assert (shown(played), played.weight) == ("1=0 2", 1)
    first.order = "disabled"
    assert [each.event.cause for each in played.settle(first, "", 2)] == ["disabled by order"]
    assert shown(played) == "2"
    first.order = ""
    assert [each.event.cause for each in played.settle(first, "enabled by order", 3)] == ["enabled by order"]
    assert shown(played) == "1 2"


def test_the_end_is_told_with_omega_alone():
    quiet, loud = service(virtual(*TWO)), service(virtual(*TWO, omega=True))
    for each in (quiet, loud):
        each.begin(0)
        play(each, "-2")
    assert quiet.end(9) == []
    assert [each.line for each in loud.end(9)] == [
        "RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:80 DOWN", "VS [192.0.2.10]:tcp:80 DOWN",
    ]  # fmt: skip


def test_a_service_that_a_reload_removes_is_told_without_omega():
    played = service(virtual(*TWO))
    played.begin(0)
    assert [each.event.cause for each in played.drop(9)] == ["removed by a reload"] * 3


def test_a_reload_keeps_verdicts_and_an_equal_one_changes_nothing():
    config = virtual(*TWO, quorum=2, sorry_server=SORRY_SERVER)
    played = service(config)
    played.begin(0)
    play(played, "-1")
    before = played.pool()
    assert played.reconfigure(service(config), 9) == []
    assert played.pool() == before


def test_a_reload_brings_and_takes_servers():
    played = service(virtual(*TWO))
    played.begin(0)
    play(played, "-1")
    told = played.reconfigure(service(virtual(real(1), real(3), real(4, alpha=True), scheduler="wrr")), 9)
    assert [each.line for each in told] == ["RS [10.0.0.2]:tcp:80 [192.0.2.10]:tcp:80 DOWN"]
    assert (shown(played), played.pool().scheduler) == ("3", "wrr")
    assert play(played, "+1 +3") == ["RS [1]:tcp:80 UP", "RS [4]:tcp:80 UP"]
    assert shown(played) == "1 3 4"


def test_a_reload_that_changes_the_quorum_decides_anew():
    played = service(virtual(*TWO))
    played.begin(0)
    told = played.reconfigure(service(virtual(*TWO, quorum=3)), 9)
    assert [each.line for each in told] == ["VS [192.0.2.10]:tcp:80 DOWN"]


def test_a_reload_without_the_failed_check_brings_the_server_back():
    played = service(virtual(*TWO))
    played.begin(0)
    play(played, "-1")
    told = played.reconfigure(service(virtual(structs.replace(TWO[0], checkers=()), TWO[1])), 9)
    assert [each.line for each in told] == ["RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:80 UP"]


CONFIGS = st.builds(
    lambda weights, quorum, sorry, panic: virtual(
        *(real(number, weight=weight) for number, weight in enumerate(weights, 1)),
        quorum=quorum,
        sorry_server=SORRY_SERVER if sorry else None,
        panic_threshold=panic,
    ),
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from([0, 0, 50]),
)


@settings(max_examples=200)
@given(CONFIGS, st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=20))
def test_books_and_pool_agree_whatever_happens(config, happens):
    played = service(config)
    played.begin(0)
    for now, (number, well) in enumerate(happens):
        server = played.servers[number % len(played.servers)]
        played.take(server, 0, good() if well else bad(Code.REFUSED, "x"), now)
        alive = [each for each in played.servers if each.alive]
        assert played.weight == sum(each.weight for each in alive)
        assert all(each.was_alive == each.alive for each in played.servers)
        pool = played.pool()
        if pool.serving == "sorry":
            assert [member.address for member in pool.members] == [SORRY]
            assert not played.up
        else:
            assert {each.key for each in alive} <= {(member.address, member.port) for member in pool.members}
            if not config.panic_threshold:
                assert len(pool.members) == len(alive)
        if pool.serving == "nobody":
            assert not any(member.weight for member in pool.members)
