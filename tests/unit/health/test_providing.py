"""The part: real hub, a provider that does as it is told."""

from __future__ import annotations

import msgspec
import pytest
import trio

from standfast.config.health_model import HealthConfig, NoticeTarget
from standfast.config.keywords.notifying import NotifierType
from standfast.config.record import Record
from standfast.config.schema import Block
from standfast.contract.notifying import NotDelivered
from standfast.contract.providing import AddressProvider, Cadence
from standfast.control.protocol import InstanceNow
from standfast.events import LowerPriorityMaster
from standfast.health import providing
from standfast.health.feed import Numbered, Snapshot
from standfast.health.hub import Hub
from standfast.health.providing import Providing
from standfast.plugins import Plugins
from standfast.registry import Registry
from standfast.values import MILLISECOND


class Options(Record, frozen=True):
    instance: str


class Cloud(AddressProvider[Options]):
    contract = 1
    declaration = NotifierType(Block("cloud", "x", "cloud a {\n}"), lambda _place: None, Options)
    done: list
    here = True
    fail: BaseException | None = None
    hang = False

    def __init__(self, options):
        super().__init__(options)
        if options.instance == "impossible":
            raise ValueError("no such cloud")

    @property
    def instance(self):
        return self.options.instance

    @property
    def cadence(self):
        fast = 10 * MILLISECOND
        return Cadence(interval=fast, settle=fast, timeout=60_000 * MILLISECOND, first_pause=fast, longest_pause=fast)

    async def claim(self, claim):
        await self._do("claim", claim)

    async def verify(self, claim):
        await self._do("verify", claim)
        return Cloud.here

    async def _do(self, what, claim):
        await trio.lowlevel.checkpoint()
        if Cloud.fail is not None:
            raise Cloud.fail
        Cloud.done.append((what, claim.instance, claim.host, claim.addresses))
        if Cloud.hang:
            try:
                await trio.sleep_forever()
            finally:
                Cloud.done.append("broken off")

    async def close(self):
        Cloud.done.append("closed")


def config(*names: str) -> HealthConfig:
    wanted = [
        NoticeTarget(kind="cloud", name=f"for-{n}", options=msgspec.msgpack.encode(Options(instance=n))) for n in names
    ]
    return HealthConfig(providers=tuple(wanted), addresses={"VI": ("192.0.2.10/24",)}, router_id="lb-a")


@pytest.fixture
def part(surroundings, monkeypatch):
    Cloud.done, Cloud.here, Cloud.fail, Cloud.hang = [], True, None, False
    plugins = Plugins(registry=Registry(address_providers={"cloud": Cloud}))
    monkeypatch.setattr(providing, "find_plugins", lambda **_guard: plugins)
    return Providing(Hub(surroundings.setup, config("VI")))


def is_now(part, state: str, number: int = 1) -> None:
    part.hub.hear(Snapshot("first", number, (InstanceNow(name="VI", state=state, priority=1),)))


async def until(condition) -> None:
    with trio.fail_after(60):
        while not condition():  # noqa: ASYNC110 - looks from outside
            await trio.sleep(0.005)


async def test_while_master_it_claims_and_looks(part, nursery):
    nursery.start_soon(part.run)
    is_now(part, "BACKUP")
    await trio.sleep(0.05)
    assert Cloud.done == []
    is_now(part, "MASTER")
    await until(lambda: len(Cloud.done) >= 3)
    assert Cloud.done[0] == ("claim", "VI", "lb-a", ("192.0.2.10/24",))
    assert {each[0] for each in Cloud.done[1:]} == {"verify"}
    assert part.describe()[0]["state"] == "held"
    is_now(part, "BACKUP")
    count = len(Cloud.done)
    await trio.sleep(0.05)
    assert len(Cloud.done) == count
    await part.stop(leave=False)
    await until(lambda: Cloud.done[-1] == "closed")


async def test_a_claim_that_is_under_way_ends_with_the_mastership(part, nursery):
    Cloud.hang = True
    nursery.start_soon(part.run)
    is_now(part, "MASTER")
    await until(lambda: Cloud.done)
    is_now(part, "LEAVING")
    await until(lambda: Cloud.done[-1] == "broken off")
    assert part.describe()[0]["state"] == "idle"


async def test_errors_are_soft(part, nursery, surroundings):
    Cloud.fail = NotDelivered("answered 500", retry_after_s=0.01)
    nursery.start_soon(part.run)
    is_now(part, "MASTER")
    await until(lambda: part.describe()[0]["failures"] >= 2)
    assert part.describe()[0]["last_error"] == "answered 500"
    assert b"cloud for-VI for VI: answered 500" in surroundings.log.recv(65_536)
    Cloud.fail = ZeroDivisionError("bug")
    await until(lambda: "ZeroDivisionError" in part.describe()[0]["last_error"])
    Cloud.fail = None
    await until(lambda: part.describe()[0]["state"] == "held")


async def test_another_master_and_another_place(part, nursery):
    nursery.start_soon(part.run)
    is_now(part, "MASTER")
    await until(lambda: part.describe()[0]["state"] == "held")
    event = LowerPriorityMaster(at=1, instance="VI", other="x", other_priority=1, priority=2)
    part.hub.hear(Numbered(2, event))
    await until(lambda: [each[0] for each in Cloud.done].count("claim") == 2)
    Cloud.here = False
    await until(lambda: part.describe()[0]["state"] == "contested")
    assert [each[0] for each in Cloud.done].count("claim") >= 2


async def test_what_is_not_known_is_not_claimed(part, nursery):
    part.hub.hears_vrrp = lambda: False
    nursery.start_soon(part.run)
    is_now(part, "MASTER")
    await trio.sleep(0.05)
    assert Cloud.done == []


async def test_a_reload(part, nursery):
    nursery.start_soon(part.run)
    assert await part.prepare(config("impossible")) == "cloud for-impossible: no such cloud"
    assert await part.prepare(config("VI")) == ""
    assert await part.commit(config("VI")) == ()
    is_now(part, "MASTER")
    await until(lambda: Cloud.done)
    assert await part.prepare(config()) == ""
    assert await part.commit(config()) == ("cloud for-VI has changed",)
    await until(lambda: Cloud.done[-1] == "closed")
    assert part.describe() is None
