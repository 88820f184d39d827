"""bench/instances: 250 instances at 0.1 s in four sync groups on two routers, beside busy loops."""

from __future__ import annotations

import sys

from _common.adverts import Window
from _common.bench import Bench, MeasurementError
from _common.commandline import parser
from _common.crowd import crowd
from _common.launch import compile_as_installed
from _common.results import Results
from _common.sides import SIDES
from standfast.lab.namespace import LabError

_SECONDS = (60.0, 5.0)


def main() -> None:
    """Measure both sides in turn and show the table."""
    made = parser("Do many fast instances stay where they are, and move together? Each daemon in turn.")
    made.add_argument("--rounds", type=int, default=1, metavar="N", help="rounds of each daemon (1)")
    options = made.parse_args()
    compile_as_installed()
    results = Results("instances", tail="p99")
    try:
        for _ in range(options.rounds):
            for side in SIDES:
                with Bench() as bench:
                    crowd(bench, Window(_SECONDS[options.quick], side, options.sides[side], results))
    except (MeasurementError, LabError) as error:
        sys.exit(f"bench/instances: {error}")
    results.show(options.sides)
    if options.json:
        results.write_json(options.json, options.sides)
