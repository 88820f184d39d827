"""``standfast plugins``: what is installed, from where, for which contract, why one does not work; and a new one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from standfast.cli.terminal import json_text, our_console
from standfast.contract.checking import CONTRACT
from standfast.plugins import Found, find_plugins

if TYPE_CHECKING:
    from rich.console import RenderableType

KINDS: Final = ("checker", "notifier", "lb", "address-provider")


class PluginShown(msgspec.Struct, frozen=True, kw_only=True):
    """One entry point."""

    name: str
    module: str
    """What the entry point names; imported to ask it."""
    distribution: str
    """Empty: not known."""
    version: str
    works: bool
    problem: str
    """Why it does not, in words."""
    contracts: tuple[int, ...]
    """Which versions of the contract its classes were written for."""
    checkers: tuple[str, ...]
    load_balancers: tuple[str, ...]
    notifiers: tuple[str, ...]
    address_providers: tuple[str, ...]
    blocks: tuple[str, ...]
    """Paths of all blocks, those of checkers and notifiers too."""


class PluginsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """``plugins --json``."""

    schema: str = "standfast.plugins/1"
    contract: int = CONTRACT
    """The version that this standfast has."""
    plugins: tuple[PluginShown, ...] = ()


ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("plugins", help="list plugins and why one does not work, or begin a new one")
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    below = parser.add_subparsers(dest="action", metavar="ACTION")
    listed = below.add_parser(
        "list",
        help="list installed plugins",
        description="List the plugins that are installed: what each brings, from which distribution, for which version "
        "of the contract; and why one does not work. The same as `standfast plugins`. Exit status: 0, or 1 if one does "
        "not work.",
    )
    listed.add_argument("--json", action="store_true", help="one JSON document (standfast.plugins/1)")
    new = below.add_parser(
        "new",
        help="begin a plugin: a project with a test that passes",
        description="Make a directory `standfast-NAME` with a project that can be built, installed and tested as it "
        "is: a plugin of its own to be changed into yours. Exit status: 0, or 1 if that cannot be.",
    )
    new.add_argument("name", metavar="NAME", help="lower case letters, digits and dashes, such as `redis`")
    new.add_argument("--kind", choices=KINDS, default="checker", help="what it is to be; default: checker")
    new.add_argument("--directory", metavar="DIR", default=".", help="where to put it; default: here")


def run(args: argparse.Namespace) -> int:
    """Do it; the exit status."""
    return _new(args) if args.action == "new" else _list(args)


def _new(args: argparse.Namespace) -> int:
    from standfast.cli.template import CannotMake, make

    try:
        made = make(args.name, args.kind, Path(args.directory))
    except CannotMake as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{made} is made; its README.md says how to go on")
    return 0


def _list(args: argparse.Namespace) -> int:
    document = describe(find_plugins().found)
    if args.json:
        print(json_text(document))
    else:
        our_console().print(table(document), crop=False)
    return int(any(not plugin.works for plugin in document.plugins))


def describe(found: list[Found]) -> PluginsDocument:
    """For people and programs."""
    return PluginsDocument(plugins=tuple(_shown(each) for each in found))


def _shown(found: Found) -> PluginShown:
    registry = found.registry
    tables = (registry.checkers, registry.load_balancers, registry.notifiers, registry.address_providers)
    brought: list[Any] = [kind for table in tables for kind in table.values()]
    distribution, _, version = found.distribution.partition(" ")
    return PluginShown(
        name=found.name,
        module=found.module,
        distribution=distribution,
        version=version,
        works=not found.problem,
        problem=found.problem,
        contracts=tuple(sorted({each.contract for each in brought})),
        checkers=tuple(registry.checkers),
        load_balancers=tuple(registry.load_balancers),
        notifiers=tuple(registry.notifiers),
        address_providers=tuple(registry.address_providers),
        blocks=tuple(f"{below}/{block.name}".lstrip("/") for block, below in registry.blocks),
    )


def table(document: PluginsDocument) -> RenderableType:
    """What is there, then what does not work."""
    from rich.console import Group
    from rich.text import Text

    from standfast.cli.plain_table import PlainTable

    shown = PlainTable("plugin", "from", "contract", "brings")
    parts: list[RenderableType] = [shown]
    for plugin in document.plugins:
        origin = f"{plugin.distribution} {plugin.version}".strip() or "?"
        brings = " ".join(_brings(plugin)) if plugin.works else "does not work"
        contracts = " ".join(map(str, plugin.contracts)) or "-"
        shown.add_row(*map(Text, (plugin.name, origin, contracts, brings or "nothing")))
        if not plugin.works:
            parts.append(Text(f"{plugin.name} ({origin}) does not work: {plugin.problem}", style="bold red"))
    parts.append(Text(f"this standfast has contract {document.contract}", style="dim"))
    return Group(*parts)


def _brings(plugin: PluginShown) -> list[str]:
    named = [*plugin.checkers, *plugin.load_balancers, *plugin.notifiers, *plugin.address_providers]
    return named + [block for block in plugin.blocks if block.rpartition("/")[2] not in named]
