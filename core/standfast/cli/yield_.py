"""``standfast yield``: let another router be master, and take no part for a while."""

from __future__ import annotations

import argparse

from standfast.cli.order import declare, give
from standfast.control.protocol import Request


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "yield",
        help="let another router be master (maintenance)",
        description="Let another router be master, and take no part in elections until `standfast resume`. The "
        "addresses stay until the new master is heard; if none is, everything is as before. Holds over reloads and "
        "over the death of a process, not over a stop of the daemon. Exit status: 0; 1 refused; 3 no answer.",
    )
    parser.add_argument("--force", action="store_true", help="even if no other router takes over")
    declare(parser)


def run(args: argparse.Namespace) -> int:
    """Order it; the exit status."""
    return give(args, Request(do="yield", instance=args.instance, lasting=args.lasting, force=args.force))
