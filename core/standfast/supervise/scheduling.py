"""How the parent itself is scheduled, one real-time priority above the child that keeps time, and how that begins."""

from __future__ import annotations

import contextlib
import os
from typing import Final

from standfast.supervise.generation import Essentials

REAL_TIME: Final = 50
"""The VRRP process's SCHED_RR priority when nothing is configured."""


def run_above(essentials: Essentials) -> None:
    """One priority above a real-time child: a busy one could otherwise keep us from ending it."""
    priority = _priority(essentials)
    policy = os.SCHED_RR if priority else os.SCHED_OTHER
    with contextlib.suppress(PermissionError):  # then the child may not either, and says so
        parameter = os.sched_param(min(priority + 1, os.sched_get_priority_max(os.SCHED_RR)) if priority else 0)
        os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, parameter)


def lift(pid: int, essentials: Essentials) -> None:
    """Make a child real-time that has just been forked, as an ordinary process (SCHED_RESET_ON_FORK, sched(7)).

    It asks for that itself, but first it has to have the processor, and on a busy machine it would wait for its turn.
    """
    if priority := _priority(essentials):
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.sched_setscheduler(pid, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(priority))


def _priority(essentials: Essentials) -> int:
    """Of the VRRP process; 0: it is an ordinary one."""
    configured = essentials.global_defs.scheduling.rt_priority
    return REAL_TIME if configured is None else configured
