"""The nftables backend with real traffic: a client, a balancer, three servers."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest
import trio
from harness.farm import PORT, SERVER_PORT, SERVERS, VIP, VIP6, Balanced, Farm, alive, hang_up, members, web
from msgspec import structs

from standfast.api import Address, Entrance, Forwarding, LvsGlobals, Member, Persistence, PoolChange
from standfast.lab.lab import Lab
from standfast_lb.nftables import aftermath, backend
from standfast_lb.nftables.conntrack import Conntrack, Flow

SORRY = Address.parse("10.8.0.13")
A_VIP = Address.parse(VIP)


def tracked(farm: Farm, protocol: int) -> int:
    """How many connections to the servers connection tracking knows."""
    with farm.lb.namespace.entered():
        tracking = Conntrack()
    with closing(tracking):
        return sum(len(tracking.entries(Flow(Address.parse(f"10.8.0.1{n}"), protocol))) for n in (1, 2, 3))


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    with Lab() as lab:
        yield Farm(lab)


@pytest.fixture
async def balanced(farm: Farm) -> AsyncIterator[Balanced]:
    made = Balanced(farm.lb)
    await made.start()
    yield made
    await made.balancer.stop(leave=False)
    assert "standfast" not in farm.lb.run("nft", "list", "tables")


def each(count: int, names: tuple[str, ...] = SERVERS) -> Counter[str]:
    return Counter(dict.fromkeys(names, count))


async def test_round_robin_is_even_and_goes_on_when_servers_come_and_go(farm, balanced):
    await balanced.have(web(1, 1, 1))
    assert farm.ask(12) == each(4)
    await balanced.have(web(1, -1, 1))
    assert farm.ask(12) == each(6, ("s1", "s3"))
    await balanced.have(web(1, 1, 1))
    assert farm.ask(12) == each(4)


async def test_weights(farm, balanced):
    await balanced.have(web(3, 1, 0, scheduler="wrr"))
    assert farm.ask(12) == {"s1": 9, "s2": 3}
    await balanced.have(web(3, 1, 0, scheduler="wlc"))  # nobody chose a scheduler
    assert farm.ask(12) == {"s1": 9, "s2": 3}
    await balanced.have(web(1, 2, 1, scheduler="fo"))
    assert farm.ask(5) == {"s2": 5}
    await balanced.have(web(1, 1, 0, scheduler="random"))
    shares = farm.ask(60)
    assert set(shares) == {"s1", "s2"}
    assert min(shares.values()) > 10


@pytest.mark.parametrize("scheduler", ["sh", "mh"])
async def test_hashing_keeps_a_client_with_its_server(farm, balanced, scheduler):
    await balanced.have(web(1, 1, 1, scheduler=scheduler))
    assert len(farm.ask(6)) == 1
    await balanced.have(web(1, 1, 1, scheduler=scheduler, flags=frozenset({"flag-2"})))
    assert set(farm.ask(40)) == set(SERVERS)


async def test_destination_hashing_takes_the_address_asked_for(farm, balanced):
    await balanced.have(web(1, 1, 1, scheduler="dh"))
    assert len(farm.ask(6)) == 1


async def test_a_drained_server_keeps_its_connections_and_a_removed_one_resets_them(farm, balanced):
    await balanced.have(web(1, 1, 1))
    opened = [farm.connected() for _ in range(6)]
    await balanced.have(web(1, 0, 1))
    assert all(alive(connection) for connection, _ in opened)
    assert farm.ask(12) == each(6, ("s1", "s3"))
    await balanced.have(web(1, -1, 1))
    for connection, name in opened:
        connection.settimeout(1 if name == "s2" else 10)
        assert alive(connection) == (name != "s2")
        hang_up(connection)


@pytest.mark.parametrize("many", [64, 0])
@pytest.mark.parametrize(("vip", "family"), [(VIP, 4), (VIP6, 6)])
async def test_of_many_servers_that_go_at_once_all_connections_are_reset_and_no_others(
    farm, balanced, vip, family, many, monkeypatch
):
    monkeypatch.setattr(aftermath, "_MANY", many)
    address = Address.parse(vip)
    pool = web(name=f"[{vip}]:tcp:80", family=family, entrances=(Entrance(first=address, last=address, port=PORT),))
    prefix = "10.8.0." if family == 4 else "fd08::"
    crowd = [Member(address=Address.parse(f"{prefix}{n}"), port=SERVER_PORT, weight=0) for n in range(60, 80)]
    three = members(1, 1, 1, family=family)
    await balanced.have(structs.replace(pool, members=(*three, *crowd)))
    opened = [farm.connected(address=vip) for _ in range(6)]
    await balanced.have(structs.replace(pool, members=three[:1]))
    for connection, name in opened:
        connection.settimeout(10 if name == "s1" else 1)
        assert alive(connection) == (name == "s1")
        hang_up(connection)


async def test_udp_flows_leave_a_removed_server_at_once(farm, balanced):
    await balanced.have(web(1, -1, -1, protocol="UDP"))
    with farm.opened(udp=True) as asking:
        asking.connect((VIP, PORT))
        asking.send(b"who")
        assert asking.recv(16) == b"s1"
        await balanced.have(web(-1, 1, -1, protocol="UDP"))
        asking.send(b"who")
        assert asking.recv(16) == b"s2"


async def test_nobody_left_is_a_refusal_and_the_sorry_server_answers(farm, balanced):
    await balanced.have(web(1, 1, -1))
    assert farm.ask(2) == each(1, ("s1", "s2"))
    await balanced.have(web(serving="nobody"))
    assert farm.ask(2) == {"ConnectionRefusedError": 2}
    assert farm.ask(1, udp=True) == {"ConnectionRefusedError": 1}
    sorry = web(-1, -1, 1, serving="sorry")
    await balanced.have(sorry)
    connection, name = farm.connected()
    assert name == "s3"
    await balanced.have(web(1, 1, -1))
    assert farm.ask(2) == each(1, ("s1", "s2"))
    assert alive(connection)  # what the sorry server has begun it may end
    hang_up(connection)


async def test_time_outs_are_those_of_the_configuration_and_of_our_connections_alone(farm):
    balanced = Balanced(farm.lb)
    settings = LvsGlobals(timeouts_s={"tcp": 777, "udp": 33})
    await balanced.start(settings=settings)
    try:
        await balanced.have(web(1, 1, 1), web(1, 1, 1, name="udp", protocol="UDP"))
        opened, _name = farm.connected()
        assert farm.ask(1, udp=True)
        left = remembered_s(farm, "tcp"), remembered_s(farm, "udp")
        assert left[0] <= 777 < left[0] + 60
        assert left[1] <= 33
        failures = await balanced.balancer.reconfigure(LvsGlobals(timeouts_s={"tcp": 999}))
        assert failures == ()
        again, _name = farm.connected()
        assert remembered_s(farm, "tcp") > 777
        assert "udp4" not in farm.lb.run("nft", "list", "ruleset")
        opened.close()
        again.close()
        pools = await balanced.balancer.read()
        assert len(pools) == 2
        successor = Balanced(farm.lb)
        await successor.start(adopt=pools, settings=LvsGlobals(timeouts_s={"tcp": 5}))
        assert await successor.balancer.read() == (), "they are not as it would have made them"
        await successor.balancer.stop(leave=True)
    finally:
        await balanced.balancer.stop(leave=False)
    assert "standfast" not in farm.lb.run("nft", "list", "tables")


async def test_others_have_their_turn_while_many_services_get_other_time_outs(balanced, monkeypatch):
    monkeypatch.setattr(backend, "AT_ONCE", 4)
    await balanced.have(web(1, 1, 1), web(1, 1, 1, name="udp", protocol="UDP"))
    seen = []
    commit = balanced.balancer._channel.commit
    monkeypatch.setattr(
        balanced.balancer._channel, "commit", lambda commands: (seen.append("commit"), commit(commands))
    )

    class Turns(trio.abc.Instrument):
        def before_io_wait(self, _timeout: float) -> None:
            seen.append("turn")

    turns = Turns()
    trio.lowlevel.add_instrument(turns)
    assert await balanced.balancer.reconfigure(LvsGlobals(timeouts_s={"tcp": 777, "udp": 33})) == ()
    trio.lowlevel.remove_instrument(turns)
    commits = [place for place, what in enumerate(seen) if what == "commit"][-2:]
    assert "turn" in seen[commits[0] : commits[1]]


def remembered_s(farm: Farm, protocol: str) -> int:
    """The longest that connection tracking has for connections to our address: seconds."""
    lines = farm.lb.run("cat", "/proc/net/nf_conntrack").splitlines()
    ours = [line.split() for line in lines if f"dst={VIP} " in line]
    return max(int(words[4]) for words in ours if words[2] == protocol and "TIME_WAIT" not in words)


async def test_persistence(farm, balanced):
    persistent = web(1, 1, 1, persistence=Persistence(timeout_s=60, granularity=32))
    await balanced.have(persistent)
    (name,) = farm.ask(6, source="10.9.0.3")
    other = farm.ask(6, source="10.9.0.4")
    assert len(other) == 1
    assert name not in other
    # Drained: those who know it come back. Removed: not even they.
    gone = SERVERS.index(name)
    await balanced.have(structs.replace(persistent, members=members(*(int(n != gone) for n in range(3)))))
    assert farm.ask(3, source="10.9.0.3") == {name: 3}
    await balanced.have(structs.replace(persistent, members=members(*(1 if n != gone else -1 for n in range(3)))))
    assert name not in farm.ask(3, source="10.9.0.3")


async def test_persistence_of_a_network(farm, balanced):
    await balanced.have(web(1, 1, 1, persistence=Persistence(timeout_s=60, granularity=24)))
    assert len(farm.ask(3, source="10.9.0.3") + farm.ask(3, source="10.9.0.4")) == 1


async def test_all_ports_of_an_address(farm, balanced):
    entrance = Entrance(first=A_VIP, last=A_VIP)
    await balanced.have(
        web(1, 1, 1, entrances=(entrance,), members=members(1, 1, 1, port=0), persistence=Persistence())
    )
    assert len(farm.ask(6, port=SERVER_PORT)) == 1
    assert farm.ask(1, port=1234) == {"ConnectionRefusedError": 1}  # by the server


async def test_ranges_of_addresses_and_ports(farm, balanced):
    farm.lb.ip("addr add 10.9.0.101/24 dev eth0")
    entrance = Entrance(first=A_VIP, last=Address.parse("10.9.0.101"), port=5000, last_port=5010)
    await balanced.have(web(1, 1, 1, entrances=(entrance,)))
    assert farm.ask(6, port=5000) + farm.ask(6, port=5010, address="10.9.0.101") == each(4)
    assert farm.ask(1, port=5011) == {"ConnectionRefusedError": 1}
    figures = (await balanced.balancer.statistics())[web().name]
    assert [figures.members[f"[10.8.0.1{n}]:{SERVER_PORT}"].connections for n in (1, 2, 3)] == [4, 4, 4]
    await balanced.have(web(serving="nobody", entrances=(entrance,)))
    assert farm.ask(1, port=5000) == {"ConnectionRefusedError": 1}


async def test_a_firewall_mark(farm, balanced):
    farm.lb.run(
        "nft",
        "add table ip marks; add chain ip marks pre { type filter hook prerouting priority mangle; };"
        f"add rule ip marks pre ip daddr {VIP} tcp dport {{ 90, 91 }} meta mark set 7",
    )
    try:
        marked = web(1, 1, 1, name="FWM 7", protocol="", entrances=(Entrance(mark=7, family=4),))
        await balanced.have(marked)
        assert farm.ask(6, port=90) + farm.ask(6, port=91) == each(4)
        figures = (await balanced.balancer.statistics())["FWM 7"].pool
        assert (figures.connections, figures.packets_out) == (12, None)
        await balanced.have(structs.replace(marked, scheduler="mh", flags=frozenset({"flag-2"})))
        assert set(farm.ask(40, port=90)) == set(SERVERS)
        await balanced.have(structs.replace(marked, persistence=Persistence()))
        assert len(farm.ask(3, port=90) + farm.ask(3, port=91)) == 1
        await balanced.have(structs.replace(marked, members=()))
        assert farm.ask(1, port=90) == {"ConnectionRefusedError": 1}
    finally:
        farm.lb.run("nft", "delete", "table", "ip", "marks")


async def test_ipv6(farm, balanced):
    address = Address.parse(VIP6)
    entrance = Entrance(first=address, last=address, port=PORT)
    six = web(name=f"[{VIP6}]:tcp:80", family=6, entrances=(entrance,), members=members(1, 1, 1, family=6))
    await balanced.have(six, web(1, 1, 1))
    assert farm.ask(12, address=VIP6) == each(4)
    assert farm.ask(3) == each(1)
    await balanced.have(structs.replace(six, persistence=Persistence(granularity=64)))
    assert len(farm.ask(3, address=VIP6, source="fd09::3") + farm.ask(3, address=VIP6, source="fd09::4")) == 1
    connection, name = farm.connected(address=VIP6)
    gone = SERVERS.index(name)
    weights = tuple(1 if n != gone else -1 for n in range(3))
    await balanced.have(structs.replace(six, members=members(*weights, family=6)))
    connection.settimeout(1)
    assert not alive(connection)
    hang_up(connection)
    await balanced.have(structs.replace(six, members=()))
    assert farm.ask(1, address=VIP6) == {"ConnectionRefusedError": 1}


async def test_a_server_and_the_balancer_are_clients(farm, balanced):
    await balanced.have(web(1, 1, 1))
    assert farm.ask(6, inside=farm.lab.hosts["s1"]) == each(2)
    assert farm.ask(6, inside=farm.lb) == each(2)
    await balanced.have(web(-1, 1, 1))  # a machine whose server has failed still is one beside the others
    assert farm.ask(6, inside=farm.lab.hosts["s1"]) == each(3, ("s2", "s3"))


async def test_full_nat_hides_the_client(farm, balanced):
    masquerading = tuple(structs.replace(each, forwarding=Forwarding(masquerade=True)) for each in members(1, 1, 1))
    s1 = farm.lab.hosts["s1"]
    s1.ip("route del default")
    try:
        await balanced.have(web(members=masquerading, forwarding=Forwarding(masquerade=True)))
        assert farm.ask(6) == each(2)
    finally:
        s1.ip("route add default via 10.8.0.1")


async def test_single_packets_are_scheduled_one_by_one(farm, balanced):
    await balanced.have(web(1, 1, 1, protocol="UDP", flags=frozenset({"ops"})))
    with farm.opened(udp=True) as asking:
        asking.connect((VIP, PORT))
        answers = []
        for _ in range(12):
            asking.send(b"who")
            answers.append(asking.recv(16).decode())
    assert Counter(answers) == each(4)
    assert tracked(farm, 17) == 0
    await balanced.have(web(-1, 1, -1, protocol="UDP", flags=frozenset({"ops"})))
    assert farm.ask(3, udp=True) == {"s2": 3}
    await balanced.have(web(protocol="UDP", flags=frozenset({"ops"})))
    assert farm.ask(1, udp=True) == {"ConnectionRefusedError": 1}


async def test_statistics_go_on_through_changes_and_a_flush(farm, balanced):
    await balanced.have(web(1, 1, 1))
    farm.ask(12)
    await balanced.have(web(1, -1, 1))
    await balanced.have(web(1, 1, 1))
    farm.ask(12)
    first = (await balanced.balancer.statistics())[web().name]
    assert first.pool.connections == 24
    assert first.members[f"[10.8.0.12]:{SERVER_PORT}"].connections == 8
    assert first.pool.packets_in > 48
    assert first.pool.bytes_out > 0
    farm.lb.run("nft", "flush", "ruleset")
    assert len(await balanced.balancer.repair()) == 1
    farm.ask(3)
    assert (await balanced.balancer.statistics())[web().name].pool.connections == 27


async def test_what_somebody_else_takes_away_comes_back(farm, balanced):
    await balanced.have(web(1, 1, 1), web(1, -1, -1, name="[10.9.0.100]:udp:80", protocol="UDP"))
    for command, words in (
        ("flush ruleset", "was removed"),
        ("flush chain inet standfast vs_10.9.0.100_tcp_80", "rules of chain vs_10.9.0.100_tcp_80"),
        ("delete element inet standfast sl_10.9.0.100_tcp_80 { 3 }", "elements of sl_10.9.0.100_tcp_80"),
        (f"delete element inet standfast vs4 {{ tcp . {VIP} . 80 }}", "vs4"),
        ("flush chain inet standfast prerouting", "prerouting"),
    ):
        with trio.fail_after(30):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(balanced.balancer.disturbed)
                await trio.testing.wait_all_tasks_blocked()
                farm.lb.run("nft", command)
        assert len(await balanced.balancer.read()) < 2
        repairs = await balanced.balancer.repair()
        assert any(words in repair.words for repair in repairs), (command, repairs)
        assert len(await balanced.balancer.read()) == 2
        assert await balanced.balancer.repair() == ()
        assert farm.ask(3) == each(1)


async def test_a_successor_adopts_without_touching_anything(farm, balanced):
    pools = (web(1, 0, 1), web(1, 1, -1, name="[10.9.0.100]:udp:80", protocol="UDP", scheduler="mh"))
    await balanced.have(*pools)
    connection, _ = farm.connected()
    untouched = ("nft", "--stateless", "--handle", "list", "ruleset")  # what is made anew has another handle
    before = farm.lb.run(*untouched)
    successor = Balanced(farm.lb)
    await successor.start(adopt=pools)
    assert farm.lb.run(*untouched) == before
    assert "packets" not in before
    assert set(await successor.balancer.read()) == set(pools)
    assert alive(connection)
    await successor.have(web(1, 1, 1))
    assert alive(connection)
    assert farm.ask(12) == each(4)
    hang_up(connection)
    await successor.balancer.stop(leave=True)
    assert farm.ask(3) == each(1)


async def test_a_successor_that_finds_something_else_replaces_it_in_one_step(farm, balanced):
    await balanced.have(web(1, 1, 1))
    successor = Balanced(farm.lb)
    other = web(1, -1, -1)
    await successor.start(adopt=(other,))
    assert await successor.balancer.read() == ()
    assert farm.ask(3) == each(1)
    await successor.balancer.apply([PoolChange(old=None, new=other)])
    assert farm.ask(3) == {"s1": 3}
    await successor.balancer.stop(leave=True)


async def test_a_bad_change_does_not_hold_up_the_others(farm, balanced):
    mixed = web(
        1, name="mixed", members=(*members(1), *members(-1, 1, method="DR")), entrances=(Entrance(mark=3, family=4),)
    )
    double = web(1, 1, name="double")
    failures = await balanced.balancer.apply([PoolChange(old=None, new=each) for each in (web(1, 1, 1), mixed, double)])
    assert {failure.pool for failure in failures} == {"mixed", "double"}
    assert farm.ask(3) == each(1)


@pytest.fixture(scope="module")
def direct(farm: Farm) -> None:
    for name in SERVERS:
        host = farm.lab.hosts[name]
        for key, value in (("arp_ignore", 1), ("arp_announce", 2)):
            host.namespace.sysctl(f"net/ipv4/conf/all/{key}", value)
        host.ip(f"addr add {VIP}/32 dev lo", f"addr add {VIP6}/128 dev lo nodad", "route add 10.9.0.0/24 dev eth0")
        host.ip("route add fd09::/64 dev eth0")
        farm.servers.open(host, PORT)


async def test_direct_routing(farm, balanced, direct):
    dr = {"forwarding": Forwarding(method="DR")}

    def pool(*weights: int, **changes: object):
        return web(members=members(*weights, method="DR", port=PORT), **dr, **changes)

    await balanced.have(pool(1, 1, 1))
    assert farm.ask(12) == each(4)
    opened = [farm.connected() for _ in range(6)]
    await balanced.have(pool(1, 0, 1))
    assert all(alive(connection) for connection, _ in opened)
    assert farm.ask(12) == each(6, ("s1", "s3"))
    await balanced.have(pool(1, -1, 1))
    assert [alive(connection) for connection, _ in opened] == [name != "s2" for _, name in opened]
    figures = (await balanced.balancer.statistics())[web().name]
    assert figures.members["[10.8.0.11]:80"].packets_in > 20
    assert figures.pool.packets_out is None
    await balanced.have(pool(1, 1, 1, scheduler="mh"))
    assert len(farm.ask(6)) == 1
    await balanced.have(pool(1, 1, 1, persistence=Persistence(timeout_s=60)))
    assert len(farm.ask(6)) == 1
    await balanced.have(pool(1, 1, 1, protocol="UDP", flags=frozenset({"ops"})))
    with farm.opened(udp=True) as asking:
        asking.bind(("10.9.0.3", 0))
        for _ in range(3):
            asking.sendto(b"who", (VIP, PORT))
        assert {asking.recv(16).decode() for _ in range(3)} == set(SERVERS)
    await balanced.have(pool())
    assert farm.ask(1) == {"ConnectionRefusedError": 1}
    address = Address.parse(VIP6)
    entrance = Entrance(first=address, last=address, port=PORT)
    six = structs.replace(
        pool(), family=6, entrances=(entrance,), members=members(1, 1, 1, family=6, method="DR", port=PORT)
    )
    await balanced.have(six)
    assert farm.ask(12, address=VIP6) == each(4)
    for connection, _ in opened:
        hang_up(connection)


async def test_a_new_device_gets_its_hook(farm, balanced, direct):
    await balanced.have(web(members=members(1, 1, 1, method="DR", port=PORT), forwarding=Forwarding(method="DR")))
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(balanced.balancer.disturbed)
            await trio.testing.wait_all_tasks_blocked()
            farm.lb.ip("link add more type veth peer name other", "link set more up")
    (repair,) = await balanced.balancer.repair()
    assert "more" in repair.words
    assert "in_more" in farm.lb.run("nft", "list", "ruleset")
    farm.lb.ip("link del more")
    await balanced.balancer.repair()
    assert farm.ask(3) == each(1)
    assert socket.if_nameindex()
