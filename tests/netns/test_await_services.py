"""`await_services` on the whole daemon: nobody has the addresses before the virtual servers are in the kernel."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from harness.balancer import Balancer, recorded, service
from harness.config import VIP, instance
from harness.farm import Farm

from standfast.control.client import NoAnswer, ask
from standfast.control.protocol import Request
from standfast.lab.lab import Lab

WAITS = "await_services"


def happened(balancer: Balancer) -> list[str]:
    """What VRRP told, in its order: `services`, or the state that an instance came to."""
    try:
        events: list[dict[str, Any]] = ask(balancer.daemon.run_dir, "vrrp.status", Request(do="events"))["events"]
    except NoAnswer:
        return []
    told = [
        each.get("new") or each.get("kind") for each in events if each["type"] in ("vrrp.transition", "vrrp.tracker")
    ]
    return [each for each in told if each in ("services", "MASTER")]


@pytest.mark.parametrize(("words", "order"), [((WAITS,), ["services", "MASTER"]), ((), ["MASTER"])])
def test_an_owner_waits_for_its_services(words, order):
    """The owner of addresses takes them at once, long before a process that imports plugins has done anything."""
    with Lab() as lab:
        farm = Farm(lab)
        router = instance(*words, priority=255, interval=0.1, vips=(f"{VIP}/24",))
        balancer = Balancer(farm, farm.lb, router + service())
        balancer.start()
        balancer.settle("it is master", lambda: happened(balancer) == order)
        before = recorded(balancer.daemon)["vrrp"]
        os.kill(before, signal.SIGKILL)  # a successor does not wait for what was there already
        balancer.settle("there is another", lambda: recorded(balancer.daemon).get("vrrp", before) != before)
        balancer.settle("it resumes", lambda: happened(balancer)[:1] == ["MASTER"])
