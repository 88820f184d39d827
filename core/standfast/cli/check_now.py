"""``standfast check-now``: make health checks at once and show what came of them."""

from __future__ import annotations

import argparse

from standfast.cli.server import give
from standfast.cli.where import add_run_dir
from standfast.control.protocol import Request

_PATIENCE_S = 15
"""The daemon gives checks ten seconds."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "check-now",
        help="make health checks at once",
        description="Make health checks at once and show their results; they count as any others. "
        "Exit status: 0 all well, 1 something is not, 3 no answer.",
    )
    parser.add_argument("service", nargs="?", default="", metavar="VS", help="virtual server (default: all)")
    parser.add_argument("server", nargs="?", default="", metavar="RS", help="real server (default: all)")
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Order it and show the results; the exit status."""
    request = Request(do="check", service=args.service, server=args.server)
    return give(args, request, "check-now", patience_s=_PATIENCE_S, results=True)
