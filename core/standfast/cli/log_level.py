"""``standfast log-level``: how much the running daemon writes."""

from __future__ import annotations

import argparse
import sys

from standfast.cli.order import duration
from standfast.cli.where import EX_UNKNOWN, add_run_dir
from standfast.control.client import NoAnswer, ask
from standfast.control.protocol import Request


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "log-level",
        help="show or change what the running daemon logs",
        description="Show or change the least level that the running daemon writes; with debug, lines that repeat "
        "themselves are written too. Exit status: 0, or 3 if it does not answer.",
    )
    parser.add_argument("level", nargs="?", choices=("debug", "info", "warning", "error"), help="default: show it")
    parser.add_argument("--for", dest="lasting", type=duration, metavar="TIME", help="then as it was, such as 30m")
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Ask for it, say how it went; the exit status."""
    try:
        outcome = ask(args.run_dir, "daemon.ctl", Request(do="log-level", level=args.level, lasting=args.lasting))
    except NoAnswer as error:
        print(f"standfast log-level: {error}", file=sys.stderr)
        return EX_UNKNOWN
    print(outcome.get("words", "the daemon ended meanwhile"))
    return 0 if outcome.get("ok") else EX_UNKNOWN
