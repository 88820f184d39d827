"""Checks, books and data plane put together, on a clock that jumps and a data plane that is only memory."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import trio
from trio.testing import MockClock

from standfast.config.load import load_text
from standfast.contract.checking import Checker, CheckResult, Code, ScriptEnd, bad, good
from standfast.control.protocol import Request
from standfast.events import CheckChange
from standfast.health import memory as on_disk
from standfast.health.answers import obey
from standfast.health.balancing import CULPRIT, BalancingPart, Means
from standfast.health.names import Answer
from standfast.testing.balancing import MemoryLoadBalancer
from standfast.values import Address

SERVER = """
    real_server 10.0.0.{number} 80 {{
        TCP_CHECK {{
            warmup 0
            delay_loop 10
            retry 1
        }}
        notify_up "/bin/up {number}"
        notify_down "/bin/down {number}"
    }}
"""
NAME = "[192.0.2.10]:tcp:80"


def text(*servers: int, more: str = "", globally: str = "", port: int = 80) -> str:
    return (
        f"global_defs {{\n{globally}\n}}\nvirtual_server 192.0.2.10 {port} {{\nprotocol TCP\nlvs_sched rr\n"
        f"lvs_method NAT\n{more}\n" + "".join(SERVER.format(number=number) for number in servers) + "}\n"
    )


class World:
    """Which servers answer, what the kernel holds, what was said and run."""

    def __init__(self, run_dir) -> None:
        self.dead: set[str] = set()
        self.planes: list[MemoryLoadBalancer] = []
        self.said: list[str] = []
        self.events: list[Any] = []
        self.scripts: list[str] = []
        self.run_dir = run_dir
        self.addresses: set[Address] = set()
        self.kernel: dict[str, Any] = {}
        """Outlives processes."""
        self.told_of: list[str] = []
        """What the kernel held when an event was told."""

    def publish(self, event: Any) -> None:
        if not isinstance(event, CheckChange):
            self.events.append(event)
            self.told_of.append(self.members() if NAME in self.kernel else "")

    @property
    def lines(self) -> list[str]:
        """As `lvs_notify_fifo` gets them."""
        return [event.line for event in self.events]

    def part(self, configuration: str, *, resume: bool = False) -> BalancingPart:
        world = self

        class Plane(MemoryLoadBalancer):
            name = "ipvs"

            def __init__(self) -> None:
                super().__init__()
                self.table = world.kernel
                world.planes.append(self)

        class Asks(Checker[None]):
            async def check(self) -> CheckResult:
                await trio.lowlevel.checkpoint()
                if str(self.target.address) in world.dead:
                    return bad(Code.REFUSED, "connection refused")
                return good("connected")

        async def run_script(call, limit, about=None):
            await trio.lowlevel.checkpoint()
            self.scripts.append(str(call))
            return ScriptEnd(status=0)

        means = Means(
            run_dir=self.run_dir,
            say=lambda level, event, words: self.said.append(f"{level} {event} {words}"),
            publish=self.publish,
            run_script=run_script,
            watch_value=lambda kind, name, report: None,
            checkers={"TCP_CHECK": Asks},
            load_balancers={"ipvs": Plane},
            watchman=lambda: None,
            resume=resume,
        )
        return BalancingPart(means, load_text(configuration).balancing)

    def members(self, name: str = NAME) -> str:
        pool = self.kernel[name]
        return " ".join(f"{str(each.address).rpartition('.')[2]}={each.weight}" for each in pool.members)


@asynccontextmanager
async def running(part: BalancingPart):
    async with trio.open_nursery() as nursery:
        nursery.start_soon(part.run)
        await trio.sleep(0.1)
        yield part
        nursery.cancel_scope.cancel()


@pytest.fixture
def world(tmp_path) -> World:
    return World(tmp_path)


@pytest.fixture
def autojump_clock() -> MockClock:
    return MockClock(autojump_threshold=0)


async def test_from_a_failed_check_to_the_data_plane(world, autojump_clock):
    async with running(world.part(text(1, 2))) as part:
        assert world.members() == "1=1 2=1"
        assert world.lines == [f"VS {NAME} UP"]
        await trio.sleep(2)
        world.dead.add("10.0.0.1")
        await trio.sleep(12)
        assert world.members() == "2=1"
        assert world.lines[1:] == [f"RS [10.0.0.1]:tcp:80 {NAME} DOWN"]
        assert world.scripts == ["/bin/down 1"]
        world.dead.clear()
        await trio.sleep(12)
        assert world.members() == "1=1 2=1"
        assert world.scripts == ["/bin/down 1", "/bin/up 1"]
        shown = part.describe()
        assert shown["services"][0]["servers"][0]["checks"][0]["last"] == "connected"
        assert shown["planes"]["ipvs"]["batches"] == 3
        assert shown["checks"]["probes"] == 2


async def test_others_have_their_turn_while_very_many_servers_are_described(world, autojump_clock, monkeypatch):
    monkeypatch.setattr("standfast.health.balancing.IN_ONE_TURN", 2)
    services = "".join(text(*range(1, 4), port=port) for port in range(80, 90))
    async with running(world.part(services)) as part, trio.open_nursery() as nursery:
        turns: list[int] = []

        async def count() -> None:
            while True:
                turns.append(1)
                await trio.lowlevel.checkpoint()

        nursery.start_soon(count)
        pieces = [piece async for piece in part.described()]
        assert (len(pieces), len(turns) >= 9) == (11, True)
        assert msgspec.json.decode(b"".join(pieces)) == part.describe()
        nursery.cancel_scope.cancel()


async def test_a_thousand_servers_that_fail_together_are_one_batch(world, autojump_clock):
    servers = [f"real_server 10.1.{n // 250}.{n % 250 + 1} 80 {{\nTCP_CHECK {{\nwarmup 0\n}}\n}}" for n in range(1000)]
    whole = text(more="\n".join(servers))
    async with running(world.part(whole)):
        world.dead = {f"10.1.{n // 250}.{n % 250 + 1}" for n in range(1000)}
        await trio.sleep(3)
        assert world.members() == ""
        assert len(world.planes[0].batches) == 2
        assert len([line for line in world.lines if "DOWN" in line]) == 1001


async def test_who_hears_of_a_change_finds_the_kernel_changed(world, autojump_clock):
    quorum = 'quorum_up "/bin/quorum up"\nquorum_down "/bin/quorum down"\nsorry_server 10.0.0.9 80'
    async with running(world.part(text(1, more=quorum))):
        world.dead.add("10.0.0.1")
        await trio.sleep(12)
        world.dead.clear()
        await trio.sleep(12)
    changes = [(event.line.split()[0], event.up) for event in world.events]
    assert changes == [("VS", True), ("RS", False), ("VS", False), ("RS", True), ("VS", True)]
    assert world.told_of == ["1=1", "9=1", "9=1", "1=1", "1=1"]
    assert world.scripts == ["/bin/quorum up", "/bin/down 1", "/bin/quorum down", "/bin/up 1", "/bin/quorum up"]


async def test_a_reload_has_told_everything_when_it_is_done(world, autojump_clock):
    async with running(world.part(text(1, 2) + text(1, port=81))) as part:
        await trio.sleep(5)
        del world.events[:], world.told_of[:]
        await part.commit(load_text(text(1)).balancing)
        assert world.lines == [
            f"RS [10.0.0.1]:tcp:80 {NAME.replace('80', '81')} DOWN",
            f"VS {NAME.replace('80', '81')} DOWN",
            f"RS [10.0.0.2]:tcp:80 {NAME} DOWN",
        ]
        assert set(world.told_of) == {"1=1"}


async def test_what_was_decided_just_before_the_end_is_told(world, autojump_clock):
    for leave in (True, False):
        async with running(world.part(text(1))) as part:
            (service,) = part.books.services.values()
            server = service.servers[0]
            server.order = "disabled"
            part.books.heed(service, service.settle(server, "", 0))
            await part.stop(leave=leave)
            assert world.lines[-2:] == [f"RS [10.0.0.1]:tcp:80 {NAME} DOWN", f"VS {NAME} DOWN"]
            del world.events[:]


async def test_a_reload_that_changes_nothing_touches_nothing(world, autojump_clock):
    async with running(world.part(text(1, 2))) as part:
        world.dead.add("10.0.0.1")
        await trio.sleep(5)
        batches, made = len(world.planes[0].batches), part.scheduler.figures.made
        probes = set(part.scheduler.probes.values())
        same = load_text(text(1, 2)).balancing
        assert part.prepare(same) == ""
        assert await part.commit(same) == ()
        assert (len(world.planes[0].batches), part.scheduler.figures.made) == (batches, made)
        assert set(part.scheduler.probes.values()) == probes
        assert world.members() == "2=1"


async def test_a_reload_programs_before_it_says_done(world, autojump_clock):
    async with running(world.part(text(1, 2))) as part:
        await trio.sleep(5)
        other = load_text(text(2, 3, more="quorum 2", port=81) + text(1, globally="lvs_timeouts tcp 9")).balancing
        words = await part.commit(other)
        assert set(world.kernel) == {"[192.0.2.10]:tcp:81", NAME}
        assert world.members() == "1=1"
        assert set(words) == {f"{NAME} has changed", "[192.0.2.10]:tcp:81 is balanced now"}
        assert world.planes[0].settings.timeouts_s == {"tcp": 9}


async def test_a_service_that_goes_is_taken_off(world, autojump_clock):
    async with running(world.part(text(1) + text(1, port=81))) as part:
        await part.commit(load_text(text(1)).balancing)
        assert set(world.kernel) == {NAME}
        assert f"RS [10.0.0.1]:tcp:80 {NAME.replace('80', '81')} DOWN" in world.lines


async def test_what_is_in_the_kernel_is_noted_for_a_successor(world, autojump_clock):
    """A data plane can adopt only what it is told exactly."""
    async with running(world.part(text(1, 2))) as part:
        world.dead.add("10.0.0.1")
        await trio.sleep(15)
        noted = on_disk.load_pools(world.run_dir)
        assert noted == {"ipvs": list(part.planes.programmers["ipvs"].applied.values())}
        assert len(noted["ipvs"][0].members) == 1


async def test_what_is_only_watched_is_told_to_vrrp_again_and_again(world, autojump_clock):
    class Seat:
        said = 0

        def repeat(self, now):
            self.said += 1

    async with running(world.part(text(1))) as part:
        part.tracked = [seat := Seat()]
        await trio.sleep(5)
        assert seat.said in (4, 5)


async def test_a_successor_takes_over_what_it_finds(world, autojump_clock):
    async with running(world.part(text(1, 2))):
        world.dead.add("10.0.0.1")
        await trio.sleep(5)  # and is killed: nobody stops it
    assert world.members() == "2=1"
    part = world.part(text(1, 2), resume=True)
    async with running(part):
        assert world.planes[1].batches == []
        assert world.members() == "2=1"
        assert world.lines.count(f"VS {NAME} UP") == 2
        await trio.sleep(30)
        world.dead.clear()
        await trio.sleep(12)
        assert world.members() == "1=1 2=1"


async def test_a_new_start_begins_afresh_but_takes_off_what_is_left(world, autojump_clock):
    async with running(world.part(text(1, 2) + text(1, port=81))):
        world.dead.add("10.0.0.1")
        await trio.sleep(5)
    world.kernel["theirs"] = world.kernel[NAME]
    async with running(world.part(text(1, 2))):
        assert set(world.kernel) == {NAME, "theirs"}
        assert world.members() == "1=1 2=1"  # as keepalived: up until a check says otherwise


async def test_initial_state_last_restores_verdicts(world, autojump_clock):
    configuration = load_text(text(1, 2)).balancing
    async with running(world.part(text(1, 2))) as part:
        world.dead.add("10.0.0.1")
        await trio.sleep(5)
        await part.stop(leave=False)
    assert world.kernel == {}
    assert not (world.run_dir / on_disk.POOLS).exists()
    part = world.part(text(1, 2))
    services = tuple(msgspec.structs.replace(each, initial_state="last") for each in configuration.virtual_servers)
    part.config = msgspec.structs.replace(configuration, virtual_servers=services)
    async with running(part):
        assert world.members() == "2=1"


async def test_the_end_runs_scripts_with_omega_and_takes_everything_off(world, autojump_clock):
    async with running(world.part(text(1, more='omega\nquorum_down "/bin/lost"'))) as part:
        await part.stop(leave=False)
        assert sorted(world.scripts) == ["/bin/down 1", "/bin/lost"]
        assert world.kernel == {}


async def test_or_leaves_it_for_a_successor(world, autojump_clock):
    async with running(world.part(text(1, more="omega"))) as part:
        await part.stop(leave=True)
        assert world.scripts == []
        assert set(world.kernel) == {NAME}
        assert (world.run_dir / on_disk.POOLS).exists()


async def test_drains_end_by_themselves(world, autojump_clock, monkeypatch):
    import standfast.health.balancing as module

    monkeypatch.setattr(module.clock, "now", lambda: round(trio.current_time() * 1e6))
    async with running(world.part(text(1, 2))) as part:
        (service,) = part.books.services.values()
        server = service.servers[0]
        server.order, server.order_ends = "drained", module.clock.now() + 30_000_000
        part.books.heed(service, service.settle(server, "", 0))
        part.drains_changed()
        await trio.sleep(29)
        assert world.members() == "1=0 2=1"
        await trio.sleep(2)
        assert world.members() == "2=1"


async def test_orders_hold_at_every_start_and_verdicts_do_not(world, autojump_clock):
    world.dead = {"10.0.0.3"}
    async with running(world.part(text(1, 2, 3))) as part:
        await trio.sleep(20)
        for server, action in (("10.0.0.1", "drain"), ("10.0.0.2", "disable")):
            await obey(part, Request(do="server", action=action, server=server, by="anna"))
    world.dead.clear()
    async with running(world.part(text(1, 2, 3))) as part:
        assert world.members() == "1=0 3=1"
        assert len([line for line in world.said if "still is" in line and " by anna" in line]) == 2
        await obey(part, Request(do="server", action="enable", server="10.0.0.2"))
    async with running(world.part(text(1, 2, 3))):
        assert world.members() == "1=0 2=1 3=1"


async def test_the_end_of_a_drain_holds_for_a_successor_too(world, autojump_clock, monkeypatch):
    import standfast.health.balancing as module

    monkeypatch.setattr(module.clock, "now", lambda: round(trio.current_time() * 1e6))
    async with running(world.part(text(1, 2))) as part:
        await obey(part, Request(do="server", action="drain", server="10.0.0.1", within_s=30))
        await trio.sleep(31)
    async with running(world.part(text(1, 2))):
        assert world.members() == "2=1"


async def test_without_a_data_plane_it_says_so_and_checks_all_the_same(world, autojump_clock):
    part = world.part(text(1, globally=""))
    part.means.load_balancers.clear()
    async with running(part):
        await trio.sleep(5)
        shown = part.describe()["services"][0]
        assert shown["problem"].startswith("no data plane can balance: ipvs: no plugin brings it")
        assert shown["servers"][0]["checks"][0]["last"] == "connected"
        assert any("lvs.unbalanced" in line for line in world.said)


async def test_a_reload_to_what_cannot_run_is_refused(world, autojump_clock):
    async with running(world.part(text(1))) as part:
        config = load_text(text(1)).balancing
        asks = msgspec.structs.replace(config, globals=msgspec.structs.replace(config.globals, backend="nftables"))
        assert part.prepare(asks) == f"{NAME}: `lb_backend nftables`: no plugin brings it."


async def test_servers_by_name_come_and_go_with_their_addresses(world, autojump_clock):
    named = text(2, more="real_server 10.0.0.1 80 {\ndns_name web.example.com\nTCP_CHECK {\nwarmup 0\n}\n}")
    part = world.part(named)
    meaning = ["10.0.0.1"]

    async def look_up(name):
        await trio.sleep(0.01)
        return Answer(tuple(Address.parse(each) for each in meaning), 20)

    part.means.look_up = look_up
    part.names.look_up = look_up
    async with running(part):
        assert world.members() == "1=1 2=1"
        await trio.sleep(5)
        meaning[:] = ["10.0.0.3", "10.0.0.4"]
        await trio.sleep(20)
        assert set(world.members().split()) == {"2=1", "3=1", "4=1"}
        assert len(part.scheduler.probes) == 3
        gone = [event for event in world.events if getattr(event, "server", "") == "[10.0.0.1]:80"]
        assert gone[-1].cause == "its name means other addresses"
        await part.commit(load_text(text(2)).balancing)
        assert world.members() == "2=1"


async def test_what_the_kernel_refuses_is_in_status(world, autojump_clock):
    part = world.part(text(1))
    async with running(part):
        world.planes[0].refusing[NAME] = "no such scheduler"
        await part.commit(load_text(text(1, 2)).balancing)
        assert part.describe()["services"][0]["problem"] == "no such scheduler"


async def test_a_check_that_hung_the_predecessor_is_left_out_and_named(world, autojump_clock):
    label = "TCP_CHECK of [10.0.0.1]:80"
    (world.run_dir / CULPRIT).write_text(f'{{"task":"{label}","wall":{time.time()}}}')
    async with running(world.part(text(1))) as part:
        await trio.sleep(5)
        check = part.describe()["services"][0]["servers"][0]["checks"][0]
        assert "hung or ended the health process" in check["last"]
        assert check["up"]
        assert any(label in line for line in world.said)


async def test_ha_suspend_waits_for_the_address(world, autojump_clock):
    class Host:
        @staticmethod
        def owns(address: Address) -> bool:
            return address in world.addresses

    import os

    reading, writing = os.pipe()

    class Watchman:
        host, owes_a_resync = Host, False

        @staticmethod
        def fileno() -> int:
            return reading

        @staticmethod
        def read(limit: int = 64) -> list[object]:
            return [os.read(reading, 10)]

    part = world.part(text(1, more="ha_suspend"))
    part.means.watchman = Watchman
    async with running(part):
        await trio.sleep(60)
        assert part.scheduler.figures.made == 0
        world.addresses.add(Address.parse("192.0.2.10"))
        os.write(writing, b"x")
        await trio.testing.wait_all_tasks_blocked(0.05)
        await trio.sleep(5)
        assert part.scheduler.figures.made >= 1
    os.close(reading)
    os.close(writing)
