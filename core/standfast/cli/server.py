"""``standfast server``: drain, enable, disable or weigh a real server of the running daemon."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from standfast.cli.order import duration
from standfast.cli.where import EX_UNKNOWN, add_run_dir
from standfast.cli.who import who
from standfast.control.client import NoAnswer, alive, ask
from standfast.control.protocol import Request

LONGEST_WHY: Final = 500
"""Characters of `--why`; the rest is cut off."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "server",
        help="drain, enable, disable or weigh a real server",
        description="Change how a real server counts, until `enable`. Orders outlive reloads, the death of any "
        "process and restarts of the daemon; they are kept in the run directory, which a reboot empties. "
        "Exit status: 0 done, 1 refused, 3 no answer.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, words in (
        ("drain", "no new connections; those that are there go on"),
        ("enable", "take back what was ordered"),
        ("disable", "take it out, as if it had failed"),
        ("weight", "give it another weight"),
    ):
        action = actions.add_parser(name, help=words, description=f"{words.capitalize()}.")
        action.add_argument("service", metavar="VS", help="virtual server: 192.0.2.10:80, a mark, a group's name")
        action.add_argument("server", metavar="RS", help="real server: 10.0.0.1:80, or the address alone")
        action.add_argument("--why", default="", metavar="TEXT", help="what for; shown by `status`")
        if name == "drain":
            action.add_argument(
                "--for", dest="within", type=duration, metavar="TIME", help="then take it out, such as 30m"
            )
        if name == "weight":
            action.add_argument("amount", metavar="WEIGHT", help="a number; `-` for the configured one")
        add_run_dir(action)


def run(args: argparse.Namespace) -> int:
    """Order it and tell the outcome; the exit status."""
    amount = getattr(args, "amount", "-")
    if amount != "-" and not (amount.isascii() and amount.isdigit()):
        print(f"standfast server: a weight is a number or `-`, not `{amount}`", file=sys.stderr)
        return 2
    request = Request(
        do="server",
        action=args.action,
        service=args.service,
        server=args.server,
        amount=None if amount == "-" else int(amount),
        within_s=getattr(args, "within", None),
        by=who(),
        why=args.why[:LONGEST_WHY],
    )
    return give(args, request, "server")


def give(
    args: argparse.Namespace, request: Request, command: str, *, patience_s: float = 5, results: bool = False
) -> int:
    """Give an order to the health process; the exit status. ``results``: the answer is what was asked for."""
    try:
        alive(args.run_dir, "health")
        outcome = ask(args.run_dir, "health.ctl", request, patience_s=patience_s)
    except NoAnswer as error:
        print(f"standfast {command}: {_why(args.run_dir, error)}", file=sys.stderr)
        return EX_UNKNOWN
    ok = bool(outcome.get("ok"))
    print(outcome.get("words", "the daemon ended meanwhile"), file=sys.stdout if ok or results else sys.stderr)
    return 0 if ok else 1


def _why(run_dir: Path, error: NoAnswer) -> str:
    """In words; a daemon that has nothing to check, to balance or to tell has no health process, though its sockets."""
    with suppress(NoAnswer):
        daemon = ask(run_dir, "daemon.status", Request(do="status"))
        if "health" not in daemon.get("processes", {}):
            return "the daemon runs, and its configuration has nothing to check, to balance or to tell"
    return str(error)
