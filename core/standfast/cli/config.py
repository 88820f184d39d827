"""``standfast config``: what a configuration means, and what changes from one to another."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from standfast.cli.terminal import json_text
from standfast.config.effective import show
from standfast.config.knowledge import Knowledge
from standfast.config.load import load
from standfast.config.plan import plan
from standfast.config.shown_text import lines
from standfast.plugins import with_plugins

if TYPE_CHECKING:
    from standfast.config.load import Loaded

CANNOT = 2

ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("config", help="show what a configuration means, or compare two")
    below = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    shown = below.add_parser(
        "show",
        help="show the effective configuration and where each value comes from",
        description="Show everything that counts after defaults, inheritance and repairs, and where each value comes "
        "from: a line, global_defs or an outer block, or the default. Exit status: 0, or 2 if nothing starts with "
        "this file.",
    )
    shown.add_argument("file", metavar="FILE")
    shown.add_argument("--written", action="store_true", help="leave defaults out")
    difference = below.add_parser(
        "diff",
        help="say what a reload from one file to another would do",
        description="Say what a reload would do: what is added, removed and changed, keyword by keyword, what keeps "
        "its state, what starts anew, and why a reload would be refused. Exit status: 0 nothing would happen, "
        "1 something would, 2 a file cannot be run, or the reload would be refused.",
    )
    difference.add_argument("old", metavar="OLD")
    difference.add_argument("new", metavar="NEW")
    for each, schema in ((shown, "standfast.config/1"), (difference, "standfast.diff/1")):
        each.add_argument("-i", "--config-id", metavar="ID", help="what `@ID` lines compare with (default: host name)")
        each.add_argument("--json", action="store_true", help=f"one JSON document ({schema})")


def run(args: argparse.Namespace) -> int:
    """Do it; the exit status."""
    return _show(args) if args.action == "show" else _diff(args)


def _loaded(name: str, args: argparse.Namespace) -> Loaded:
    config_id = args.config_id if args.config_id is not None else os.uname().nodename.partition(".")[0]
    return load(name, config_id=config_id, environ=os.environ)


def _show(args: argparse.Namespace) -> int:
    loaded = _loaded(args.file, args)
    if loaded.config is None:
        return _cannot_run(loaded)
    schema, _ = with_plugins()
    document = show(loaded, schema, Knowledge(loaded), file=args.file, config_id=loaded.config.config_id)
    if args.json:
        print(json_text(document))
    else:
        print("\n".join(lines(document, defaults=not args.written)))
    return 0


def _diff(args: argparse.Namespace) -> int:
    old, new = _loaded(args.old, args), _loaded(args.new, args)
    if old.config is None:
        return _cannot_run(old)
    result = plan(old, new, with_plugins()[0])
    if args.json:
        print(json_text(result))
    else:
        for refusal in result.refusals:
            print(f"a reload would be refused: {refusal}")
        for step in result.steps:
            print(step)
        if result.nothing:
            print("a reload would change nothing", file=sys.stderr)
    return CANNOT if result.refusals else 0 if result.nothing else 1


def _cannot_run(loaded: Loaded) -> int:
    for stop in loaded.stops:
        print(f"{stop.span}: {stop.message}", file=sys.stderr)
    print("nothing starts with this file: see `standfast check`", file=sys.stderr)
    return CANNOT
