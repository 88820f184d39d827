"""The balancing part as the health process runs it: real hub, real sockets, a data plane that is only memory."""

from __future__ import annotations

import msgspec
import pytest
import trio

from standfast.config.health_model import HealthConfig, TrackedCheck
from standfast.config.load import load_text
from standfast.config.lvs_model import Pace
from standfast.config.tracking_model import SERVICES
from standfast.contract.checking import Checker, CheckResult, Code, bad, good
from standfast.control.protocol import InstanceNow, Request
from standfast.health import looking_after, verdicts
from standfast.health.feed import Snapshot
from standfast.health.hub import Hub
from standfast.health.looking_after import LookingAfter
from standfast.health.verdicts import Verdict
from standfast.plugins import Plugins
from standfast.registry import Registry
from standfast.testing.balancing import MemoryLoadBalancer

TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
        TCP_CHECK {
            warmup 0
        }
    }
    real_server 10.0.0.2 80 {
    }
}
"""
NAME = "[192.0.2.10]:tcp:80"
PLANES: list[MemoryLoadBalancer] = []


class Plane(MemoryLoadBalancer):
    name = "ipvs"

    def __init__(self) -> None:
        super().__init__()
        PLANES.append(self)


class Asks(Checker[None]):
    answer: CheckResult = good("connected")

    async def check(self) -> CheckResult:
        await trio.lowlevel.checkpoint()
        return self.answer


@pytest.fixture
def part(surroundings, monkeypatch):
    PLANES.clear()
    registry = Registry(checkers={"TCP_CHECK": Asks}, load_balancers={"ipvs": Plane})
    monkeypatch.setattr(looking_after, "find_plugins", lambda **_guard: Plugins(registry=registry))
    return LookingAfter(Hub(surroundings.setup, config()))


def config(text: str = TEXT, **more) -> HealthConfig:
    return HealthConfig(balancing=load_text(text).balancing, **more)


async def until(condition) -> None:
    with trio.fail_after(60):
        while not condition():  # noqa: ASYNC110 - looks from outside
            await trio.sleep(0.01)


async def test_from_start_to_stop(part, nursery, surroundings):
    nursery.start_soon(part.run)
    await until(lambda: PLANES and NAME in PLANES[0].table)
    assert [event.service for event in part.hub.ring.since(0)[1]] == [NAME]
    described = part.describe()
    assert described["services"][0]["servers"][0]["state"] == "up"
    msgspec.json.encode(described)
    outcome = await part.order(Request(do="server", action="disable", service=NAME, server="10.0.0.2"))
    assert outcome.ok
    await until(lambda: len(PLANES[0].table[NAME].members) == 1)
    assert await part.order(Request(do="stop")) is None
    await part.stop(leave=False)
    assert PLANES[0].table == {}


async def test_a_reload_is_prepared_and_committed(part, nursery):
    nursery.start_soon(part.run)
    await until(lambda: PLANES and PLANES[0].batches)
    new = config(TEXT.replace("lvs_sched rr", "lvs_sched wrr"))
    assert await part.prepare(new) == ""
    assert await part.commit(new) == (f"{NAME} has changed",)
    assert PLANES[0].table[NAME].scheduler == "wrr"


async def test_vrrp_hears_that_the_services_are_in_the_kernel_and_again_after_a_reload(part, nursery, surroundings):
    def heard() -> list[Verdict]:
        return [each for each in verdicts.receive(surroundings.vrrp) if each.name == SERVICES]

    nursery.start_soon(part.run)
    (told,) = await eventually(heard)
    assert (told.good, told.max_age, told.words) == (True, 0, "in the kernel")
    assert PLANES[0].table.keys() == {NAME}
    await part.commit(config())
    assert await eventually(heard)


async def eventually(look):
    with trio.fail_after(60):
        while not (found := look()):  # noqa: ASYNC110 - looks from outside
            await trio.sleep(0.01)
    return found


async def test_the_masters_of_vrrp_are_followed(part, nursery):
    nursery.start_soon(part.run)
    await until(lambda: PLANES and PLANES[0].started)
    part.hub.hear(Snapshot("first", 1, (InstanceNow(name="VI_1", state="MASTER", priority=100),)))
    await until(lambda: PLANES[0].masters == {"VI_1"})


async def test_vrrp_hears_of_the_checks_that_it_tracks(surroundings, nursery, monkeypatch):
    registry = Registry(checkers={"TCP_CHECK": Asks})
    monkeypatch.setattr(looking_after, "find_plugins", lambda **_guard: Plugins(registry=registry))
    monkeypatch.setattr(Asks, "answer", bad(Code.REFUSED, "connection refused"))
    pace = Pace(delay_loop=100_000, warmup=0)
    check = TrackedCheck(name="web", kind="TCP_CHECK", pace=pace)
    part = LookingAfter(Hub(surroundings.setup, HealthConfig(checks=(check,))))
    nursery.start_soon(part.run)
    with trio.fail_after(60):
        await trio.lowlevel.wait_readable(surroundings.vrrp)
    verdict = msgspec.msgpack.decode(surroundings.vrrp.recv(65_536), type=Verdict)
    assert (verdict.name, verdict.good, verdict.words) == ("web", False, "connection refused")
    await part.commit(HealthConfig())
    assert part.part.scheduler.probes == {}


async def test_broken_plugins_are_said(surroundings, monkeypatch):
    from standfast.config.diagnostics import Diagnostic, Span

    fault = Diagnostic("error", "SF5002", Span("plugin", 1, 1, 2), "plugin `x` does not work", "")
    monkeypatch.setattr(looking_after, "find_plugins", lambda **_guard: Plugins(faults=[fault]))
    LookingAfter(Hub(surroundings.setup, HealthConfig()))
    assert b"plugin `x` does not work" in surroundings.log.recv(65_536)


async def test_who_was_at_work_when_a_predecessor_ended_is_accused(part, surroundings):
    step = part.hub.run_dir / looking_after.STEP
    part.hub.resume = True
    for _ in range(2):
        step.write_bytes(b"LDAP_CHECK of [10.0.0.1]:389\0" + bytes(200))
        part = LookingAfter(part.hub)
        with trio.move_on_after(0.05):
            await part.run()
    assert part.part.roster.banned == "LDAP_CHECK of [10.0.0.1]:389"
    assert looking_after.StepNote.left(step) == ""
