"""``standfast doctor``: what on this machine is in the way of VRRP, and what mends it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from standfast.cli.where import add_configuration, add_run_dir, configuration_of

if TYPE_CHECKING:
    from standfast.doctor.rules import Finding

SCHEMA = "standfast.doctor/1"

ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "doctor",
        help="look for what is in the way on this machine",
        description="Look at kernel, sysctls, firewall, bridges, network managers, clock, capabilities and the "
        "running daemon; each finding comes with what mends it, and `standfast explain CODE` says more. Exit status: "
        "0 nothing or warnings only, 1 errors.",
    )
    add_configuration(parser)
    parser.add_argument("--json", action="store_true", help=f"one JSON document ({SCHEMA})")
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Look, judge, show; the exit status."""
    from standfast.doctor.gather import gather
    from standfast.doctor.rules import examine

    file, config_id = configuration_of(args)
    found = examine(gather(file, config_id=config_id, run_dir=args.run_dir))
    print(json.dumps(document(found), indent=2) if args.json else "\n".join(lines(found)))
    return 1 if any(finding.severity == "error" for finding in found) else 0


def document(found: Sequence[Finding]) -> dict[str, object]:
    """For programs."""
    findings = [
        {"code": each.code, "severity": each.severity, "message": each.words, "cure": each.cure} for each in found
    ]
    return {"schema": SCHEMA, "findings": findings}


def lines(found: Sequence[Finding]) -> list[str]:
    """For people."""
    told = []
    for each in found:
        told.append(f"{each.severity}[{each.code}]: {each.words}")
        if each.cure:
            told.append(f"    {each.cure}")
    return told or ["nothing is in the way"]
