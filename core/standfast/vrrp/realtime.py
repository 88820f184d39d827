"""How the kernel treats the process that keeps time: scheduling class, CPUs, memory, garbage."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
from collections.abc import Callable
from typing import Final, NamedTuple

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
        # The soft limit alone: a reload may raise it again, which for the hard one takes a right that we have not.
        hard = resource.getrlimit(_RLIMIT_RTTIME)[1]
        wishes.append(("limit real-time CPU time", lambda: resource.setrlimit(_RLIMIT_RTTIME, (limit, hard))))
    priority = default if scheduling.rt_priority is None else scheduling.rt_priority
    if priority > 0:
        wishes.append((f"run with real-time priority {priority}", lambda: _real_time(priority)))
    return [words for what, wish in wishes if (words := _refusal(what, wish, risk))]


class Usual(NamedTuple):
    """How the process was before anything was configured: what a reload goes back to."""

    affinity: frozenset[int]
    nice: int
    limit: tuple[int, int]

    @classmethod
    def now(cls) -> Usual:
        """To be asked for before :func:`apply`."""
        affinity, nice = os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0)
        return cls(frozenset(affinity), nice, resource.getrlimit(_RLIMIT_RTTIME))


def change(old: Scheduling, new: Scheduling, usual: Usual) -> list[str]:
    """What a reload changes about a running process; a sentence for each wish that the kernel refused.

    What is not configured any more is as it was before. Locked memory stays locked.
    """
    wishes: list[tuple[str, Callable[[], None]]] = []
    if new.cpu_affinity != old.cpu_affinity:
        processors = new.cpu_affinity or usual.affinity
        wishes.append(("run on the configured CPUs", lambda: os.sched_setaffinity(0, processors)))
    if new.nice != old.nice:
        nice = usual.nice if new.nice is None else new.nice
        wishes.append((f"run at nice {nice}", lambda: os.setpriority(os.PRIO_PROCESS, 0, nice)))
    if new.rlimit_rttime != old.rlimit_rttime:
        limit = usual.limit if new.rlimit_rttime is None else (new.rlimit_rttime, usual.limit[1])
        wishes.append(("limit real-time CPU time", lambda: resource.setrlimit(_RLIMIT_RTTIME, limit)))
    if new.rt_priority != old.rt_priority:
        priority = DEFAULT_PRIORITY if new.rt_priority is None else new.rt_priority
        what = f"run with real-time priority {priority}" if priority else "run as an ordinary process"
        wishes.append((what, lambda: _real_time(priority)))
    return [words for what, wish in wishes if (words := _refusal(what, wish, LATE))]


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
    """0: not at all."""
    # RESET_ON_FORK: nothing that we might ever start inherits it.
    policy = os.SCHED_RR if priority else os.SCHED_OTHER
    os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, os.sched_param(priority))


def _refusal(what: str, wish: Callable[[], None], risk: str) -> str:
    try:
        wish()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return f"cannot {what}: {reason}; {risk}"
    return ""
