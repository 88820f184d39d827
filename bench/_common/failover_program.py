"""bench/failover: which rounds are run, and how many at once."""

from __future__ import annotations

import argparse
import sys

from _common import targets
from _common.bench import Bench, MeasurementError
from _common.commandline import parser
from _common.failover import ADVERT_LATE, GARP_LATE, Round, measure
from _common.lanes import run_in_lanes
from _common.launch import compile_as_installed
from _common.profiles import V2_1_S, V3_1_S, V3_10_MS, V3_100_MS, Profile
from _common.results import Results
from _common.sides import SIDES
from _common.witnesses import Witnesses
from standfast.lab.namespace import LabError

# Together, how many rounds for each side (in full, quick), how many lanes: the faster the clock, the fewer at once.
_PLAN: tuple[tuple[tuple[Profile, ...], int, int, int], ...] = (
    ((V2_1_S, V3_1_S), 6, 1, 8),
    ((V3_100_MS,), 8, 2, 2),
    ((V3_10_MS,), 8, 1, 1),
)


def main() -> None:
    """Run all rounds and show the table."""
    options = _parser().parse_args()
    compile_as_installed()
    results = Results("failover", tail="p95")
    try:
        with Witnesses() as witnesses:
            for profiles, full, quick, lanes in _PLAN:
                rounds = options.rounds or (quick if options.quick else full)
                jobs = [
                    Round(profile, side, options.sides[side])
                    for _ in range(rounds)
                    for profile in profiles
                    if options.only in profile.name
                    for side in SIDES
                ]
                _measure_all(jobs, lanes, results, witnesses)
    except (MeasurementError, LabError, TimeoutError) as error:
        sys.exit(f"bench/failover: {error}")
    results.pool("all take-overs", ADVERT_LATE, targets.FIRST_ADVERT_OF_ALL)
    results.pool("all take-overs", GARP_LATE, targets.FIRST_GARP)
    results.show(options.sides)
    if options.json:
        results.write_json(options.json, options.sides)


def _measure_all(jobs: list[Round], lanes: int, results: Results, witnesses: Witnesses) -> None:
    """All rounds, and those that the machine spoiled once more."""
    spoiled: list[Round] = []

    def work(bench: Bench, job: Round) -> None:
        if not measure(bench, job, results, witnesses):
            spoiled.append(job)

    run_in_lanes(jobs, lanes, work)
    again, spoiled = spoiled, []
    run_in_lanes(again, lanes, work)


def _parser() -> argparse.ArgumentParser:
    made = parser("How late does a backup take over? A pair of each daemon in turn: cut off, stopped, killed.")
    made.add_argument("--rounds", type=int, metavar="N", help="rounds of each daemon and profile")
    made.add_argument("--only", default="", metavar="WORDS", help="only profiles whose name has this: 'v3 10 ms'")
    return made
