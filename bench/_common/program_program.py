"""``bench/program``: full tables and single changes, by us and by the usual tool, in one run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import trio
from rich import box
from rich.console import Console
from rich.table import Table

from _common.commandline import programming_parser
from _common.planes import Timing, by_backend, by_tool, works
from standfast.lab.lab import Host, Lab
from standfast_lb.nftables.backend import NftablesBalancer

NFTABLES = {1: (1.0, None), 100: (4.0, 2.0), 1000: (30.0, 2.0), 10_000: (300.0, None)}
"""Servers -> the most that the full table and one change may take, in milliseconds."""
ROUNDS = 5


def main() -> None:
    """Measure, print, and end with 1 if a limit is not held."""
    description = "How long programming a data plane takes, by us and by the usual tool."
    options = programming_parser(description, quick="no more than 1,000 servers", rounds=ROUNDS).parse_args()
    with Lab() as lab:
        (host,) = lab.add_hosts(lb=["10.0.0.1/8"])
        limits = {count: both for count, both in NFTABLES.items() if not options.quick or count <= 1000}
        timings = list(nftables(host, lab.directory, limits, options.rounds))
    _show(timings)
    if options.json:
        report = [{"work": each.work.name, "by": each.who, "ms": each.samples} for each in timings]
        options.json.write_text(json.dumps({"program": "program", "timings": report}, indent=2))
    missed = [each for each in timings if each.who == "standfast" and not _held(each, timings)]
    raise SystemExit(1 if missed else 0)


def nftables(host: Host, directory: Path, limits: dict, rounds: int) -> list[Timing]:
    """Both take turns, so that a busy moment of the machine meets both."""

    def tool(file: Path) -> None:
        subprocess.run(["nft", "-f", file], check=True)

    found = []
    with host.namespace.entered():
        for work in works(limits):
            ours, theirs = Timing(work, "standfast"), Timing(work, "nft -f")
            for _round in range(rounds):
                ours.samples.append(trio.run(by_backend, NftablesBalancer, work))
                theirs.samples.append(by_tool(tool, NftablesBalancer, work, directory))
                subprocess.run(["nft", "flush", "ruleset"], check=True)
            found += [ours, theirs]
    return found


def _held(ours: Timing, timings: list[Timing]) -> bool:
    theirs = next(each for each in timings if each.work == ours.work and each.who != "standfast")
    return (ours.work.limit_ms is None or ours.best < ours.work.limit_ms) and ours.best < theirs.best


def _show(timings: list[Timing]) -> None:
    table = Table("nftables", "standfast, ms", "nft -f, ms", "limit", "met", box=box.MARKDOWN)
    for ours in timings:
        if ours.who != "standfast":
            continue
        theirs = next(each for each in timings if each.work == ours.work and each.who != "standfast")
        limit = f"< {ours.work.limit_ms:g}, < nft -f" if ours.work.limit_ms else "< nft -f"
        met = "yes" if _held(ours, timings) else "NO"
        table.add_row(ours.work.name, f"{ours.best:.2f}", f"{theirs.best:.2f}", limit, met)
    Console(width=120).print(table)
