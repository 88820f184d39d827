"""What clients notice: of a hundred changes while they connect, and of another balancer that takes over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import trio
from harness.farm import SERVERS, VIP, Balanced, Farm, alive, hang_up, members, web

from standfast.api import Address, Entrance, Persistence
from standfast.lab.lab import Lab


@pytest.fixture
def farm() -> Iterator[Farm]:
    with Lab() as lab:
        yield Farm(lab, ("lb", "other"))


A_VIP = Address.parse(VIP)
POOLS = (
    web(1, 1, 1),
    web(1, 0, 1),
    web(3, 1, 1, scheduler="wrr"),
    web(1, 1, 0, scheduler="mh"),
    web(1, 1, 1, scheduler="random"),
    web(0, 1, 1, persistence=Persistence(timeout_s=5)),
    web(1, 1, 1, name=f"[{VIP}]:tcp:81", entrances=(Entrance(first=A_VIP, last=A_VIP, port=81),)),
)
"""Nobody of these ever lacks a server that has begun something: no connection may fail."""


async def changed_while_asked(farm: Farm, connections: int, changes: int) -> Counter[str]:
    balanced = Balanced(farm.lb)
    await balanced.start()
    await balanced.have(POOLS[0])
    answers: Counter[str] = Counter()

    done = 0

    async def ask() -> None:
        while answers.total() < connections or done < changes:
            answers.update(await trio.to_thread.run_sync(farm.ask, 50))
        nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        while True:
            extra = POOLS[-1:] if done % 3 == 0 else ()
            await balanced.have(POOLS[done % (len(POOLS) - 1)], *extra)
            done += 1
            if done % 10 == 0:
                balanced.balancer._install_all()  # as after a repair: everything goes and comes
            await trio.sleep(0.02)  # noqa: TID251 - not the VRRP process
    await balanced.balancer.stop(leave=False)
    return answers


async def test_no_connection_fails_while_servers_change(farm):
    answers = await changed_while_asked(farm, 600, 10)
    assert set(answers) == set(SERVERS), answers
    assert answers.total() >= 600


@pytest.mark.alone
@pytest.mark.full
async def test_four_thousand_connections_and_a_hundred_changes(farm):
    answers = await changed_while_asked(farm, 4000, 100)
    assert set(answers) == set(SERVERS), answers
    assert answers.total() >= 4000


async def test_a_killed_server_costs_its_own_connections_alone(farm):
    balanced = Balanced(farm.lb)
    await balanced.start()
    await balanced.have(web(1, 1, 1))
    opened = [farm.connected() for _ in range(9)]
    farm.lab.hosts["s2"].unplug()
    await balanced.have(web(1, -1, 1))
    for connection, name in opened:
        connection.settimeout(1 if name == "s2" else 10)
        assert alive(connection) == (name != "s2")
        hang_up(connection)
    assert set(farm.ask(20)) == {"s1", "s3"}
    await balanced.balancer.stop(leave=False)


async def test_a_connection_survives_a_take_over_without_any_copy_of_it(farm):
    """Both balancers choose alike, and connection tracking picks up what is in the middle."""
    both = [Balanced(farm.lb), Balanced(farm.lab.hosts["other"])]
    for balanced in both:
        await balanced.start()
        await balanced.have(web(members=members(1, 1, 1), scheduler="mh", flags=frozenset({"flag-2"})))
    opened = [farm.connected() for _ in range(12)]
    assert len({name for _, name in opened}) > 1, "they are spread"
    farm.lb.unplug()
    farm.holds_service(farm.lab.hosts["other"])
    for name in ("client", *SERVERS):
        farm.lab.hosts[name].run("ip", "neigh", "flush", "dev", "eth0")
    assert [alive(connection) for connection, _ in opened] == [True] * 12
    assert set(farm.ask(30, address=VIP)) == set(SERVERS)
    for connection, _ in opened:
        hang_up(connection)
    for balanced in both:
        await balanced.balancer.stop(leave=False)
