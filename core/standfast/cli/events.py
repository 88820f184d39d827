"""``standfast events``: what happened, numbered, and what happens from now on."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator

import msgspec

from standfast.cli.where import EX_UNKNOWN, add_run_dir
from standfast.clock import iso
from standfast.control.client import NoAnswer, watch
from standfast.control.picture import Document
from standfast.control.protocol import Request
from standfast.events import AnyEvent, TrackerChange
from standfast.supervise.telling import told

_AGAIN_AFTER_S = 0.5
_PATIENCE_S = 2.0


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "events",
        help="show what happened",
        description="Show events, oldest first; the VRRP process keeps the last 4096 and numbers them. "
        "Exit status: 0, or 3 if it does not answer.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--follow", action="store_true", help="go on with what happens; a new process begins at 1")
    parser.add_argument("--since", type=_number, default=0, metavar="N", help="only those after number N")
    add_run_dir(parser)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"events are numbered from 1, not `{text}`")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Show them; the exit status."""
    try:
        for event in follow(args) if args.follow else some(args):
            print(json.dumps(event) if args.json else line(event), flush=args.follow)
    except NoAnswer as error:
        print(f"standfast events: {error}", file=sys.stderr)
        return EX_UNKNOWN
    except KeyboardInterrupt:
        return 130
    return 0


def some(args: argparse.Namespace) -> Iterator[Document]:
    """Those that there are now."""
    since = args.since
    request = Request(do="events", since=since)
    for page in watch(args.run_dir, "vrrp.status", patience_s=_PATIENCE_S, request=request):
        yield from numbered(page, since)
        since = page["last"]


def follow(args: argparse.Namespace) -> Iterator[Document]:
    """For ever; a process that dies is followed by its successor, whose events are numbered anew."""
    since, whose, away = args.since, 0, False
    while True:
        request = Request(do="events", since=since, of=whose, follow=True)
        try:
            for page in watch(args.run_dir, "vrrp.status", patience_s=None, request=request):
                since, whose, away = since if whose in (0, page["pid"]) else 0, page["pid"], False
                yield from numbered(page, since)
                since = page["last"]
        except NoAnswer as error:
            if not whose:
                raise
            if not away:  # silence would read as "nothing happens"
                print(f"standfast events: {error}; what comes next is waited for", file=sys.stderr, flush=True)
            away = True
        time.sleep(_AGAIN_AFTER_S)


def numbered(page: Document, since: int) -> Iterator[Document]:
    """The events of a page, each with its number; ``lost`` in the first says how many before it are forgotten."""
    lost = max(page["first"] - since - 1, 0)
    for number, event in enumerate(page["events"], page["first"]):
        told = {"seq": number, "time": iso(event["at"])} | event
        yield told | ({"lost": lost} if lost and number == page["first"] else {})


def line(event: Document) -> str:
    """For people."""
    head = f"{event['seq']:>6}  {event['time']}  {event['type']:<28}"
    change = f"{event['old']} -> {event['new']}: " if "old" in event else ""
    lost = f" ({event['lost']} before it are forgotten)" if event.get("lost") else ""
    return f"{head}  {_whose(event)}{change}{_words(event)}{lost}"


def _whose(event: Document) -> str:
    """Name of what it is about, with what stands between that and the words."""
    if event["type"] == TrackerChange.__struct_config__.tag:  # a name alone does not tell a script from a file
        return f"{event['kind']} {event['name']}: " if "kind" in event else ""
    name = event.get("instance") or event.get("group") or event.get("name") or event.get("service", "")
    return f"{name}  " if name else ""


def _words(event: Document) -> str:
    """What happened; where an event has no words of its own, those of the log."""
    if words := event.get("cause") or event.get("words"):
        return str(words)
    try:
        found = told(msgspec.convert(event, type=AnyEvent))
    except msgspec.ValidationError:  # of a newer daemon than this command
        return ""
    return "" if found is None else found.words
