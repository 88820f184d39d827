"""``standfast check``: what is wrong with a configuration, and where."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from standfast.cli.terminal import coloured
from standfast.config import render
from standfast.config.diagnostics import Diagnostic
from standfast.config.load import load

if TYPE_CHECKING:
    from standfast.config.load import Loaded

UNREADABLE = "SF1001"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "check",
        help="check configuration files",
        description="Check configuration files. Exit status: 0 fine or warnings only, 1 errors, 2 cannot read.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("-i", "--config-id", metavar="ID", help="what `@ID` lines compare with (default: host name)")
    parser.add_argument("--json", action="store_true", help="print one JSON document (standfast.check/1)")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.add_argument("--on-this-machine", action="store_true", help="look for interfaces, users and scripts too")


def run(args: argparse.Namespace) -> int:
    """Check every file; print what was found; the exit status."""
    config_id = args.config_id if args.config_id is not None else os.uname().nodename.partition(".")[0]
    diagnostics: list[Diagnostic] = []
    for name in args.files:
        diagnostics += _check(name, config_id, on_this_machine=args.on_this_machine)
    if args.json:
        print(json.dumps(render.as_json(diagnostics), indent=2))
    else:
        _show(diagnostics, args.files)
    return status(diagnostics, strict=args.strict)


def status(diagnostics: Sequence[Diagnostic], *, strict: bool) -> int:
    """2 if a file cannot be read, 1 with errors (or warnings, if they count), else 0."""
    if any(diagnostic.code == UNREADABLE for diagnostic in diagnostics):
        return 2
    counts = ("error", "warning") if strict else ("error",)
    return 1 if any(diagnostic.severity in counts for diagnostic in diagnostics) else 0


def _check(name: str, config_id: str, *, on_this_machine: bool) -> list[Diagnostic]:
    loaded = load(name, config_id=config_id, environ=os.environ)
    return [*loaded.diagnostics, *(_here(loaded) if on_this_machine else ())]


def _here(loaded: Loaded) -> list[Diagnostic]:
    from standfast.config.machine import examine

    return examine(loaded.settings)


def _show(diagnostics: Sequence[Diagnostic], files: Sequence[str]) -> None:
    """Findings on stdout, the tally on stderr."""
    colour = coloured(sys.stdout)
    for diagnostic in diagnostics:
        print(render.render(diagnostic, colour=colour), end="\n\n")
    tally = render.summary(diagnostics) or "nothing to complain about"
    print(f"{', '.join(files)}: {tally}", file=sys.stderr)
