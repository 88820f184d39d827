"""``startup_script`` and ``shutdown_script``: run by the parent itself, one at a time, while nobody speaks."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from typing import Literal

from standfast.scripts.launch import become
from standfast.scripts.protocol import Start, Ways
from standfast.supervise import privileges
from standfast.supervise.children import ended_how
from standfast.supervise.generation import Essentials
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.parent import Parent
from standfast.values import SECOND, seconds

_AGAIN = 2 * SECOND
"""From SIGTERM to SIGKILL."""

_CANNOT_RUN = 127


def run_own(
    parent: Parent, name: Literal["startup_script", "shutdown_script"], essentials: Essentials, then: Callable[[], None]
) -> None:
    """Run the administrator's own preparations or his tidying up, if there are any; then ``then``."""
    settings = essentials.global_defs
    rules = settings.programs
    starting = name == "startup_script"
    call = rules.startup if starting else rules.shutdown
    if call is None:
        then()
        return
    limit = rules.startup_timeout if starting else rules.shutdown_timeout
    ways = Ways(secure=rules.secure, as_written=rules.as_written, umask=settings.umask)
    run_once(parent, name, ways.start(0, call, limit=limit), then)


def run_once(parent: Parent, name: str, order: Start, then: Callable[[], None]) -> None:
    """Run it, at most ``order.limit`` microseconds; ``then`` is called in any case. ``name`` is its keyword."""
    command = " ".join(order.argv)

    def main(log: LogPipe) -> int:
        privileges.take_up_all()
        log.log("error", "script.refused", f"`{name} {command}`: {become(order)}")
        return _CANNOT_RUN

    def ended(status: int) -> None:
        term.cancel()
        kill.cancel()
        if status:
            parent.log.log("warning", "script.failed", f"`{name} {command}`: {ended_how(status)}")
        then()

    def end(number: int) -> None:
        if number == signal.SIGTERM:
            words = f"`{name} {command}` has not ended within {seconds(order.limit)}: it is ended"
            parent.log.log("warning", "script.slow", words)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)

    try:
        pid = parent.brood.start("script", main, keep=(), on_end=ended)
    except OSError as error:
        parent.log.log("error", "script.refused", f"`{name} {command}`: no process can be started: {error.strerror}")
        then()
        return
    term = parent.reactor.after(order.limit, lambda: end(signal.SIGTERM))
    kill = parent.reactor.after(order.limit + _AGAIN, lambda: end(signal.SIGKILL))
