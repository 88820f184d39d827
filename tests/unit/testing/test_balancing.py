"""The data plane that is only memory, which everything else is tested with."""

from __future__ import annotations

from msgspec import structs

from standfast.config.lvs_model import LvsGlobals
from standfast.contract.balancing import Entrance, Failure, Member, Pool, PoolChange
from standfast.registry import Registry
from standfast.testing.balancing import MemoryLoadBalancer
from standfast.values import Address

VIP, SERVER = Address.parse("192.0.2.10"), Address.parse("10.0.0.1")
POOL = Pool(
    name="web",
    family=4,
    protocol="TCP",
    entrances=(Entrance(first=VIP, last=VIP, port=80),),
    members=(Member(address=SERVER, port=80),),
)


async def test_what_is_applied_is_read_back_and_goes_at_the_end():
    memory = MemoryLoadBalancer()
    await memory.start(LvsGlobals(), adopt=())
    assert await memory.apply([PoolChange(old=None, new=POOL)]) == ()
    assert await memory.read() == (POOL,)
    await memory.stop(leave=False)
    assert memory.table == {}


async def test_what_somebody_else_did_is_set_right_and_told():
    memory = MemoryLoadBalancer()
    await memory.apply([PoolChange(old=None, new=POOL)])
    memory.table["web"] = structs.replace(POOL, members=())
    memory.disturb()
    await memory.disturbed()
    assert [repair.pool for repair in await memory.repair()] == ["web"]
    assert (await memory.read(), await memory.repair()) == ((POOL,), ())


async def test_a_refused_change_is_a_failure():
    memory = MemoryLoadBalancer()
    memory.refusing["web"] = "no memory"
    assert await memory.apply([PoolChange(old=None, new=POOL)]) == (Failure(pool="web", words="no memory"),)
    assert memory.table == {}


async def test_foreign_pools_are_left_alone():
    memory = MemoryLoadBalancer()
    memory.table["theirs"] = POOL
    await memory.start(LvsGlobals(), adopt=())
    assert await memory.read() == ()
    await memory.stop(leave=False)
    assert list(memory.table) == ["theirs"]


def test_it_keeps_the_contract_and_shows_what_it_would_do():
    Registry().load_balancer(MemoryLoadBalancer)
    lines = MemoryLoadBalancer.render([PoolChange(old=None, new=POOL), PoolChange(old=POOL, new=None)], LvsGlobals())
    assert lines == ["add web wlc servers", "    10.0.0.1 80 weight 1 NAT", "remove web"]
