"""``standfast notify test``: try whether what happens here would be heard elsewhere."""

from __future__ import annotations

import argparse

from standfast.cli.server import give
from standfast.cli.where import add_run_dir
from standfast.control.protocol import Request

_PATIENCE_S = 15
"""The daemon gives each target ten seconds."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "notify",
        help="try the targets that are told what happens",
        description="What is told to targets outside: mail, webhooks. `standfast status` shows how each fares.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    test = actions.add_parser(
        "test",
        help="send a test, and say who took it",
        description="Send a test to targets and say whether they took it. "
        "Exit status: 0 all took it, 1 one did not, 3 no answer.",
    )
    test.add_argument("target", nargs="?", default="", metavar="TARGET", help="its name (default: all)")
    add_run_dir(test)


def run(args: argparse.Namespace) -> int:
    """Order it and show what each target said; the exit status."""
    return give(args, Request(do="notify", target=args.target), "notify", patience_s=_PATIENCE_S, results=True)
