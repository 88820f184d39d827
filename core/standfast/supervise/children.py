"""Forking: a child that shares nothing with its siblings but what it was given."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from standfast.supervise.logpipe import LogPipe
from standfast.supervise.signals import settle_in_child

EX_SOFTWARE = 70
"""Exit status of a child whose code raised (sysexits.h, as keepalived's)."""


def fork_child(main: Callable[[], int], *, log: LogPipe, keep: Iterable[int], stderr: bool = False) -> int:
    """Start ``main`` in a process of its own and return its PID; what ``main`` returns is the exit status.

    The child leads a session, ignores what is sent to everybody, and holds the descriptors in ``keep`` alone:
    one more holder of a pipe's writing end would hide the parent's death from the others.
    ``stderr``: leave it descriptor 2; all others get /dev/null in its place, so that nothing can ever block there.
    """
    pid = os.fork()
    if pid:
        return pid
    # From here on nothing may escape into the parent's frames: they belong to somebody else's life.
    status = EX_SOFTWARE
    try:
        os.setsid()
        settle_in_child()
        close_all_but({*keep, log.socket.fileno()}, stderr=stderr)
        status = main()
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else EX_SOFTWARE
    except BaseException:
        log.log("error", "process.crashed", traceback.format_exc(limit=-12))
    finally:
        os._exit(status)


def close_all_but(keep: Iterable[int], *, stderr: bool) -> None:
    """Close every descriptor that is not in ``keep``; 0, 1 and (unless ``stderr``) 2 become /dev/null."""
    keep = set(keep)
    sys.stdout, sys.stderr, sys.stdin = None, None, None  # no buffer may be flushed twice
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for standard in (0, 1) if stderr else (0, 1, 2):
        os.dup2(nothing, standard)
    for entry in list(Path("/proc/self/fd").iterdir()):
        descriptor = int(entry.name)
        if descriptor > 2 and descriptor not in keep:
            with contextlib.suppress(OSError):  # the directory we were listing has gone already
                os.close(descriptor)


def start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since boot (proc(5), field 22); None if there is none, or only its zombie.

    Together with the PID it names a process for good: PIDs are used again.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def ended_how(status: int) -> str:
    """A wait status in words: ``killed by SIGKILL``, ``exit status 3``."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
