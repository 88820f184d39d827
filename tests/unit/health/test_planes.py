"""Which data plane runs what, and what is told to all of them; planes that are only memory."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
import trio
from msgspec import structs
from trio.testing import MockClock, wait_all_tasks_blocked

from standfast.config.load import load_text
from standfast.contract.balancing import Pool
from standfast.health import memory
from standfast.health.books import Books
from standfast.health.planes import Planes
from standfast.testing.balancing import MemoryLoadBalancer

WEB, MAIL = "[192.0.2.10]:tcp:80", "[192.0.2.10]:tcp:25"


def text(*ports: int, more: str = "", globally: str = "") -> str:
    services = (
        f"virtual_server 192.0.2.10 {port} {{\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n{more}\n"
        "real_server 10.0.0.1 80 {\n}\n}\n"
        for port in ports
    )
    return f"global_defs {{\n{globally}\n}}\n" + "".join(services)


class First(MemoryLoadBalancer):
    name = "ipvs"


class Second(MemoryLoadBalancer):
    name = "nftables"


class Broken(MemoryLoadBalancer):
    name = "nftables"

    def __init__(self) -> None:
        raise KeyError("licence")


class Stage:
    def __init__(self, run_dir, *known: type[MemoryLoadBalancer], resume: bool = False) -> None:
        self.said: list[str] = []
        say = lambda level, event, words: self.said.append(f"{level} {event} {words}")  # noqa: E731
        self.books = Books(lambda service, told: None, lambda words: None)
        self.planes = Planes(run_dir, {each.name: each for each in known}, self.books.pool, say, resume=resume)
        self.nursery: trio.Nursery

    def begin(self, configuration: str) -> None:
        config = load_text(configuration).balancing
        self.planes.remember()
        self.planes.choose(config)
        self.books.begin(config, 0)
        self.planes.run_chosen(self.books.services, self.nursery)

    async def reload(self, configuration: str) -> None:
        config = load_text(configuration).balancing
        self.planes.choose(config)
        self.books.reload(config, 0)
        self.planes.run_chosen(self.books.services, self.nursery)
        await self.planes.apply(self.books.services, reconfigure=True)

    def table(self, plane: str) -> dict[str, Pool]:
        return self.planes.programmers[plane]._balancer.table


@asynccontextmanager
async def stage(run_dir, *known: type[MemoryLoadBalancer], resume: bool = False):
    made = Stage(run_dir, *known, resume=resume)
    async with trio.open_nursery() as made.nursery:
        yield made
        made.nursery.cancel_scope.cancel()


@pytest.fixture
def autojump_clock() -> MockClock:
    return MockClock(autojump_threshold=0)


async def test_each_service_is_in_its_plane_and_in_no_other(tmp_path, autojump_clock):
    async with stage(tmp_path, First, Second) as on:
        on.begin(text(80) + text(25, more="lb_backend nftables"))
        await on.planes.ready()
        assert set(on.table("ipvs")) == {WEB}
        assert set(on.table("nftables")) == {MAIL}
        await on.reload(text(80, 25))
        assert set(on.table("ipvs")) == {WEB, MAIL}
        assert set(on.table("nftables")) == set()


async def test_what_is_touched_is_programmed_when_it_says_so(tmp_path, autojump_clock):
    async with stage(tmp_path, First) as on:
        on.begin(text(80))
        await on.planes.ready()
        on.books.services[WEB].servers[0].order = "drained"
        on.planes.touch(WEB)
        await on.planes.programmed()
        assert on.table("ipvs")[WEB].members[0].weight == 0


async def test_without_a_plane_services_are_named_once(tmp_path):
    async with stage(tmp_path) as on:
        on.begin(text(80))
        words = "no data plane can balance: ipvs: no plugin brings it; nftables: no plugin brings it"
        assert on.planes.problem_of(WEB) == words
        await on.reload(text(80))
        assert on.said == [f"error lvs.unbalanced {WEB} is not balanced: {words}"]
        await on.planes.programmed()


async def test_a_plane_that_cannot_be_made_costs_its_services_alone(tmp_path, autojump_clock):
    async with stage(tmp_path, First, Broken) as on:
        on.begin(text(80) + text(25, more="lb_backend nftables"))
        await on.planes.ready()
        assert set(on.table("ipvs")) == {WEB}
        assert on.planes.problem_of(MAIL) == "nftables: its plugin raised KeyError: 'licence'"
        assert on.said == [f"error lvs.unbalanced {MAIL} is not balanced: {on.planes.problem_of(MAIL)}"]


async def test_only_a_new_problem_is_an_objection_to_a_reload(tmp_path):
    async with stage(tmp_path, First) as on:
        on.begin(text(80) + text(25, more="lb_backend nftables"))
        both = load_text(text(80, 25, more="lb_backend nftables")).balancing
        assert on.planes.objections(both) == f"{WEB}: `lb_backend nftables`: no plugin brings it."


async def test_what_is_refused_is_the_services_problem(tmp_path, autojump_clock):
    async with stage(tmp_path, First) as on:
        on.begin(text(80, 25))
        await on.planes.ready()
        on.planes.programmers["ipvs"]._balancer.refusing[WEB] = "no such scheduler"
        on.books.services[WEB].servers[0].order = "drained"
        on.planes.touch(WEB)
        await on.planes.programmed()
        assert (on.planes.problem_of(WEB), on.planes.problem_of(MAIL)) == ("no such scheduler", "")
        on.planes.programmers["ipvs"].problem = "does not start"
        assert (on.planes.problem_of(WEB), on.planes.problem_of(MAIL)) == ("no such scheduler", "does not start")


async def test_masters_are_followed_by_planes_that_come_later_too(tmp_path, autojump_clock):
    async with stage(tmp_path, First, Second) as on:
        on.begin(text(80))
        await on.planes.ready()
        await on.planes.follow(frozenset({"VI_1"}))
        await on.reload(text(80) + text(25, more="lb_backend nftables"))
        await on.planes.ready()
        await wait_all_tasks_blocked()  # the reload may program a plane before it hears of the masters
        assert [each._balancer.masters for each in on.planes.programmers.values()] == [{"VI_1"}] * 2


async def test_a_successor_takes_off_what_is_not_wanted_any_more(tmp_path, autojump_clock):
    """Also from a plane that has no service now."""
    async with stage(tmp_path, First, Second) as on:
        on.begin(text(80) + text(25, more="lb_backend nftables"))
        await on.planes.ready()
        left = on.table("nftables")
        assert set(memory.load_pools(tmp_path)) == {"ipvs", "nftables"}

    class Later(Second):
        def __init__(self) -> None:
            super().__init__()
            self.table = left

    async with stage(tmp_path, First, Later) as on:
        on.begin(text(80))
        await on.planes.ready()
        assert set(on.planes.programmers) == {"ipvs", "nftables"}
        assert left == {}
        await on.planes.stop(leave=True)
        assert (tmp_path / memory.POOLS).exists()
        await on.planes.stop(leave=False)
        assert not (tmp_path / memory.POOLS).exists()


@pytest.mark.parametrize("resume", [False, True])
async def test_a_successor_does_not_flush_again(tmp_path, autojump_clock, resume):
    async with stage(tmp_path, First, resume=resume) as on:
        on.begin(text(80, globally="lvs_flush"))
        await on.planes.ready()
        assert on.planes.programmers["ipvs"]._balancer.settings.flush is not resume


async def test_counters_are_read_while_somebody_asks(tmp_path, autojump_clock):
    async with stage(tmp_path, First) as on:
        on.nursery.start_soon(on.planes.count)
        on.begin(text(80))
        await trio.sleep(60)
        assert on.planes.statistics == {}
        assert set(on.planes.describe()) == {"ipvs"}
        await trio.sleep(1)
        assert set(on.planes.statistics) == {WEB}
        on.table("ipvs")[MAIL] = structs.replace(on.table("ipvs")[WEB], name=MAIL)
        await trio.sleep(60)
        assert set(on.planes.statistics) == {WEB}, "nobody has asked again"
