"""bench/adverts: which windows are measured, for how long, how many of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from _common.adverts import Window, clock_at_10_ms, drift, many_instances, start_up
from _common.bench import Bench, MeasurementError
from _common.commandline import parser
from _common.lanes import run_in_lanes
from _common.launch import compile_as_installed
from _common.profiles import V3_1_S, V3_100_MS
from _common.results import Results
from _common.sides import SIDES
from standfast.lab.namespace import LabError

Measurement = Callable[[Bench, Window], None]


@dataclass(frozen=True, slots=True)
class Part:
    """A measurement, how often for each side, how many seconds each, how many at once: (full, quick)."""

    name: str
    measurements: tuple[Measurement, ...]
    windows: tuple[int, int]
    seconds: tuple[float, float]
    lanes: int = 1


def _drift_at_100_ms(bench: Bench, window: Window) -> None:
    drift(bench, window, V3_100_MS)


def _drift_at_1_s(bench: Bench, window: Window) -> None:
    drift(bench, window, V3_1_S)


PLAN = (
    Part("clock", (clock_at_10_ms,), (2, 1), (8.0, 3.0)),
    # Four slow clocks sleep side by side.
    Part("drift", (_drift_at_100_ms, _drift_at_1_s), (1, 1), (20.0, 12.0), lanes=4),
    Part("many", (many_instances,), (2, 1), (8.0, 3.0)),
    Part("start", (start_up,), (8, 3), (0.0, 0.0)),
)


def main() -> None:
    """Measure all parts and show the table."""
    options = _parser().parse_args()
    compile_as_installed()
    results = Results("adverts", tail="p99")
    try:
        for part in PLAN:
            if options.only in ("", part.name):
                _measure(part, options, results)
    except (MeasurementError, LabError) as error:
        sys.exit(f"bench/adverts: {error}")
    results.show(options.sides)
    if options.json:
        results.write_json(options.json, options.sides)


def _measure(part: Part, options: argparse.Namespace, results: Results) -> None:
    jobs = [
        (measurement, Window(part.seconds[options.quick], side, options.sides[side], results))
        for _ in range(options.windows or part.windows[options.quick])
        for measurement in part.measurements
        for side in SIDES
    ]

    def work(bench: Bench, job: tuple[Measurement, Window]) -> None:
        measurement, window = job
        measurement(bench, window)

    run_in_lanes(jobs, part.lanes, work)


def _parser() -> argparse.ArgumentParser:
    made = parser("How even is the advert clock and what does it cost? Each daemon in turn, alone on its network.")
    made.add_argument("--windows", type=int, metavar="N", help="windows of each daemon and part")
    made.add_argument("--only", default="", choices=[part.name for part in PLAN], help="one part alone")
    return made
