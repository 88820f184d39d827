"""``standfast check``: what is wrong with a configuration, and where."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from standfast.cli.machines import pairs
from standfast.cli.terminal import coloured
from standfast.config import render
from standfast.config.diagnostics import Diagnostic
from standfast.config.load import load
from standfast.config.matching import Node
from standfast.config.nodes import compare
from standfast.config.sarif import as_sarif

if TYPE_CHECKING:
    from standfast.config.load import Loaded

UNREADABLE = "SF1001"
UNFILLED = ("SF1301", "SF1302", "SF1309", "SF1310")
"""`${X}` or `{{ x }}` stands in the line as it is: that no interface or program has such a name follows from it."""

ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "check",
        help="check configuration files",
        description="Check configuration files. Exit status: 0 fine or warnings only, 1 errors, 2 cannot read.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("-i", "--config-id", metavar="ID", action="append", help="what `@ID` lines compare with "
                        "(default: host name); several times with --nodes")  # fmt: skip
    parser.add_argument("--nodes", action="store_true", help="these are the machines of one network (a file for each, "
                        "or one file with several -i): compare them too")  # fmt: skip
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document (standfast.check/1)")
    form.add_argument("--sarif", action="store_true", help="print SARIF 2.1.0, for code hosts and editors")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.add_argument("--on-this-machine", action="store_true", help="look for interfaces, users and scripts too")


def run(args: argparse.Namespace) -> int:
    """Check every file; print what was found; the exit status."""
    try:
        machines = list(pairs(args.files, args.config_id or [], several=args.nodes))
    except ValueError as error:
        print(f"standfast check: {error}", file=sys.stderr)
        return 2
    diagnostics: list[Diagnostic] = []
    nodes: list[Node] = []
    for machine in machines:
        loaded = load(machine.file, config_id=machine.config_id, environ=os.environ)
        nodes.append(Node(machine.name, loaded))
        found = [*loaded.diagnostics, *(_here(loaded) if args.on_this_machine else ())]
        diagnostics += [each for each in found if each not in diagnostics]  # one file for several machines
    if args.nodes:
        diagnostics += compare(nodes)
    if args.json:
        print(json.dumps(render.as_json(diagnostics), indent=2))
    elif args.sarif:
        print(json.dumps(as_sarif(diagnostics), indent=2))
    else:
        _show(diagnostics, args.files)
    return status(diagnostics, strict=args.strict)


def status(diagnostics: Sequence[Diagnostic], *, strict: bool) -> int:
    """2 if a file cannot be read, 1 with errors (or warnings, if they count), else 0."""
    if any(diagnostic.code == UNREADABLE for diagnostic in diagnostics):
        return 2
    counts = ("error", "warning") if strict else ("error",)
    return 1 if any(diagnostic.severity in counts for diagnostic in diagnostics) else 0


def _here(loaded: Loaded) -> list[Diagnostic]:
    from standfast.config.machine import examine

    errors = (found for found in loaded.diagnostics if found.severity == "error")
    unfilled = {(found.span.file, found.span.line) for found in errors if found.code in UNFILLED}
    return [found for found in examine(loaded.settings) if (found.span.file, found.span.line) not in unfilled]


def _show(diagnostics: Sequence[Diagnostic], files: Sequence[str]) -> None:
    """Findings on stdout, the tally on stderr."""
    colour = coloured(sys.stdout)
    for diagnostic in diagnostics:
        print(render.render(diagnostic, colour=colour), end="\n\n")
    tally = render.summary(diagnostics) or "nothing to complain about"
    print(f"{', '.join(files)}: {tally}", file=sys.stderr)
