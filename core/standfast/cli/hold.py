"""``standfast hold``: preempt nobody for a while."""

from __future__ import annotations

import argparse

from standfast.cli.order import declare, give
from standfast.control.protocol import Request


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "hold",
        help="preempt no other master",
        description="Obey whoever is master, whatever the priority, as with `nopreempt`, until `standfast resume`. If "
        "that one falls silent this router takes over all the same. Exit status: 0; 1 refused; 3 no answer.",
    )
    declare(parser)


def run(args: argparse.Namespace) -> int:
    """Order it; the exit status."""
    return give(args, Request(do="hold", instance=args.instance, lasting=args.lasting))
