"""``standfast resume``: take ``yield`` or ``hold`` back."""

from __future__ import annotations

import argparse

from standfast.cli.order import declare, give
from standfast.control.protocol import Request


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "resume",
        help="take `yield` or `hold` back",
        description="Let an instance take part in elections again. Exit status: 0; 1 refused; 3 no answer.",
    )
    declare(parser, lasting=False)


def run(args: argparse.Namespace) -> int:
    """Order it; the exit status."""
    return give(args, Request(do="resume", instance=args.instance))
