"""``standfast nagios``: is it as it should be? In the form that Nagios, Icinga and their like understand."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from standfast.cli.where import add_run_dir
from standfast.control.picture import Document, Picture, take

OK: Final = 0
WARNING: Final = 1
CRITICAL: Final = 2
UNKNOWN: Final = 3

_WORDS: Final = {OK: "OK", WARNING: "WARNING", CRITICAL: "CRITICAL", UNKNOWN: "UNKNOWN"}
_STATES: Final = ("MASTER", "BACKUP", "FAULT", "INIT", "LEAVING", "STOP")


class Verdict(NamedTuple):
    """What the plugin says and ends with."""

    status: int
    line: str


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "nagios",
        help="check states for Nagios and its like",
        description="Check whether instances are in the expected state, with performance data. Exit status: 0 as "
        "expected, 1 as expected but not well (an address is missing, a second master speaks, a service has no "
        "quorum), 2 another state, 3 the daemon is gone or stuck, so nothing can be said.",
    )
    parser.add_argument("--expect", metavar="STATE", default="MASTER,BACKUP", help="MASTER, BACKUP, or several with "
                        "commas (default MASTER,BACKUP)", type=_states)  # fmt: skip
    parser.add_argument("instances", nargs="*", metavar="INSTANCE", help="which (default: all)")
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Ask, say one line; the exit status."""
    verdict = judge(take(args.run_dir), args.expect, args.instances)
    print(verdict.line)
    return verdict.status


def judge(picture: Picture, expected: Sequence[str], names: Sequence[str] = ()) -> Verdict:
    """Pure: what there is to say of a picture."""
    vrrp = picture.document["vrrp"]
    if picture.document["daemon"] is None or not vrrp["fresh"]:
        why = picture.problems[0] if picture.problems else "the daemon does not answer"
        return _verdict(UNKNOWN, why.removeprefix("UNKNOWN "), ())
    known = {each["name"]: each for each in vrrp["instances"]}
    missing = [name for name in names if name not in known]
    if missing:
        return _verdict(UNKNOWN, f"there is no instance {missing[0]}", ())
    chosen = [known[name] for name in names or known]
    wrong = [each for each in chosen if each["state"] not in expected]
    data = tuple(_performance(chosen))
    if wrong:
        words = ", ".join(f"{each['name']} is {each['state']} ({each['cause']})" for each in wrong)
        return _verdict(CRITICAL, f"{words}; expected {' or '.join(expected)}", data)
    rivals = [each for each in chosen if each["dual_master"]]
    words = ", ".join(f"{each['name']} is {each['state']}" for each in chosen) or "no instances"
    troubles = [f"{each['name']}: {each['dual_master']['address']} is master too" for each in rivals]
    troubles += [problem for problem in picture.problems if not names or _about(problem, names, known)]
    if troubles:
        return _verdict(WARNING, f"{words}; {'; '.join(troubles)}", data)
    return _verdict(OK, words, data)


def _about(problem: str, names: Sequence[str], known: Document) -> bool:
    """Does it concern one of these instances, or nobody's instance in particular?"""
    owner = problem.partition(":")[0]
    return owner in names or owner not in known


def _verdict(status: int, words: str, data: Sequence[str]) -> Verdict:
    text = words.replace("|", "/").replace("\n", " ")  # a bar begins performance data
    return Verdict(status, f"STANDFAST {_WORDS[status]} - {text}" + (f" | {' '.join(data)}" if data else ""))


def _performance(instances: Sequence[Document]) -> Iterator[str]:
    """``'label'=value[unit];warn;crit;min;max`` of the plugin guidelines."""
    for each in instances:
        label = each["name"].replace("'", "").replace("=", "_")
        counters = each["counters"]
        yield f"'{label} priority'={each['priority']};;;0;255"
        yield f"'{label} adverts sent'={counters['advert_sent']}c"
        yield f"'{label} adverts received'={counters['advert_rcvd']}c"
        yield f"'{label} became master'={counters['become_master']}c"
        yield f"'{label} lateness'={each['lateness_p99_ms'] / 1000:g}s"


def _states(text: str) -> list[str]:
    states = text.upper().split(",")
    for state in states:
        if state not in _STATES:
            raise argparse.ArgumentTypeError(f"`{state}` is no state; known: {', '.join(_STATES)}")
    return states
