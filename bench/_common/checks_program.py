"""bench/checks: which loads are measured, and for how long."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from _common.bench import MeasurementError
from _common.checks import Load, measure, web_server
from _common.commandline import parser
from _common.launch import compile_as_installed
from _common.results import Figure, Results
from _common.sides import SIDES
from _common.targets import Target

COSTS = {"TCP": Target(ratio=2.0), "HTTP": Target(ratio=1 / 0.45, p50=500.0), "HTTPS": Target(ratio=1.25)}
"""At least 0.5, 0.45 and 0.8 of keepalived's checks in a second of CPU; 2,000 HTTP checks a second on one core."""
LATENESS = Target(p50=100.0)

FULL = [Load(kind, servers, delay) for kind, servers, delay in (
    ("TCP", 100, 1), ("TCP", 1000, 1), ("TCP", 10000, 10),
    ("HTTP", 100, 1), ("HTTP", 1000, 1), ("HTTP", 10000, 10),
    ("HTTPS", 100, 1), ("HTTPS", 300, 1), ("HTTPS", 3000, 10),
)]  # fmt: skip
QUICK = [Load("TCP", 500, 1), Load("HTTP", 500, 1), Load("HTTPS", 100, 1)]
_INSIDE = "STANDFAST_BENCH_INSIDE"


def main() -> None:
    """Measure all loads and show the table."""
    made = parser("How many checks does a second of CPU make, and how late do they begin? The sides take turns.")
    made.add_argument("--only", default="", choices=["", "TCP", "HTTP", "HTTPS"], help="one kind of check alone")
    options = made.parse_args()
    if _INSIDE not in os.environ:
        _in_a_network_of_its_own()
    compile_as_installed()
    results = Results("checks", tail="p99")
    results.remarks.append("CPU of the process that checks; keepalived's with a library in place of IPVS")
    try:
        with tempfile.TemporaryDirectory() as directory, web_server(Path(directory)):
            for load in QUICK if options.quick else FULL:
                if options.only in ("", load.kind):
                    _measure(
                        load,
                        options.sides,
                        results,
                        Path(directory),
                        3.0 if options.quick else max(10.0, 3 * load.delay_s),
                    )
    except (MeasurementError, subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"bench/checks: {error}")
    results.show(options.sides)
    if options.json:
        results.write_json(options.json, options.sides)


def _measure(load: Load, sides: dict[str, str], results: Results, directory: Path, window_s: float) -> None:
    for side in SIDES:
        cost = measure(sides[side], load, window_s, directory)
        results.add(Figure(load.case, "CPU per check", "us", COSTS[load.kind]), side, cost.micros_per_check)
        if cost.p99_ms is not None:
            results.add(Figure(load.case, "lateness p99", "ms", LATENESS), side, cost.p99_ms)


def _in_a_network_of_its_own() -> None:
    """Begin again in a network namespace with nothing but loopback."""
    os.environ[_INSIDE] = "1"
    inner = 'ip link set lo up && exec "$@"'
    command = ["unshare", "-n", "sh", "-c", inner, "sh", sys.executable, *sys.argv]
    os.execvp(command[0], command)  # noqa: S606 - these very programs
