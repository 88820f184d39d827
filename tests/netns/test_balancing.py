"""The whole daemon balances on nftables: a client, balancers and servers with real connections."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.balancer import SORRY_PORT, Balancer, each, recorded, service
from harness.config import instance
from harness.farm import SERVER_PORT, SERVERS, VIP, Farm, alive
from harness.network import eventually
from harness.timing import excuse, repeat_when_disturbed

from standfast.control.client import ask
from standfast.control.protocol import Request
from standfast.health.memory import load_pools
from standfast.lab.client import find_outages
from standfast.lab.lab import Host, Lab
from standfast.lab.witness import Witness

HANDOVER_S = 0.06
EVERY_S = 0.005


@pytest.fixture
def farm() -> Iterator[Farm]:
    with Lab() as lab:
        made = Farm(lab)
        made.servers.open(lab.hosts["s3"], SORRY_PORT, name="sorry")
        yield made


def test_services_are_balanced_in_another_namespace_than_the_one_of_the_checks(farm: Farm):
    (elsewhere,) = farm.lab.add_hosts(elsewhere=["10.8.0.200/24"])
    config = f"net_namespace_ipvs {farm.lb.namespace.name}\n" + service()
    balancer = Balancer(farm, elsewhere, config)
    balancer.start()
    assert farm.ask(6) == each(2)
    assert "standfast" in farm.lb.run("nft", "list", "tables")
    assert "standfast" not in elsewhere.run("nft", "list", "tables")
    farm.servers.shut("s2")
    balancer.serve("s1", "s3")
    balancer.daemon.write(service())
    outcome = ask(balancer.daemon.run_dir, "daemon.ctl", Request(do="reload"), patience_s=balancer.patience_s)
    assert "`net_namespace_ipvs` cannot change" in outcome["words"]
    balancer.daemon.stop()
    assert "standfast" not in farm.lb.run("nft", "list", "tables")


def test_a_service_from_start_to_stop(farm: Farm):
    lb = Balancer(farm, farm.lb, service())
    lb.start()
    assert farm.ask(12) == each(4)
    # Servers fail and come back.
    farm.servers.shut("s2")
    lb.serve("s1", "s3")
    assert farm.ask(12) == each(6, ("s1", "s3"))
    farm.servers.shut("s1")
    farm.servers.shut("s3")
    lb.serve("sorry")
    assert lb.service()["serving"] == "sorry"
    for name in SERVERS:
        farm.servers.open(farm.lab.hosts[name], SERVER_PORT)
    lb.serve(*SERVERS)
    lb.settle("all are back", lambda: lb.alive() == set(SERVERS))
    # A reload of the same touches nothing; one of something else does that alone, and connections go on.
    connection, _ = farm.connected()
    before = lb.batches()
    lb.reload(service())
    assert lb.batches() == before
    lb.reload(service(scheduler="wrr", weights={"s1": 2}))
    assert lb.batches() == before + 1
    assert farm.ask(12) == {"s1": 6, "s2": 3, "s3": 3}
    assert alive(connection)
    connection.close()
    assert lb.daemon.stop() == 0
    assert "standfast" not in farm.lb.run("nft", "list", "tables")


def test_the_death_of_the_health_process_changes_nothing(farm: Farm):
    """Kernel state stays, its successor knows how servers stand, and has nothing to program."""
    lb = Balancer(farm, farm.lb, service("alpha"))
    lb.start()
    farm.servers.shut("s2")
    lb.serve("s1", "s3")
    lb.order("weight", "s1", 0)
    lb.serve("s3")
    lb.settle("that is noted", lambda: noted(lb) == {"10.8.0.11": 0, "10.8.0.13": 1})
    connection, name = farm.connected()
    assert name == "s3"
    before_its_death = ruleset(farm.lb)
    before = recorded(lb.daemon)["health"]
    os.kill(before, signal.SIGKILL)
    answers: Counter[str] = Counter()

    def replaced() -> bool:
        answers.update(farm.ask(2))
        return recorded(lb.daemon).get("health", before) != before and lb.alive() == {"s1", "s3"}

    lb.settle("there is another", replaced)
    assert set(answers) == {"s3"}
    assert ruleset(farm.lb) == before_its_death
    assert lb.batches() == 0
    assert alive(connection)
    connection.close()


def ruleset(host: Host) -> list[str]:
    """Everything, with the numbers that the kernel gives when something is made; elements come in any order."""
    return sorted(host.run("nft", "-s", "-a", "list", "ruleset").replace(",", " ").split())


def noted(lb: Balancer) -> dict[str, int]:
    """The weights that a successor will find; how servers stand is written before them."""
    pools = load_pools(lb.daemon.run_dir).get("nftables", [])
    return {str(member.address): member.weight for pool in pools for member in pool.members}


@pytest.mark.parametrize(
    ("rounds", "connections"),
    [pytest.param(10, 400, id="short"), pytest.param(100, 4000, id="full", marks=pytest.mark.full)],
)
@pytest.mark.timeout(300)
def test_no_connection_fails_for_reloads_and_changes(farm: Farm, rounds: int, connections: int):
    lb = Balancer(farm, farm.lb, service())
    lb.start()
    ended = threading.Event()
    answers: Counter[str] = Counter()

    def client() -> None:
        while not ended.is_set():
            answers.update(farm.ask(20))

    asking = threading.Thread(target=client)
    asking.start()
    lasting = [farm.connected()[0] for _ in range(6)]
    try:
        for number in range(rounds):
            lb.reload(service(scheduler=("rr", "wrr", "mh")[number % 3], weights={"s1": 1 + number % 2}))
            lb.order("weight", "s2", number % 3)
            lb.order("enable" if number % 2 else "drain", "s3")
        lb.settle(f"{connections} were answered", lambda: answers.total() >= connections)
    finally:
        ended.set()
        asking.join()
    assert set(answers) <= set(SERVERS), answers
    assert all(alive(connection) for connection in lasting)
    for connection in lasting:
        connection.close()


@contextmanager
def connecting(farm: Farm, every_s: float = EVERY_S) -> Iterator[tuple[list[float], list[float]]]:
    """New connections, none of which waits for another: when they began, and which were answered at once."""
    asked: list[float] = []
    answered: list[float] = []
    ended = threading.Event()

    def client() -> None:
        with selectors.DefaultSelector() as waiting:
            due = time.monotonic()
            while not ended.is_set():
                due += every_s
                asking = farm.opened()
                asking.setblocking(False)
                asking.connect_ex((VIP, 80))
                asked.append(time.monotonic())
                waiting.register(asking, selectors.EVENT_READ, asked[-1])
                while (left := due - time.monotonic()) > 0:
                    for key, _ in waiting.select(left):
                        _hear(key.fileobj, key.data, answered)
                        waiting.unregister(key.fileobj)
                        key.fileobj.close()
            for key in list(waiting.get_map().values()):
                key.fileobj.close()

    asking = threading.Thread(target=client)
    asking.start()
    try:
        yield asked, answered
    finally:
        ended.set()
        asking.join()


def _hear(asking: socket.socket, began: float, answered: list[float]) -> None:
    try:
        if asking.recv(16).decode() in SERVERS and time.monotonic() - began < HANDOVER_S:
            answered.append(began)
    except OSError:
        return


@pytest.mark.alone
def test_a_client_hardly_notices_that_the_master_balancer_stops(witness: Witness):
    """VRRP leaves first, and services go when its last address is off: there is always a balancer that answers."""

    def stops() -> None:
        with Lab() as lab, Witness(priority=0) as ordinary:
            gap_s, since = stop_the_master(Farm(lab, ("a", "b")))
            if gap_s >= HANDOVER_S:
                for each_one in (witness, ordinary):  # client and servers are ordinary processes
                    excuse(each_one, since, HANDOVER_S)
        assert gap_s < HANDOVER_S, f"{gap_s * 1000:.0f} ms"

    repeat_when_disturbed(stops, lambda: None)


def stop_the_master(farm: Farm) -> tuple[float, float]:
    """The longest time in which no connection was answered at once, and since when (Unix time) that was looked at."""
    hosts = farm.lab.hosts
    for host in (hosts["a"], hosts["b"]):
        for address in (f"{VIP}/24", "10.8.0.1/24"):
            host.namespace.run("ip", "address", "del", address, "dev", "eth0", check=False)
    balancers = []
    for name, priority in (("a", 150), ("b", 100)):
        router = instance(priority=priority, interval=1, vips=(f"{VIP}/24", "10.8.0.1/24"))
        balancers.append(Balancer(farm, hosts[name], router + service()))
    for each_one in balancers:
        each_one.start()
    assert hosts["a"].wait_address(VIP), balancers[0].daemon.log
    balancers[0].settle("the client is served", lambda: set(farm.ask(6)) == set(SERVERS))
    with connecting(farm) as (asked, answered):
        eventually(lambda: len(answered) > 100, 30, lambda: "no connection is answered")
        since, stopped = time.time(), time.monotonic()
        balancers[0].daemon.stop()
        assert hosts["b"].wait_address(VIP), balancers[1].daemon.log
        eventually(lambda: answered[-1] > stopped + 2, 30, lambda: balancers[1].daemon.log)
    outages = find_outages(asked, sorted(answered), stopped - 0.5, stopped + 2, 2 * EVERY_S)
    return max((outage.ms / 1000 for outage in outages), default=0.0), since
