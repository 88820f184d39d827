"""bench/takeover: 200 and 1,000 addresses in one instance."""

from __future__ import annotations

import sys

from _common.adverts import Window
from _common.bench import Bench, MeasurementError
from _common.burden import burden
from _common.commandline import parser
from _common.launch import compile_as_installed
from _common.results import Results
from _common.sides import SIDES
from standfast.lab.namespace import LabError

CASES = ((200, True), (1000, True), (1000, False))
"""How many addresses; whether the kernel promotes secondary ones."""
_ROUNDS = (5, 1)


def main() -> None:
    """Measure both sides in turn and show the table."""
    made = parser("How long does one instance need for very many addresses? Each daemon in turn.")
    made.add_argument("--rounds", type=int, default=0, metavar="N", help="rounds of each daemon and count")
    options = made.parse_args()
    compile_as_installed()
    results = Results("takeover", tail="p95")
    try:
        for _ in range(options.rounds or _ROUNDS[options.quick]):
            for count, promote in CASES:
                for side in SIDES:
                    with Bench() as bench:
                        burden(bench, Window(0.0, side, options.sides[side], results), count, promote=promote)
    except (MeasurementError, LabError) as error:
        sys.exit(f"bench/takeover: {error}")
    results.show(options.sides)
    if options.json:
        results.write_json(options.json, options.sides)
