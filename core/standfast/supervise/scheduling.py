"""How the parent itself is scheduled: one real-time priority above the child that keeps time."""

from __future__ import annotations

import contextlib
import os
from typing import Final

from standfast.supervise.generation import Essentials

REAL_TIME: Final = 50
"""The VRRP process's SCHED_RR priority when nothing is configured."""


def run_above(essentials: Essentials) -> None:
    """One priority above a real-time child: a busy one could otherwise keep us from ending it."""
    priority = essentials.global_defs.scheduling.rt_priority
    wanted = (REAL_TIME if priority is None else priority) + 1
    policy = os.SCHED_RR if priority != 0 else os.SCHED_OTHER
    with contextlib.suppress(PermissionError):  # then the child may not either, and says so
        parameter = os.sched_param(min(wanted, os.sched_get_priority_max(os.SCHED_RR)) if priority != 0 else 0)
        os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, parameter)
