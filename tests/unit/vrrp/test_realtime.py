from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys

import pytest

from standfast.config.model import Scheduling
from standfast.vrrp import realtime


def in_a_child(code: str) -> str:
    program = f"import os; from standfast.vrrp import realtime; from standfast.config.model import Scheduling; {code}"
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()


def test_what_is_asked_for_is_done_or_refused_in_words():
    said = in_a_child("print(realtime.apply(Scheduling()), os.sched_getscheduler(0) & os.SCHED_RR)")
    assert said in (
        "[] 2",
        "['cannot run with real-time priority 50: Operation not permitted; adverts may be late on a busy machine'] 0",
    )


def test_real_time_can_be_switched_off():
    assert in_a_child("print(realtime.apply(Scheduling(rt_priority=0)), os.sched_getscheduler(0))") == "[] 0"


def test_cpus_and_niceness():
    cpu = min(os.sched_getaffinity(0))
    wish = f"Scheduling(rt_priority=0, nice=5, cpu_affinity=({cpu},))"
    said = in_a_child(f"print(realtime.apply({wish}), os.getpriority(0, 0), os.sched_getaffinity(0))")
    assert said == f"[] 5 {{{cpu}}}"


def test_a_wish_that_cannot_be_granted_is_told():
    (words,) = realtime.apply(Scheduling(rt_priority=0, cpu_affinity=(4095,)))
    assert words.startswith("cannot run on the configured CPUs: ")


def test_a_reload_changes_what_it_says_and_goes_back_to_what_was():
    cpu = min(os.sched_getaffinity(0))
    said = in_a_child(
        "usual = realtime.Usual.now();"
        f"one, two = Scheduling(rt_priority=0), Scheduling(rt_priority=0, nice=5, cpu_affinity=({cpu},));"
        "print(realtime.apply(one), realtime.change(one, two, usual), os.getpriority(0, 0), os.sched_getaffinity(0));"
        "os.setpriority = lambda *_: print('nice', _[2]);"  # an ordinary user may not go back
        "print(realtime.change(two, one, usual), os.sched_getaffinity(0) == usual.affinity)"
    )
    assert said.splitlines() == [f"[] [] 5 {{{cpu}}}", "nice 0", "[] True"]


@pytest.mark.skipif(os.geteuid() != 0, reason="real time is not for everybody")
def test_real_time_comes_and_goes_with_a_reload():
    said = in_a_child(
        "usual = realtime.Usual.now(); off, on, other = (Scheduling(rt_priority=n) for n in (0, None, 7));"
        "look = lambda: (os.sched_getscheduler(0) & 7, os.sched_getparam(0).sched_priority);"
        "print([(realtime.change(a, b, usual), look()) for a, b in ((off, on), (on, other), (other, off))])"
    )
    refused = "cannot run with real-time priority {}: Operation not permitted; adverts may be late on a busy machine"
    done = [([], (2, 50)), ([], (2, 7)), ([], (0, 0))]
    assert said in (str(done), str([*(([refused.format(n)], (0, 0)) for n in (50, 7)), ([], (0, 0))]))


def test_what_is_equal_is_not_asked_for_again():
    wishes = Scheduling(rt_priority=0, cpu_affinity=(4095,))
    assert realtime.change(wishes, wishes, realtime.Usual.now()) == []


def test_the_limit_of_real_time_can_be_raised_again():
    said = in_a_child(
        "usual = realtime.Usual.now(); none = Scheduling(rt_priority=0);"
        "one, two = (Scheduling(rt_priority=0, rlimit_rttime=n) for n in (1000, 2000));"
        "print(*[(realtime.change(a, b, usual), realtime.resource.getrlimit(15)[0]) "
        "for a, b in ((none, one), (one, two), (two, none))])"
    )
    assert said == f"([], 1000) ([], 2000) ([], {resource.getrlimit(15)[0]})"


def test_locking_memory_works_or_says_why_not():
    said = in_a_child("print(realtime.lock_memory())")
    assert said == "" or said.startswith("cannot lock memory: ")


def test_frozen_garbage_is_never_looked_at_again():
    said = in_a_child("import gc; realtime.freeze_garbage(); print(gc.isenabled(), gc.get_freeze_count() > 0)")
    assert said == "False True"
    assert gc.isenabled()
