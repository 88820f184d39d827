"""Orders from people, as they come in by the socket."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest
import trio
from trio.testing import MockClock

from standfast.config.load import load_text
from standfast.contract.checking import Checker, CheckResult, Code, ScriptEnd, bad, good
from standfast.control.protocol import Request
from standfast.health import standing_orders
from standfast.health.answers import obey
from standfast.health.balancing import BalancingPart, Means
from standfast.health.standing_orders import Held
from standfast.testing.balancing import MemoryLoadBalancer

TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
        weight 3
        TCP_CHECK {
        }
    }
    real_server 10.0.0.2 80 {
    }
}
"""
NAME = "[192.0.2.10]:tcp:80"


class Plane(MemoryLoadBalancer):
    name = "ipvs"


class Asks(Checker[None]):
    answers: ClassVar[list[CheckResult]] = []

    async def check(self):
        await trio.sleep(0.5 if self.answers else 60)
        return self.answers.pop(0)


@pytest.fixture
def autojump_clock() -> MockClock:
    return MockClock(autojump_threshold=0)


@pytest.fixture
async def part(tmp_path, nursery):
    async def run_script(call, limit, about=None):
        return ScriptEnd(status=0)

    means = Means(
        run_dir=tmp_path,
        say=lambda *_words: None,
        publish=lambda _event: None,
        run_script=run_script,
        watch_value=lambda kind, name, report: None,
        checkers={"TCP_CHECK": Asks},
        load_balancers={"ipvs": Plane},
        watchman=lambda: None,
    )
    made = BalancingPart(means, load_text(TEXT).balancing)
    nursery.start_soon(made.run)
    await trio.sleep(0.1)
    return made


async def test_servers_are_weighed_and_drained(autojump_clock, part):
    done = await obey(part, Request(do="server", action="weight", service="192.0.2.10", server="10.0.0.1", amount=7))
    assert (done.ok, done.words) == (True, "[10.0.0.1]:80 of [192.0.2.10]:tcp:80 has the weight 7")
    await obey(part, Request(do="server", action="drain", service="192.0.2.10", server="10.0.0.2", within_s=30))
    await trio.sleep(0.1)
    (pool,) = part.planes.programmers["ipvs"].applied.values()
    assert [member.weight for member in pool.members] == [7, 0]


async def test_an_order_is_written_down_before_it_is_said_to_be_done(autojump_clock, part, monkeypatch):
    drain = Request(do="server", action="drain", service="192.0.2.10", server="10.0.0.2", by="anna", why="new kernel")
    await obey(part, drain)
    (held,) = json.loads((part.means.run_dir / standing_orders.FILE).read_bytes()).values()
    assert held["[10.0.0.2]:80"]["order_from"].items() >= {"by": "anna", "why": "new kernel"}.items()

    def save(_path, _data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(standing_orders, "save", save)
    done = await obey(part, Request(do="server", action="disable", service="192.0.2.10", server="10.0.0.2"))
    assert done.ok, "it is done all the same"
    assert done.words.splitlines()[1].endswith("No space left on device; a restart forgets the order")


async def test_one_unknown_server_of_many_services_changes_none(autojump_clock, part):
    await part.commit(load_text(TEXT + TEXT.replace("2.10 80", "2.11 80").replace("10.0.0.2", "10.0.0.3")).balancing)
    answer = await obey(part, Request(do="server", action="drain", server="10.0.0.2"))
    assert not answer.ok
    assert {server.order for service in part.books.services.values() for server in service.servers} == {""}


async def test_a_server_that_one_service_lacks_is_enabled_in_the_others_too(autojump_clock, part):
    other = TEXT.replace("2.10 80", "2.11 80").replace("10.0.0.2", "10.0.0.3")
    await part.commit(load_text(TEXT + other + other.replace("2.11 80", "2.12 80")).balancing)
    await obey(part, Request(do="server", action="drain", service="192.0.2.10", server="10.0.0.2:80"))
    part.orders._held |= {"[192.0.2.11]:tcp:80": {"[10.0.0.2]:80": Held(order="drained")}}
    done = await obey(part, Request(do="server", action="enable", server="10.0.0.2:80"))
    assert done.words.splitlines() == [
        "[10.0.0.2]:80 of [192.0.2.11]:tcp:80 will count when it is there again",
        f"[10.0.0.2]:80 of {NAME} counts again",
    ]
    assert not (part.means.run_dir / standing_orders.FILE).exists()


async def test_what_was_ordered_of_a_server_that_its_name_has_left_is_taken_back(autojump_clock, part):
    part.orders._held = {NAME: {"[10.0.0.9]:80": Held(order="drained")}}
    enable = Request(do="server", action="enable", service="192.0.2.10", server="10.0.0.9:80")
    assert (await obey(part, enable)).words == f"[10.0.0.9]:80 of {NAME} will count when it is there again"
    assert not (await obey(part, enable)).ok


async def test_what_cannot_be_is_told(autojump_clock, part):
    unknown = await obey(part, Request(do="server", action="drain", service="192.0.2.10", server="10.9.9.9"))
    assert not unknown.ok
    assert "has no real server `10.9.9.9`" in unknown.words
    heavy = await obey(part, Request(do="server", action="weight", service="", server="10.0.0.1", amount=2**40))
    assert not heavy.ok
    assert await obey(part, Request(do="status")) is None


async def test_checks_at_once_show_their_results(autojump_clock, part):
    Asks.answers = [good("connected"), bad(Code.REFUSED, "connection refused")]
    first = await obey(part, Request(do="check"))
    assert first.ok
    assert first.words.startswith("[10.0.0.1]:80 of [192.0.2.10]:tcp:80 is up; TCP_CHECK: connected (")
    assert first.words.endswith("\n[10.0.0.2]:80 of [192.0.2.10]:tcp:80 is up; no checks")
    second = await obey(part, Request(do="check", service="192.0.2.10", server="10.0.0.1"))
    assert second.ok  # one failure is forgiven
    assert "is up; TCP_CHECK: connection refused" in second.words


async def test_checks_that_take_too_long_are_named(autojump_clock, part):
    Asks.answers = []
    answer = await obey(part, Request(do="check"))
    assert not answer.ok
    assert answer.words.endswith("TCP_CHECK of [10.0.0.1]:80: no answer within 10 s")
