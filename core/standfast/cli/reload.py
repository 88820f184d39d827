"""``standfast reload``: read the configuration again, and say how that went."""

from __future__ import annotations

import argparse
import sys

from standfast.cli.where import EX_UNKNOWN, add_run_dir
from standfast.control.client import NoAnswer, alive, ask
from standfast.control.protocol import Request

_PATIENCE_S = 60
"""Reading may take 30 s, checking and taking over 15."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "reload",
        help="read the configuration again",
        description="Read the configuration again. Exit status: 0 done, 1 refused (nothing has changed), 3 no answer.",
    )
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Ask for it and tell the outcome; the exit status."""
    try:
        alive(args.run_dir, "daemon")
        outcome = ask(args.run_dir, "daemon.ctl", Request(do="reload"), patience_s=_PATIENCE_S)
    except NoAnswer as error:
        print(f"standfast reload: {error}", file=sys.stderr)
        return EX_UNKNOWN
    ok = bool(outcome.get("ok"))
    words = outcome.get("words", "the daemon ended meanwhile")
    print(words, file=sys.stdout if ok else sys.stderr)
    return 0 if ok else 1
