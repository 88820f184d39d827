from __future__ import annotations

import gc
import os
import subprocess
import sys

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


def test_locking_memory_works_or_says_why_not():
    said = in_a_child("print(realtime.lock_memory())")
    assert said == "" or said.startswith("cannot lock memory: ")


def test_frozen_garbage_is_never_looked_at_again():
    said = in_a_child("import gc; realtime.freeze_garbage(); print(gc.isenabled(), gc.get_freeze_count() > 0)")
    assert said == "False True"
    assert gc.isenabled()
