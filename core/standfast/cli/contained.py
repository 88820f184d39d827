"""Commands that import other people's plugins do their work in a child: what ends that ends no command.

A plugin may end the process that imports it (``os._exit``, a crash in C, a signal) or hang so that no signal helps. As
with the daemon's loader (:mod:`standfast.supervise.loader`) it costs one child; the next goes without it, and says so
as of any plugin that does not work. Where nobody else's plugins are installed there is no child.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from standfast import containment
from standfast.containment import IMPORT_LIMIT, Guard
from standfast.plugins import GROUP, PROJECT
from standfast.values import SECOND, seconds

PATIENCE: Final = IMPORT_LIMIT + 5 * SECOND
"""For the import of one plugin, and for each of its blocks. What heeds signals has been given up before that."""

EX_SOFTWARE: Final = 70

_DONE: Final = "\n"
"""Said in place of a plugin's name when the work is over; no entry point is called so."""


def contained(program: str, work: Callable[[], int]) -> int:
    """Do it; its exit status. ``program`` is what people called."""
    others = strangers()
    if not others:
        return work()
    without: dict[str, str] = {}
    while True:
        status, culprit, words = _watched(work, without)
        if status is not None:
            return status
        if not culprit or culprit in without:
            hint = f"perhaps it was one of these plugins: {', '.join(others)} (see `standfast plugins`)"
            print(f"{program}: the process that did the work {words}; {hint}", file=sys.stderr)
            return EX_SOFTWARE
        without[culprit] = words


def strangers() -> tuple[str, ...]:
    """Entry points that did not come with standfast."""
    from importlib import metadata

    found = metadata.entry_points(group=GROUP)
    return tuple(sorted({each.name for each in found if each.dist is None or each.dist.name != PROJECT}))


def _watched(work: Callable[[], int], without: dict[str, str]) -> tuple[int | None, str, str]:
    """Exit status if the work was done; else who was at work, and what became of the process."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        os.close(reading)
        _work(work, Guard(without=dict(without), asking=partial(_tell, writing)), writing)
    os.close(writing)
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal interrupts the child, too
    try:
        said, hangs = _follow(reading, pid)
        if hangs:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    finally:
        signal.signal(signal.SIGINT, interrupt)
        os.close(reading)
    code = os.waitstatus_to_exitcode(status)
    if said == _DONE:
        return code, "", ""
    if code == -signal.SIGINT:
        return 128 + signal.SIGINT, "", ""
    if hangs:
        return None, said, f"it ran for longer than {seconds(PATIENCE)} and was given up"
    words = "it ended the process that loads plugins" if said else "ended early"
    return None, said, f"{words} ({_end(code)})"


def _end(code: int) -> str:
    return f"exit status {code}" if code >= 0 else signal.Signals(-code).name


def _follow(pipe: int, pid: int) -> tuple[str, bool]:
    """Who is at work (empty: no plugin) when the child ends, and whether it hangs in that.

    The end of the pipe would tell too, but for a plugin that forks: its child holds the other end.
    """
    at_work, deadline = "", float("inf")
    child = os.pidfd_open(pid)
    watched = [pipe, child]
    try:
        while True:
            wait_s = None if deadline == float("inf") else max(deadline - time.monotonic(), 0)
            ready = select.select(watched, [], [], wait_s)[0]
            if not ready:
                return at_work, True
            # Before each name is a NUL byte, so that an empty one is there, too.
            if pipe in ready and (heard := os.read(pipe, 65_536)):
                at_work = heard.rpartition(b"\0")[2].decode(errors="replace")
                deadline = time.monotonic() + PATIENCE / SECOND if at_work not in ("", _DONE) else float("inf")
            elif child in ready:
                return at_work, False
            else:  # closed, and the child lives on
                watched.remove(pipe)
    finally:
        os.close(child)


def _tell(pipe: int, name: str) -> None:
    os.write(pipe, b"\0" + name.encode(errors="replace"))


def _work(work: Callable[[], int], guard: Guard, pipe: int) -> None:
    """In the child. Does not return."""
    status = EX_SOFTWARE
    try:
        containment.stand_under(guard)
        status = work()
    except SystemExit as error:
        status = _status_of(error.code)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:
        traceback.print_exc()
        status = 1
    finally:
        _flush((sys.stdout, sys.stderr))
        _tell(pipe, _DONE)
        os._exit(status)


def _status_of(code: object) -> int:
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


def _flush(streams: Iterable[object]) -> None:
    for stream in streams:
        try:
            stream.flush()  # type: ignore[attr-defined]
        except (OSError, ValueError):  # nobody reads any more
            continue
