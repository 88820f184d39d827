"""``bench/program-ipvs``: boots a guest that has IPVS, lets it measure, prints the best of each and the limits."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from _common.commandline import programming_parser

ROOT = Path(__file__).parents[2]
LIMITS_MS = {
    "1 service x 1,000 servers": 40.0,
    "1,000 services x 1 server": 100.0,
    "read back 1,000 servers": 60.0,
    "of that, programming": 10.0,
}
"""The most that standfast may take, best of all rounds."""
FIFTH = ("1 service x 1,000 servers", "1,000 services x 1 server")
"""Where it must also stay under a fifth of `ipvsadm -R`."""
ROUNDS = 5
_BOOT_S = 60
_ROUND_S = 60

Samples = dict[str, dict[str, list[float]]]
"""What was done -> by whom -> milliseconds."""


def main() -> None:
    """Measure, print, and end with 1 if a limit is not held."""
    description = "How long programming IPVS takes: standfast, ipvsadm and keepalived."
    options = programming_parser(description, quick="one round", rounds=ROUNDS).parse_args()
    rounds = 1 if options.quick else options.rounds
    samples = measured(rounds)
    missed = show(samples)
    if options.json:
        options.json.write_text(json.dumps({"program": "program-ipvs", "ms": samples}, indent=1) + "\n")
    raise SystemExit(1 if missed else 0)


def measured(rounds: int) -> Samples:
    """What the guest found."""
    sys.path.insert(0, str(ROOT / "tests" / "uml"))
    from guest.machine import Machine, lacking

    if why := lacking():
        raise SystemExit(why)
    with tempfile.TemporaryDirectory(prefix="standfast-bench-") as place:
        here = Path(place)
        command = [sys.executable, "-m", "_common.ipvs_guest", str(here / "samples"), str(rounds)]
        machine = Machine(here, ROOT / "bench", command)
        deadline = time.monotonic() + _BOOT_S + rounds * _ROUND_S
        while machine.running and time.monotonic() < deadline:
            time.sleep(0.2)
        machine.kill()
        if machine.status != 0:
            raise SystemExit(f"the guest did not finish (status {machine.status}):\n{machine.console()}")
        found: Samples = json.loads((here / "samples").read_text())
    return found


def show(samples: Samples) -> list[str]:
    """Print the table; give what missed its limit."""
    table = Table("IPVS, best in ms", "standfast", "ipvsadm", "keepalived", "limit", "met", box=box.MARKDOWN)
    missed = []
    for work, by in samples.items():
        best = {who: min(each) for who, each in by.items()}
        bounds = [LIMITS_MS[work]] if work in LIMITS_MS else []
        bounds += [best["ipvsadm"] / 5] if work in FIFTH else []
        met = all(best["standfast"] < bound for bound in bounds)
        if not met:
            missed.append(work)
        limit = " and ".join(f"< {bound:.0f}" for bound in bounds)
        cells = [f"{best[who]:.2f}" if who in best else "" for who in ("standfast", "ipvsadm", "keepalived")]
        table.add_row(work, *cells, limit, ("yes" if met else "NO") if bounds else "")
    Console(width=120).print(table)
    return missed
