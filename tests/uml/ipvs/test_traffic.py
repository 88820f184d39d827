"""Connections through a real balancer: who gets them, who keeps them."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import trio
from guest.ipvs import inside, member, pool, started

from standfast.api import Address, Entrance, LvsGlobals, Persistence, PoolChange
from standfast.lab.namespace import Namespace, batch, unique_prefix

pytestmark = pytest.mark.uml

VIP = "10.66.0.100"
SERVERS = ("10.66.1.1", "10.66.1.2", "10.66.1.3")


class Network:
    """A client, a balancer with the VIP, and three servers that answer with their own address."""

    def __init__(self) -> None:
        prefix = unique_prefix()
        names = ("client", "balancer", "servers")
        self.client, self.balancer, self.servers = (Namespace(f"{prefix}-{name}") for name in names)
        for each in (self.client, self.balancer, self.servers):
            batch([f"netns add {each.name}"])
            batch(["link set lo up"], inside=each)
        self._wire(self.client, ["10.66.0.1/24", "10.66.0.2/24"], ["10.66.0.254/24", f"{VIP}/32"], "front")
        self._wire(self.servers, [f"{server}/24" for server in SERVERS], ["10.66.1.254/24"], "back")
        batch(["route add default via 10.66.0.254 src 10.66.0.1"], inside=self.client)
        batch(["route add default via 10.66.1.254"], inside=self.servers)
        self.balancer.sysctl("net/ipv4/ip_forward", 1)

    def _wire(self, host: Namespace, own: list[str], balancer: list[str], name: str) -> None:
        batch([f"link add {name} netns {self.balancer.name} type veth peer name eth0 netns {host.name}"])
        batch([*(f"addr add {each} dev eth0" for each in own), "link set eth0 up"], inside=host)
        batch([*(f"addr add {each} dev {name}" for each in balancer), f"link set {name} up"], inside=self.balancer)

    def close(self) -> None:
        for each in (self.client, self.balancer, self.servers):
            each.remove()

    def ask(self, source: str = "10.66.0.1", port: int = 80) -> str:
        """Which server answers?"""
        with closing(self.connect(source, port)) as connection:
            return answer(connection)

    def connect(self, source: str = "10.66.0.1", port: int = 80) -> socket.socket:
        with self.client.entered():
            connection = socket.socket()
        connection.settimeout(30)
        connection.bind((source, 0))
        connection.connect((VIP, port))
        return connection

    def spread(self, count: int, **how: Any) -> Counter[str]:
        return Counter(self.ask(**how) for _ in range(count))

    @contextmanager
    def serving(self) -> Iterator[None]:
        """All servers answer every line with their address until the client hangs up."""
        with self.servers.entered():
            listeners = [socket.create_server((server, 80), backlog=64) for server in SERVERS]
        for listener in listeners:
            threading.Thread(target=serve, args=(listener,), daemon=True).start()
        try:
            yield
        finally:
            for listener in listeners:
                listener.shutdown(socket.SHUT_RDWR)
                listener.close()


def serve(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=talk, args=(connection,), daemon=True).start()


def talk(connection: socket.socket) -> None:
    with closing(connection):
        try:
            while connection.recv(100):
                connection.sendall(connection.getsockname()[0].encode())
        except OSError:
            return


def answer(connection: socket.socket) -> str:
    connection.sendall(b"who?")
    return connection.recv(100).decode()


def hung_up(connection: socket.socket) -> bool:
    try:
        return answer(connection) == ""
    except ConnectionError:
        return True


@pytest.fixture(scope="module")
def network():
    made = Network()
    with made.serving():
        yield made
    made.close()


@pytest.fixture(autouse=True)
def clean(network):
    yield
    network.balancer.run("ipvsadm", "-C")


def web(*weights: int, port: int = 80, **fields):
    entrance = Entrance(first=Address.parse(VIP), last=Address.parse(VIP), port=port)
    members = tuple(member(server, 80, weight) for server, weight in zip(SERVERS, weights, strict=False))
    return pool(entrances=(entrance,), members=members, **fields)


def test_round_robin_takes_turns(network):
    async def work(backend):
        await started(backend, web(1, 1, 1))
        assert set(network.spread(30).values()) == {10}

    inside(network.balancer, work)


def test_weights_share_and_statistics_count(network):
    # A port of its own: the kernel gives a server that returns to a service the counters that it had.
    service = web(3, 1, 0, scheduler="wrr", port=81)

    async def work(backend):
        await started(backend, service)
        assert network.spread(40, port=81) == {SERVERS[0]: 30, SERVERS[1]: 10}
        with trio.fail_after(40):  # kernels before 6.2 sum their counters up every 2 s
            while (found := (await backend.statistics())["web"]).pool.connections != 40:  # noqa: ASYNC110
                await trio.sleep(0.1)  # noqa: TID251
        assert found.members[f"[{SERVERS[0]}]:80"].connections == 30
        assert found.members[f"[{SERVERS[2]}]:80"].connections == 0
        assert found.pool.bytes_in > 40 * 4
        assert found.pool.packets_out >= 40 * 2

    inside(network.balancer, work)


def test_a_drained_server_keeps_its_connections_and_gets_no_new_ones(network):
    async def work(backend):
        service = web(1, 1)
        await started(backend, service)
        held = [network.connect() for _ in range(4)]
        before = [answer(each) for each in held]
        drained = web(0, 1)
        await backend.apply([PoolChange(old=service, new=drained)])
        assert network.spread(10) == {SERVERS[1]: 10}
        assert [answer(each) for each in held] == before
        assert set(before) == set(SERVERS[:2])
        for each in held:
            each.close()

    inside(network.balancer, work)


def test_a_removed_server_gets_nothing_and_an_unchanged_one_everything(network):
    async def work(backend):
        service = web(1, 1)
        await started(backend, service)
        network.balancer.sysctl("net/ipv4/vs/expire_nodest_conn", 1)
        held = [network.connect() for _ in range(4)]
        before = [answer(each) for each in held]
        await backend.apply([PoolChange(old=service, new=pool(**_with(service, service.members[1:])))])
        assert network.spread(10) == {SERVERS[1]: 10}
        for each, server in zip(held, before, strict=True):
            if server == SERVERS[1]:
                assert answer(each) == server
            else:
                assert hung_up(each)
            each.close()

    inside(network.balancer, work)


def _with(service, members):
    return {"entrances": service.entrances, "members": tuple(members)}


def test_a_client_stays_with_its_server(network):
    async def work(backend):
        service = web(1, 1, 1, persistence=Persistence(timeout_s=60))
        await started(backend, service)
        first, second = network.spread(6, source="10.66.0.1"), network.spread(6, source="10.66.0.2")
        assert (len(first), len(second)) == (1, 1)
        assert first != second

    inside(network.balancer, work)


def test_clients_of_one_network_stay_together(network):
    async def work(backend):
        await started(backend, web(1, 1, 1, persistence=Persistence(timeout_s=60, granularity=24)))
        assert network.spread(4, source="10.66.0.1") == network.spread(4, source="10.66.0.2")

    inside(network.balancer, work)


def test_connections_live_through_a_successor_and_a_hundred_changes(network):
    async def first(backend):
        await started(backend, web(1, 1))
        await backend.stop(leave=True)

    async def second(backend):
        service = web(1, 1)
        await backend.start(LvsGlobals(), adopt=[service])
        assert await backend.read() == (service,)
        for weight in range(1, 51):
            changed = web(weight, 1, 1)
            await backend.apply([PoolChange(old=service, new=changed)])
            await backend.apply([PoolChange(old=changed, new=service)])
            assert network.ask() in SERVERS
        assert [answer(each) for each in held] == before
        await backend.stop(leave=False)

    inside(network.balancer, first)
    held = [network.connect() for _ in range(4)]
    before = [answer(each) for each in held]
    inside(network.balancer, second)
    for each in held:
        each.close()
