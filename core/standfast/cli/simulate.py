"""``standfast simulate``: who becomes MASTER for every combination of tracker results."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Final

from standfast.cli.machines import pairs
from standfast.cli.terminal import json_text
from standfast.config.load import load
from standfast.config.matching import Node
from standfast.simulation.situations import LIMIT
from standfast.simulation.verdicts import Report, Row, Verdict, simulate

SHOWN = 3
"""Situations with one outcome that the table names."""

ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "simulate",
        help="say who becomes MASTER when trackers fail",
        description="Play the configurations of several machines through on a pretended LAN, with the routers of the "
        "daemon: for every combination of what can be good or bad (links, scripts, files, processes, BFD) it says who "
        "is MASTER, and where that is nobody, two, or a machine with faults though another has none. Exit status: "
        "0 all is well, 1 some combination ends badly though it need not (all machines in FAULT is no fault of the "
        "files), 2 a file cannot be run.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="one for each machine, or one with several -i")
    parser.add_argument("-i", "--config-id", metavar="ID", action="append", help="what `@ID` lines compare with "
                        "(default: host name)")  # fmt: skip
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="N", help="look at no more than N combinations of "
                        f"each virtual router, those with few faults (default: {LIMIT})")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document (standfast.simulate/1)")


def run(args: argparse.Namespace) -> int:
    """Simulate, print; the exit status."""
    try:
        machines = list(pairs(args.files, args.config_id or [], several=True))
    except ValueError as error:
        print(f"standfast simulate: {error}", file=sys.stderr)
        return 2
    nodes = [Node(m.name, load(m.file, config_id=m.config_id, environ=os.environ)) for m in machines]
    stopped = [stop for node in nodes if node.loaded.config is None for stop in node.loaded.stops]
    if stopped:
        for stop in stopped:
            print(f"{stop.span}: {stop.message}", file=sys.stderr)
        return 2
    report = simulate(nodes, max(1, args.limit))
    if args.json:
        print(json_text(report))
    else:
        _show(report)
    return 1 if any(verdict.bad for verdict in report.routers) else 0


def _show(report: Report) -> None:
    if not report.routers:
        print("no virtual router in any of these files", file=sys.stderr)
    for verdict in report.routers:
        _show_router(verdict)


def _show_router(verdict: Verdict) -> None:
    print(f"{verdict.name}, virtual router {verdict.vrid}, on {', '.join(verdict.machines)}:"
          f" {verdict.situations} combinations")  # fmt: skip
    if verdict.cut:
        print(f"  NOT COMPLETE: {verdict.cut}")
    headings = ("bad", *verdict.machines, "MASTER")
    lines: list[tuple[tuple[str, ...], str]] = [(headings, "")]
    for row in verdict.rows:
        first, *alike = _bad(row)
        mark = f"  <- {row.problem}" if row.problem else ""
        lines.append(((first, *row.conditions, " + ".join(row.masters) or "nobody"), mark))
        lines += [((each, *("" for _ in headings[1:])), "") for each in alike]
    widths = [max(len(cells[column]) for cells, _ in lines) for column in range(len(headings))]
    for cells, mark in lines:
        padded = "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True))
        print(f"  {padded}{mark}".rstrip())
    for note in verdict.notes:
        print(f"  note: {note}")
    print()


def _bad(row: Row) -> list[str]:
    """Situations with the same outcome, one on each line."""
    shown = [" + ".join(each) or "nothing" for each in row.bad[:SHOWN]]
    more = len(row.bad) - len(shown)
    return [shown[0], *(f"or {each}" for each in shown[1:]), *([f"or {more} more"] if more else [])]
