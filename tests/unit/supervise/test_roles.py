from __future__ import annotations

import os
import subprocess
import sys

import pytest

from standfast.config.health_model import Needs
from standfast.supervise.generation import Essentials, Generation
from standfast.supervise.roles import HEALTH, SPAWNER, VRRP


def generation(**more):
    return Generation(1, 3, Essentials(), **more)


def test_each_gets_its_own_document():
    both = generation(health=4)
    assert [role.document(both) for role in (VRRP, HEALTH, SPAWNER)] == [3, 4, 3]


def test_vrrp_is_always_needed_and_the_others_when_there_is_work():
    assert [role.needed(generation()) for role in (VRRP, HEALTH, SPAWNER)] == [True, False, False]
    scripts = generation(needs=Needs(spawner=True))
    assert [role.needed(scripts) for role in (VRRP, HEALTH, SPAWNER)] == [True, False, True]
    checks = generation(needs=Needs(health=True))
    assert [role.needed(checks) for role in (VRRP, HEALTH, SPAWNER)] == [True, True, False]


SETTLING = """
import os
from standfast.config.model import GlobalDefs, Scheduling
from standfast.supervise import libc
from standfast.supervise.generation import Essentials
from standfast.supervise.roles import HEALTH
wishes = Scheduling(nice=5, rt_priority=3, rlimit_rttime=10000, no_swap=True)
essentials = Essentials(global_defs=GlobalDefs(checker_scheduling=wishes))
print(HEALTH.settle(essentials), os.getpriority(0, 0), os.sched_getscheduler(0) & 7)
locked = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmLck")]
print(locked != ["0"], libc.get_permitted() >> 23 & 1, libc.get_permitted() >> 14 & 1)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give rights up")
def test_the_health_process_is_scheduled_as_configured_before_it_gives_up_the_right_to():
    done = subprocess.run([sys.executable, "-c", SETTLING], capture_output=True, text=True, check=True).stdout
    assert done.splitlines() == [f"[] 5 {os.SCHED_RR}", "True 0 1"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give rights up")
def test_without_a_wish_the_health_process_is_an_ordinary_one():
    code = (
        "import os; from standfast.supervise.generation import Essentials;"
        "from standfast.supervise.roles import HEALTH;"
        "print(HEALTH.settle(Essentials()), os.getpriority(0, 0), os.sched_getscheduler(0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert done == f"[] {os.getpriority(os.PRIO_PROCESS, 0)} {os.sched_getscheduler(0)}\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give rights up")
@pytest.mark.parametrize(("namespace", "kept"), [("", "0"), ("blue", "1")])
def test_only_one_that_balances_in_another_namespace_keeps_the_right_to_go_there(namespace, kept):
    code = (
        "from standfast.supervise import libc; from standfast.supervise.generation import Essentials;"
        "from standfast.supervise.roles import HEALTH;"
        f"HEALTH.settle(Essentials(net_namespace_ipvs={namespace!r})); print(libc.get_permitted() >> 21 & 1)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == f"{kept}\n"
    )
