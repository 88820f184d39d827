"""``standfast sniff``: which virtual routers speak on a network, with what, and which numbers are free."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import select
import sys
from typing import Any

from standfast.cli.order import duration
from standfast.clock import now
from standfast.net.overhear import Overhearer
from standfast.values import SECOND, seconds
from standfast.vrrp.survey import Survey

EX_PERMISSION = 4
EX_INTERFACE = 2
USUAL_S = 4.0
"""Three adverts of the usual interval, and a little more."""

_SHOWN_FREE = 8


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "sniff",
        help="hear which virtual routers speak on a network",
        description="Listen for VRRP adverts, in and out, and say who is master of which virtual router with which "
        "priority, interval and authentication, what does not fit together, and which numbers (VRIDs) are free. "
        "Sends nothing. Exit status: 0, 2 no such interface, 4 permission missing.",
    )
    parser.add_argument("interface", nargs="?", metavar="IFACE", help="only there (default: everywhere)")
    parser.add_argument("--for", dest="duration", type=duration, default=USUAL_S, metavar="TIME",
                        help=f"how long, e.g. 5m (default {USUAL_S:g}s, more than the longest interval)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object at the end")


def run(args: argparse.Namespace) -> int:
    """Listen, then tell; Ctrl-C tells at once."""
    try:
        overhearer = Overhearer([args.interface] if args.interface else [])
    except PermissionError:
        print("standfast sniff: needs root, or the capability CAP_NET_RAW", file=sys.stderr)
        return EX_PERMISSION
    except OSError as error:
        missing = error.errno in (errno.ENODEV, errno.ENXIO, None)
        why = "there is no such interface" if missing else error.strerror
        print(f"standfast sniff: cannot listen on {args.interface or 'this machine'}: {why}", file=sys.stderr)
        return EX_INTERFACE
    survey = Survey()
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(overhearer):
        listen(overhearer, survey, now() + round(args.duration * SECOND))
    report = survey.report(now())
    print(json.dumps(report) if args.json else shown(report))
    return 0


def listen(overhearer: Overhearer, survey: Survey, until: int) -> None:
    """Until then (microseconds)."""
    while (left := until - now()) > 0:
        if select.select([overhearer.fileno()], [], [], left / SECOND)[0]:
            moment = now()
            for interface, datagram in overhearer.read():
                survey.hear(interface, datagram, moment)


def shown(report: dict[str, Any]) -> str:
    """For people."""
    lines = [line for router in report["routers"] for line in _router(router)]
    for interface, free in report["free_vrids"].items():
        few = ", ".join(map(str, free[:_SHOWN_FREE]))
        lines.append(f"{interface}: {len(free)} VRIDs are free{': ' if few else ''}{few}"
                     f"{', ...' if len(free) > _SHOWN_FREE else ''}")  # fmt: skip
    if not report["routers"]:
        lines.append("no virtual router was heard")
    if report["nonsense"]:
        lines.append(f"{report['nonsense']} packets of protocol 112 are no VRRP (CARP, perhaps)")
    return "\n".join(lines)


def _router(router: dict[str, Any]) -> list[str]:
    master = router["master"] or "nobody (any more)"
    lines = [f"{router['interface']} VRID {router['vrid']} IPv{router['family']}: master {master}"]
    for each in router["speakers"]:
        addresses = ", ".join(each["addresses"]) or "addresses unknown"
        leaving = ", gave up" if each["leaving"] else ""
        timing = f"priority {each['priority']}, every {seconds(each['interval'])}"
        to = f"authentication {each['authentication']}, to {', '.join(each['destinations'])}"
        count = f"{each['adverts']} adverts{leaving}"
        lines.append(f"  {each['source']}: version {each['version']}, {timing}, {to}, {count}: {addresses}")
    return lines + [f"  CONFLICT: {words}" for words in router["conflicts"]]
