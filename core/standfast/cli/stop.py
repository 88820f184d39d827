"""``standfast stop``: let the daemon leave, and wait until it has."""

from __future__ import annotations

import argparse
import os
import select
import sys
from contextlib import ExitStack
from pathlib import Path

from standfast.cli.where import EX_UNKNOWN, add_run_dir
from standfast.control.client import NoAnswer, Stuck, ask
from standfast.control.protocol import Request

_PATIENCE_S = 120
_GOODBYE_MS = 5_000
"""From the answer to the end of the process."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "stop",
        help="stop the daemon",
        description="Stop the daemon and wait until it is gone: it says priority 0 at once, and keeps its addresses "
        "until the new master is heard.",
    )
    parser.add_argument("--now", action="store_true", help="addresses off at once, without waiting for a new master")
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Ask for it and wait; the exit status."""
    with ExitStack() as cleanup:
        try:
            handle = _handle(args.run_dir)
            if handle is not None:
                cleanup.callback(os.close, handle)
            outcome = ask(args.run_dir, "daemon.ctl", Request(do="stop", now=args.now), patience_s=_PATIENCE_S)
        except NoAnswer as error:
            hint = "; end it with `kill -9`, then clean up with `standfast reap`" if isinstance(error, Stuck) else ""
            print(f"standfast stop: {error}{hint}", file=sys.stderr)
            return EX_UNKNOWN
        if handle is not None:
            _wait_for_the_end(handle)
    print(outcome.get("words", "the daemon ended while it was asked"))
    return 0


def _handle(run_dir: Path) -> int | None:
    pid = ask(run_dir, "daemon.status", Request(do="status")).get("pid")
    try:
        return None if pid is None else os.pidfd_open(pid)
    except ProcessLookupError:  # in another PID namespace, or gone in this moment
        return None


def _wait_for_the_end(handle: int) -> None:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll(_GOODBYE_MS)
