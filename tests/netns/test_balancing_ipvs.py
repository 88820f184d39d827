"""The whole daemon balances on IPVS: a reload changes what is there, and global settings do what they say."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import pytest
from harness.balancer import SORRY_PORT, Balancer, recorded, service
from harness.farm import SERVERS, VIP, Farm, alive

from standfast.lab.lab import Lab

pytestmark = [pytest.mark.uml, pytest.mark.timeout(400)]

FOREIGN = ("-A -t 198.51.100.9:99 -s wrr", "-a -t 198.51.100.9:99 -r 10.9.9.9:99 -m -w 3")
"""Somebody else's service."""


class IpvsBalancer(Balancer):
    """User-mode Linux is slow."""

    patience_s = 60.0

    def table(self) -> list[str]:
        return sorted(line.strip() for line in self.daemon.host.run("ipvsadm", "-Sn").splitlines())

    def connections(self) -> int:
        """How many connections the kernel has counted for the service since it was made."""
        (line,) = re.findall(rf"TCP  {VIP}:80 +(\d+)", self.daemon.host.run("ipvsadm", "-Ln", "--stats", "--exact"))
        return int(line)

    def timeouts(self) -> list[str]:
        return self.daemon.host.run("ipvsadm", "-L", "--timeout").split(":")[-1].split()


@pytest.fixture
def farm() -> Iterator[Farm]:
    with Lab() as lab:
        made = Farm(lab)
        made.servers.open(lab.hosts["s3"], SORRY_PORT, name="sorry")
        yield made


def config(*settings: str, scheduler: str = "rr", more: tuple[str, ...] = ()) -> str:
    return "global_defs {\n" + "\n".join(settings) + "\n}\n" + service(*more, scheduler=scheduler, backend="ipvs")


def foreign(balancer: Balancer) -> None:
    for line in FOREIGN:
        balancer.daemon.host.run("ipvsadm", *line.split())


def test_a_reload_changes_what_is_there_and_an_end_gives_back_what_was(farm: Farm):
    lb = IpvsBalancer(farm, farm.lb, config("lvs_timeouts tcp 77 udp 55"))
    foreign(lb)
    lb.start()
    assert lb.timeouts() == ["77", "120", "55"]
    assert set(farm.ask(6)) == set(SERVERS)
    held, _ = farm.connected()
    lb.settle("seven are counted", lambda: lb.connections() == 7)
    for scheduler, more, words in (
        ("wlc", (), "-s wlc"),
        ("mh", ("mh-port", "mh-fallback"), "-s mh -b mh-fallback,mh-port"),
        ("rr", ("persistence_timeout 60",), "-s rr -p 60"),
    ):
        lb.reload(config("lvs_timeouts tcpfin 33", scheduler=scheduler, more=more))
        assert f"-A -t {VIP}:80 {words}" in lb.table()
        assert alive(held)
        assert lb.connections() == 7, "a service that is deleted and added begins at 0"
    held.close()
    assert lb.timeouts() == ["900", "33", "300"]
    assert lb.daemon.stop() == 0
    assert lb.table() == sorted(FOREIGN)
    assert lb.timeouts() == ["900", "120", "300"]


def test_flushing_at_the_start_and_at_the_end_but_not_for_a_successor(farm: Farm):
    lb = IpvsBalancer(farm, farm.lb, config("lvs_flush", "lvs_flush_on_stop"))
    foreign(lb)
    lb.start()
    assert not set(FOREIGN) & set(lb.table())
    foreign(lb)
    health = recorded(lb.daemon)["health"]
    os.kill(health, signal.SIGKILL)
    lb.settle("there is another", lambda: recorded(lb.daemon).get("health", health) != health)
    lb.settle("it knows", lambda: lb.alive() == set(SERVERS))
    assert set(FOREIGN) <= set(lb.table())
    assert len(lb.table()) == 6
    assert lb.daemon.stop() == 0
    assert lb.table() == []
