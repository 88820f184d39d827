"""``standfast demo``: two routers on this machine, one address, and a master that is killed, cut off and stopped."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from standfast.cli.terminal import our_console
from standfast.lab.balanced import SERVICE, Scene, staged_balancing
from standfast.lab.namespace import LabError
from standfast.lab.story import ADDRESS, Chapter, staged

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Tell = Callable[[float, str], None]

_SECOND_INTERVAL_S = 0.2
"""The second act is about servers: its balancers need not be watched while they wait."""
_SCENES = ("the service", "requests", "failed", "answered by", "settled after", "allowed", "")
_HEADINGS = ("the master", "address moved", "client went without", "allowed", "")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "demo",
        help="show a fail-over on this machine",
        description="Two daemons and a client in network namespaces, and a master that fails in four ways; then "
        "a web service behind the pair, and servers that fail.",
    )
    parser.add_argument("--plain", action="store_true", help="no colours and no redrawing: for logs and CI")
    parser.add_argument("--act", type=int, choices=(1, 2), help="only the fail-over (1) or the web service (2)")
    parser.add_argument("--interval", type=_interval, default=1.0, metavar="S", help="advert interval (default 1)")


def run(arguments: argparse.Namespace) -> int:
    """Play the story. 0: every failure survived within its bound; 1: not; 2: this machine cannot show it."""
    try:
        return _play(plain=arguments.plain, interval_s=arguments.interval, act=arguments.act)
    except LabError as error:
        print(f"standfast demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("standfast demo: interrupted; everything is cleaned up", file=sys.stderr)
        return 130


def _play(*, plain: bool, interval_s: float, act: int | None) -> int:
    console = our_console(force_terminal=False, width=100) if plain else our_console()

    def tell(seconds: float, words: str) -> None:
        console.print(f"[dim]{seconds:6.2f} s[/dim]  {words}", highlight=False)

    survived = True
    if act != 2:
        survived = _fail_over(console, tell, interval_s)
    if act != 1:
        survived = _balance(console, tell, min(interval_s, _SECOND_INTERVAL_S)) and survived
    return 0 if survived else 1


def _fail_over(console: Console, tell: Tell, interval_s: float) -> bool:
    with staged(tell, interval_s=interval_s) as story:
        console.print("[bold]one configuration for both routers[/bold]")
        console.print(story.config, highlight=False, markup=False)
        with console.status(f"asking {ADDRESS} ..."):
            chapters = list(story.begin().chapters())
    console.print(_summary(chapters))
    return all(chapter.survived for chapter in chapters)


def _balance(console: Console, tell: Tell, interval_s: float) -> bool:
    with staged_balancing(tell, interval_s=interval_s) as story:
        console.print("[bold]the same pair balances a web service, on nftables[/bold]")
        console.print(story.config, highlight=False, markup=False)
        with console.status(f"asking {SERVICE} port 80 ..."):
            scenes = list(story.begin().scenes())
    console.print(_scenes(scenes))
    return all(scene.survived for scene in scenes)


def _summary(chapters: Sequence[Chapter]) -> Table:
    from rich.table import Table

    table = Table(*_HEADINGS, title=f"how {ADDRESS} fared")
    for chapter in chapters:
        verdict = "[green]survived[/green]" if chapter.survived else "[red]too long[/red]"
        moved = f"{chapter.before} -> {chapter.after}"
        table.add_row(chapter.name, moved, f"{chapter.outage_ms:.0f} ms", f"{chapter.bound_ms:.0f} ms", verdict)
    return table


def _scenes(scenes: Sequence[Scene]) -> Table:
    from rich.table import Table

    table = Table(*_SCENES, title=f"how {SERVICE} port 80 fared")
    for scene in scenes:
        verdict = "[green]served[/green]" if scene.survived else "[red]disturbed[/red]"
        times = f"{scene.outage_ms:.0f} ms", f"{scene.bound_ms:.0f} ms"
        table.add_row(scene.name, str(scene.requests), str(scene.failed), scene.served, *times, verdict)
    return table


def _interval(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0.05 <= value <= 5:
        raise argparse.ArgumentTypeError(f"between 0.05 and 5 seconds, not `{text}`")
    return value
