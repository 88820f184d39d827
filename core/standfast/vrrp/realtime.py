"""How the kernel treats the process that keeps time: scheduling class, CPUs, memory, garbage."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
from collections.abc import Callable
from typing import Final

from standfast.config.model import Scheduling

DEFAULT_PRIORITY: Final = 50
"""SCHED_RR priority unless the configuration says otherwise."""

LATE: Final = "adverts may be late on a busy machine"

_RLIMIT_RTTIME = 15  # getrlimit(2); Python 3.11 has no name for it
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4


def apply(scheduling: Scheduling, *, default: int = DEFAULT_PRIORITY, risk: str = LATE) -> list[str]:
    """Ask for everything that is configured; give a sentence for each wish that the kernel refused.

    ``default``: the real-time priority if none is configured (0: an ordinary process); ``risk``: what refusals mean.
    """
    wishes: list[tuple[str, Callable[[], None]]] = []
    if scheduling.cpu_affinity:
        wishes.append(("run on the configured CPUs", lambda: os.sched_setaffinity(0, scheduling.cpu_affinity)))
    nice = scheduling.nice
    if nice is not None:
        wishes.append((f"run at nice {nice}", lambda: os.setpriority(os.PRIO_PROCESS, 0, nice)))
    limit = scheduling.rlimit_rttime
    if limit is not None:
        wishes.append(("limit real-time CPU time", lambda: resource.setrlimit(_RLIMIT_RTTIME, (limit, limit))))
    priority = default if scheduling.rt_priority is None else scheduling.rt_priority
    if priority > 0:
        wishes.append((f"run with real-time priority {priority}", lambda: _real_time(priority)))
    return [words for what, wish in wishes if (words := _refusal(what, wish, risk))]


def lock_memory(risk: str = "adverts may be late") -> str:
    """Keep every page that is touched from now on in memory. Empty, or why not.

    MCL_ONFAULT: a plain mlockall would copy the whole image that we share with the parent (mlockall(2)).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0:
        return ""
    return f"cannot lock memory: {os.strerror(ctypes.get_errno())}; when memory is short {risk}"


def freeze_garbage() -> None:
    """No automatic collection any more: what lives now lives on; only what comes later is ever collected.

    A full collection of all that is imported would stop the loop for 12-25 ms; afterwards it takes microseconds.
    """
    gc.freeze()
    gc.disable()


def _real_time(priority: int) -> None:
    # RESET_ON_FORK: nothing that we might ever start inherits it.
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(priority))


def _refusal(what: str, wish: Callable[[], None], risk: str) -> str:
    try:
        wish()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return f"cannot {what}: {reason}; {risk}"
    return ""
