"""``standfast status``: who is master, since when, and why."""

from __future__ import annotations

import argparse

from standfast.cli.terminal import json_text, our_console
from standfast.cli.where import EX_UNKNOWN, add_run_dir
from standfast.control.picture import take


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "status",
        help="show what the daemon does, and why",
        description="Show what the daemon does, and why. "
        "Exit status: 0, or 3 if something is gone or stuck, or a MASTER lacks an address or route.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document (standfast.status/1)")
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Ask and show; the exit status."""
    picture = take(args.run_dir)
    if args.json:
        print(json_text(picture.document | {"problems": picture.problems}))
    else:
        from standfast.cli.table import table

        our_console().print(table(picture.document, picture.problems), crop=False)
    return EX_UNKNOWN if picture.problems else 0
