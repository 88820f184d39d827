"""Becoming a program: what a script finds when it starts is what keepalived's scripts find."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
from typing import NoReturn

from standfast.scripts import account
from standfast.scripts.account import Refused
from standfast.scripts.protocol import Start

_NOT_PASSED_ON = ("IFS", "LD_PRELOAD", "LD_LIBRARY_PATH")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CANNOT_RUN = 127
_OPEN_FILES = 1_024
"""Soft limit of open files, as a login has it: the daemon's own is raised, and old programs use select(2)."""


def launch(order: Start) -> tuple[int, int]:
    """Fork; the child becomes the program. Returns its PID and a pipe that tells why it could not.

    The pipe is empty and closed once the program runs. Raises :class:`OSError` if there can be no process.
    """
    ours, theirs = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    # The spawner ignores SIGTERM; one that comes before the child has put that right must not be lost.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    pid = -1
    try:
        pid = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        raise
    finally:
        if pid:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if pid:
        os.close(theirs)
        return pid, ours
    # From here on nothing may escape into the parent's frames.
    words = "cannot be run"
    try:
        words = become(order)
    finally:
        with contextlib.suppress(OSError):
            os.write(theirs, words.encode(errors="replace")[:4_000])
        os._exit(_CANNOT_RUN)


def become(order: Start) -> str:
    """Become the program, for good. Returns only if that cannot be, and says why."""
    try:
        _become(order)
    except Refused as refused:
        return f"{order.argv[0]} is not run: {refused}"
    except OSError as error:
        return f"{order.argv[0]} cannot be run: {error.strerror}"
    except BaseException as error:
        return f"{order.argv[0]} cannot be run: {error!r}"


def _become(order: Start) -> NoReturn:
    if os.getpgrp() != os.getpid():
        os.setsid()
    _ordinary()
    os.umask(order.umask)
    os.chdir("/")
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    arguments = [_as_written(word) for word in order.argv]
    command = arguments[0]
    if command.startswith("</"):  # the shell's way of asking whether a file can be opened
        program, run = None, "/bin/sh"
    else:
        found = account.locate(command, environment.get("PATH", _PATH))
        program = account.resolve(found)
        run = str(found if order.as_written else program)
    chosen = account.account(order.identity, secure=order.secure)
    rooted = os.geteuid() == 0 if chosen is None else chosen.rooted
    if program is not None and order.secure and (why := account.objection(program, rooted=rooted)):
        raise Refused(f"{why}; `enable_script_security` is set")
    if chosen is not None:
        account.become(chosen)
    if program is None:
        os.execve(run, ["sh", "-c", " ".join(arguments)], environment)  # noqa: S606 - that is what we are for
    try:
        os.execve(run, arguments, environment)  # noqa: S606 - that is what we are for
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
    # a text without #!, as a shell would take it
    os.execve("/bin/sh", ["sh", run, *arguments[1:]], environment)  # noqa: S606 - the same


def _as_written(word: str) -> str:
    """A word of a configuration such that its bytes reach the program, whatever the locale makes of names of files."""
    return os.fsdecode(word.encode(errors="surrogateescape"))


def _ordinary() -> None:
    """Default signals, empty mask, ordinary scheduling: nothing of a daemon's."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    least = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (least, hard))
