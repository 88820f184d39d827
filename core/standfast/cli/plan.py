"""``standfast plan``: the kernel operations that a start or a reload would make, without root and touching nothing."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Final

from standfast.cli.where import default_config_id
from standfast.config import render
from standfast.config.load import Loaded, load
from standfast.config.lvs_model import Balancing
from standfast.containment import at_work
from standfast.contract.balancing import LoadBalancer, Pool
from standfast.health.backends import PREFERENCE, Choice
from standfast.health.reconcile import plan, services_of
from standfast.health.telling import unique_names
from standfast.plugins import installed_plugins

ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "plan",
        help="show what would be programmed into the kernel",
        description="Show the kernel operations for load balancing, in the words of ipvsadm or nft: those of a start, "
        "or with --from those of a reload. Needs no root and touches nothing. Exit status: 0, 1 if something cannot be "
        "balanced, 2 if a file cannot be run.",
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--from", dest="before", metavar="FILE", help="the configuration that would be replaced")
    parser.add_argument("--backend", metavar="NAME", help="for services without `lb_backend` (default: ipvs)")
    parser.add_argument("-i", "--config-id", metavar="ID", help="what `@ID` lines compare with (default: host name)")


def run(args: argparse.Namespace) -> int:
    """Read, compare and print; the exit status."""
    config_id = args.config_id if args.config_id is not None else default_config_id()
    loaded = [load(name, config_id=config_id, environ=os.environ) for name in (args.before, args.file) if name]
    for each in loaded:
        if each.config is None:
            return _cannot_run(each)
    planes = installed_plugins().load_balancers
    default = args.backend or next((name for name in PREFERENCE if name in planes), "")
    after = loaded[-1].balancing
    choice = assign(after, planes, default)
    before = loaded[0].balancing if args.before else Balancing()
    lines = operations(before, after, planes, default)
    print("\n".join(lines) if lines else "nothing would change", flush=True)
    for name, words in choice.problems.items():
        print(f"{name} is not balanced: {words}", file=sys.stderr)
    return 1 if choice.problems else 0


def _cannot_run(loaded: Loaded) -> int:
    for stop in loaded.stops:
        print(render.render(stop, colour=False), file=sys.stderr)
    return 2


def assign(balancing: Balancing, planes: Mapping[str, type[LoadBalancer]], default: str) -> Choice:
    """Which plane runs what, without asking the kernel."""
    from standfast.config.entrances import entrances_of
    from standfast.config.suggest import did_you_mean

    groups = {group.name: group for group in balancing.groups}
    choice = Choice()
    for name, service in zip(unique_names(balancing.virtual_servers), balancing.virtual_servers, strict=True):
        plane = service.backend or balancing.globals.backend or default
        if plane not in planes:
            words = f"there is no data plane called `{plane}`. {did_you_mean(plane, planes)}".rstrip()
            choice.problems[name] = words if plane else "no data plane is installed"
            continue
        with at_work(plane):
            objection = next(iter(planes[plane].objections(service, entrances_of(service, groups))), None)
        if objection is None:
            choice.of[name] = plane
        else:
            choice.problems[name] = f"{plane}: {objection.words}"
    return choice


def operations(
    before: Balancing, after: Balancing, planes: Mapping[str, type[LoadBalancer]], default: str
) -> list[str]:
    """What leads from one to the other, all servers standing as they do before any check."""
    old, new = _pools(before, assign(before, planes, default)), _pools(after, assign(after, planes, default))
    lines: list[str] = []
    for name in dict.fromkeys([*old, *new]):
        changes = plan(old.get(name, {}), new.get(name, {}))
        settings = after.globals if before.globals != after.globals or name not in old else None
        if changes or settings is not None:
            with at_work(name):
                made = planes[name].render(changes, settings)
            where = f"# in network namespace {after.globals.net_namespace}"
            lines += [where, *made] if made and after.globals.net_namespace else made
    return lines


def _pools(balancing: Balancing, choice: Choice) -> dict[str, dict[str, Pool]]:
    """Plane -> its pools."""
    found: dict[str, dict[str, Pool]] = {}
    for name, service in services_of(balancing, 0).items():
        service.begin(0)
        if name in choice.of:
            found.setdefault(choice.of[name], {})[name] = service.pool()
    return found
