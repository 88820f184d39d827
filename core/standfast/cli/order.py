"""What ``yield``, ``hold`` and ``resume`` share."""

from __future__ import annotations

import argparse
import re
import sys

from standfast.cli.where import EX_UNKNOWN, add_run_dir
from standfast.control.client import NoAnswer, alive, ask
from standfast.control.protocol import Request

PATIENCE_S = 90
"""The VRRP process itself waits for a successor for a minute at most."""

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def declare(parser: argparse.ArgumentParser, *, lasting: bool = True) -> None:
    """Whom, and for how long."""
    parser.add_argument("instance", metavar="INSTANCE", help="an instance or a sync group; a group obeys as a whole")
    if lasting:
        parser.add_argument(
            "--for",
            dest="lasting",
            type=duration,
            metavar="TIME",
            help="take it back by itself after this time, such as 30m, 2h or 90s",
        )
    add_run_dir(parser)


def duration(text: str) -> float:
    """Seconds of ``90``, ``90s``, ``30m``, ``2h``, ``1d``. Raises :class:`argparse.ArgumentTypeError`."""
    matched = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if matched is None or float(matched[1]) == 0:
        raise argparse.ArgumentTypeError(f"a time is a number with s, m, h or d, such as 30m, not `{text}`")
    return float(matched[1]) * _UNITS[matched[2]]


def give(args: argparse.Namespace, request: Request) -> int:
    """Ask for it, say how it went; the exit status."""
    try:
        alive(args.run_dir, "vrrp")
        outcome = ask(args.run_dir, "vrrp.ctl", request, patience_s=PATIENCE_S)
    except NoAnswer as error:
        print(f"standfast {request.do}: {error}", file=sys.stderr)
        return EX_UNKNOWN
    if not outcome:
        print(f"standfast {request.do}: the VRRP process ended while it was asked: see `standfast status`",
              file=sys.stderr)  # fmt: skip
        return EX_UNKNOWN
    print(outcome["words"], file=sys.stdout if outcome["ok"] else sys.stderr)
    return 0 if outcome["ok"] else 1
