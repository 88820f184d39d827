"""``standfast watch``: the same as status, live: follows transitions and proves that it is fresh."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from standfast.cli.table import freshness, table
from standfast.cli.terminal import our_console
from standfast.cli.tracked_table import clock_time
from standfast.cli.where import add_run_dir
from standfast.control.client import NoAnswer
from standfast.control.client import watch as follow
from standfast.control.picture import Document, Picture, take

_PATIENCE_S = 1.5
"""The VRRP process says something at least once a second."""

_PAUSE_S = 0.5


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("watch", help="follow transitions as they happen")
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        if sys.stdout.isatty():
            _show_live(args.run_dir)
        else:
            _print_lines(args.run_dir)
    return 0


def pictures(run_dir: Path) -> Iterator[Picture]:
    """One for every change, at least one a second, for ever; also of a daemon that is gone."""
    while True:
        with contextlib.suppress(NoAnswer):
            for answer in follow(run_dir, "vrrp.status", patience_s=_PATIENCE_S):
                yield take(run_dir, answer if "turned_at" in answer else None)
        yield take(run_dir)
        time.sleep(_PAUSE_S)


def changes(before: dict[str, str], document: Document) -> Iterator[str]:
    """A line for every instance whose state is another than in ``before``, which is brought up to date."""
    instances = document["vrrp"]["instances"]
    for instance in instances:
        name, state = instance["name"], instance["state"]
        if before.get(name) != state:
            old = f"{before[name]} -> " if name in before else ""
            yield f"{clock_time(instance['since'])} {name}: {old}{state}: {instance['cause']}"
        before[name] = state
    for name in set(before) - {instance["name"] for instance in instances}:
        yield f"{clock_time(document['generated_at'])} {name}: {before.pop(name)} -> UNKNOWN: {freshness(document)}"


def _show_live(run_dir: Path) -> None:
    from rich.live import Live

    before = dict[str, str]()
    with Live(console=our_console(), auto_refresh=False) as live:
        for picture in pictures(run_dir):
            for line in changes(before, picture.document):
                live.console.print(line, markup=False)
            live.update(table(picture.document, picture.problems), refresh=True)


def _print_lines(run_dir: Path) -> None:
    before, troubles = dict[str, str](), tuple[str, ...]()
    for picture in pictures(run_dir):
        for line in changes(before, picture.document):
            print(line, flush=True)
        if picture.problems != troubles:
            print(*(picture.problems or ("all is well again",)), sep="\n", flush=True)
            troubles = picture.problems
