"""What people order about servers, on the whole daemon."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from harness.balancer import SORRY_PORT, Balancer, each, recorded, service
from harness.farm import SERVER_PORT, SERVERS, VIP, Farm

from standfast.cli.who import who
from standfast.control.client import NoAnswer
from standfast.lab.daemons import standfast_command
from standfast.lab.lab import Lab


@pytest.fixture
def farm() -> Iterator[Farm]:
    with Lab() as lab:
        made = Farm(lab)
        made.servers.open(lab.hosts["s3"], SORRY_PORT, name="sorry")
        yield made


def test_what_was_ordered_outlives_everybody(farm: Farm):
    """A drained server is drained when all processes were killed, when the daemon was stopped, and after a reload."""
    lb = Balancer(farm, farm.lb, service())
    lb.start()
    where = ("--run-dir", str(lb.daemon.run_dir), "--why", "new kernel")
    farm.lb.run(*standfast_command(), "server", "drain", f"{VIP}:80", f"10.8.0.11:{SERVER_PORT}", *where)
    lb.order("disable", "s2")
    health = recorded(lb.daemon)["health"]
    os.kill(health, signal.SIGKILL)  # at once: nothing may be left to be written

    def stands() -> bool:
        try:
            states = [(each["server"][-7:-6], each["state"]) for each in lb.service()["servers"]]
        except NoAnswer:
            return False
        return states == [("1", "drained"), ("2", "disabled"), ("3", "up")]

    lb.settle("a successor knows", lambda: recorded(lb.daemon).get("health", health) != health and stands())
    lb.serve("s3")
    for end in (lb.daemon.kill, lb.daemon.stop):
        end()
        lb.daemon.start()
        lb.settle("the next daemon knows", lambda: lb.alive() == set(SERVERS) and stands())
        lb.serve("s3")
    order = lb.service()["servers"][0]["order"]
    assert (order["by"], order["why"]) == (who(), "new kernel")
    assert "[10.8.0.11]:8080 of [10.9.0.100]:tcp:80 still is drained since" in lb.daemon.log
    lb.reload(service(scheduler="wrr"))
    assert farm.ask(6) == each(6, ("s3",))
    lb.order("enable", "s1")
    lb.order("enable", "s2")
    lb.serve(*SERVERS)
    assert not (lb.daemon.run_dir / "server-orders.json").exists()
