"""Settings of services on the whole daemon: checks that rest, states that last, a pool that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from harness.balancer import SORRY_PORT, Balancer, service
from harness.farm import SERVERS, VIP, Farm

from standfast.control.client import NoAnswer
from standfast.lab.lab import Lab


@pytest.fixture
def farm() -> Iterator[Farm]:
    with Lab() as lab:
        made = Farm(lab)
        made.servers.open(lab.hosts["s3"], SORRY_PORT, name="sorry")
        yield made


def told(balancer: Balancer, name: str) -> Any:
    """One field of the service, when the daemon answers."""
    with suppress(NoAnswer):
        return balancer.service()[name]
    return None


def states(balancer: Balancer) -> list[str]:
    return [each["state"] for each in told(balancer, "servers") or ()]


def test_checks_rest_while_the_address_is_elsewhere(farm: Farm):
    farm.lb.ip(f"addr del {VIP}/24 dev eth0")
    lb = Balancer(farm, farm.lb, service("ha_suspend"))
    lb.daemon.start()
    lb.settle("checks rest", lambda: told(lb, "suspended"))
    assert lb.alive() == set(), "nobody has been looked at"
    assert "not checked while its address is not on this machine" in told(lb, "words")
    farm.lb.ip(f"addr add {VIP}/24 dev eth0")
    lb.settle("they go on", lambda: told(lb, "suspended") is False and lb.alive() == set(SERVERS))
    farm.lb.ip(f"addr del {VIP}/24 dev eth0")
    lb.settle("they rest again", lambda: told(lb, "suspended"))
    farm.servers.shut("s1")
    farm.lb.ip(f"addr add {VIP}/24 dev eth0")
    lb.serve("s2", "s3")
    assert lb.daemon.stop() == 0


def test_the_last_states_are_the_first_ones_of_the_next_start(farm: Farm):
    lasting = service("initial_state last")
    lb = Balancer(farm, farm.lb, lasting)
    lb.start()
    farm.servers.shut("s2")
    lb.serve("s1", "s3")
    assert lb.daemon.stop() == 0
    lb.daemon.write(lasting.replace("warmup 0", "warmup 3600"))
    lb.daemon.start()
    lb.settle("it answers", lambda: states(lb) == ["up", "down", "up"])
    assert lb.alive() == set(), "nobody has been looked at"
    lb.serve("s1", "s3")
    assert told(lb, "servers")[1]["words"] == "TCP_CHECK: as it was before, not checked yet"
    assert lb.daemon.stop() == 0


def test_too_many_failures_at_once_are_not_believed(farm: Farm):
    lb = Balancer(farm, farm.lb, service("panic_threshold 50"))
    lb.start()
    farm.servers.shut("s1")
    lb.serve("s2", "s3")
    farm.servers.shut("s2")
    lb.settle("the pool is kept", lambda: told(lb, "panicking"))
    assert states(lb) == ["down", "down", "up"]
    assert [each["programmed"] for each in told(lb, "servers")] == [None, 1, 1]
    farm.servers.open(farm.lab.hosts["s1"], 8080)
    lb.settle("no more", lambda: told(lb, "panicking") is False)
    lb.serve("s1", "s3")
    assert lb.daemon.stop() == 0
