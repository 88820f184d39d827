"""The door for plugins, ours and everybody's. Used where configurations are read and in the health process alone.

A plugin is a module named by an entry point of the group ``standfast``::

    hookimpl = pluggy.HookimplMarker("standfast")

    @hookimpl
    def standfast_register(registry):
        registry.checker(LdapCheck)

Entry points are loaded one by one. One that does not work becomes a diagnostic that names it; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.keywords.checking import CheckerType
from standfast.config.keywords.notifying import NotifierType
from standfast.config.keywords.root import build_schema
from standfast.config.schema import Block, block_at
from standfast.containment import Guard, TooLong, limited, standing_under, watch
from standfast.contract.balancing import LoadBalancer
from standfast.contract.checking import Checker, WatchingChecker
from standfast.contract.notifying import Notifier
from standfast.contract.providing import AddressProvider
from standfast.registry import NotTaken, Registry

if TYPE_CHECKING:
    from importlib import metadata

PROJECT = "standfast"
GROUP = "standfast"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl: pluggy.HookimplMarker = pluggy.HookimplMarker(PROJECT)


class Register(Protocol):
    """What a plugin calls for each of its blocks."""

    def __call__(self, block: Block, *, below: str = "") -> None:
        """Attach ``block`` below the block at this path (``virtual_server/real_server``); empty: at the top level.

        A path that does not exist or a name that is taken disables the plugin.
        """


class EntryPoint(Protocol):
    """The part of :class:`importlib.metadata.EntryPoint` that is needed."""

    @property
    def name(self) -> str:
        """Its name."""

    def load(self) -> object:
        """Import what it names."""


class LeftOut(Exception):  # noqa: N818 - a verdict
    """A plugin that hung or ended an earlier process; ``str()`` says so."""


class Specification:
    """The hooks. Called where configurations are read and where checks are made; they do nothing but register."""

    @hookspec
    def standfast_register(self, registry: Registry) -> None:
        """Register classes: checkers, load balancers, notifiers, blocks."""

    @hookspec
    def standfast_register_blocks(self, register: Register) -> None:
        """Declare configuration blocks that are nothing but that."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry point, and what came of it."""

    name: str
    module: str = ""
    distribution: str = ""
    """``standfast-ldap 1.2``; empty if that is not known."""
    registry: Registry = field(default_factory=Registry)
    """What it brings; empty if it does not work."""
    problem: str = ""
    """Why it does not work, in words; empty: it does."""

    @property
    def ours(self) -> bool:
        """It came with standfast."""
        return self.distribution.split(" ")[0] == PROJECT


@dataclass(slots=True)
class Plugins:
    """Everything that plugins bring, core's schema with their blocks in it, and what went wrong."""

    schema: Block = field(default_factory=build_schema)
    registry: Registry = field(default_factory=Registry)
    faults: list[Diagnostic] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    """Every entry point, those that do not work too."""
    distributions: tuple[str, ...] = ()
    """What brings plugins, with its version: another answer later means that other code would be imported."""

    @property
    def checker_types(self) -> dict[str, CheckerType]:
        """Name of the block -> the checker's declaration."""
        return {
            name: replace(checker.declaration, watches=issubclass(checker, WatchingChecker))
            for name, checker in self.registry.checkers.items()
        }

    @property
    def notifier_types(self) -> dict[str, NotifierType]:
        """Name of the kind -> the notifier's declaration."""
        return {name: notifier.declaration for name, notifier in self.registry.notifiers.items()}

    @property
    def provider_types(self) -> dict[str, NotifierType]:
        """Name of the block -> the address provider's declaration."""
        return {name: provider.declaration for name, provider in self.registry.address_providers.items()}

    @property
    def address_providers(self) -> dict[str, type[AddressProvider[Any]]]:
        """Name of the block -> the class."""
        return self.registry.address_providers

    @property
    def checkers(self) -> dict[str, type[Checker[Any]]]:
        """Name of the block -> the class that does the work."""
        return self.registry.checkers

    @property
    def load_balancers(self) -> dict[str, type[LoadBalancer]]:
        """What `lb_backend` calls them -> the class."""
        return self.registry.load_balancers

    @property
    def notifiers(self) -> dict[str, type[Notifier[Any]]]:
        """Name of the block -> the class."""
        return self.registry.notifiers


def find_plugins(entry_points: Iterable[EntryPoint] | None = None, *, guard: Guard | None = None) -> Plugins:
    """Load what is installed (or what is given), afresh; without ``guard`` as this process stands under one."""
    from importlib import metadata  # 10 ms, which a start without plugins can do without

    guard = guard or standing_under()
    installed = () if entry_points is not None else metadata.entry_points(group=GROUP)
    plugins = Plugins(distributions=_distributions(e for e in installed if e.name not in guard.without))
    for entry_point in installed if entry_points is None else entry_points:
        try:
            registry = _ask(entry_point, guard)
            _take(plugins, registry)
        except (Exception, SystemExit, TooLong) as error:
            words = _words(error)
            plugins.faults.append(_fault(entry_point, words))
            plugins.found.append(_found(entry_point, Registry(), words))
        else:
            plugins.found.append(_found(entry_point, registry))
    watch({name: found.name for found in plugins.found if not found.ours for name in found.registry.names}, guard)
    return plugins


@lru_cache(maxsize=1)
def installed_plugins() -> Plugins:
    """The same, once for each process. A process that lives on across a reload does not notice what was installed."""
    return find_plugins()


def with_plugins(entry_points: Iterable[EntryPoint] | None = None) -> tuple[Block, list[Diagnostic]]:
    """The schema, and what went wrong, of :func:`find_plugins`."""
    plugins = find_plugins(entry_points)
    return plugins.schema, plugins.faults


def _distributions(found: Iterable[metadata.EntryPoint]) -> tuple[str, ...]:
    return tuple(sorted({f"{e.dist.name} {e.dist.version}" if e.dist else e.name for e in found}))


def _ask(entry_point: EntryPoint, guard: Guard) -> Registry:
    """Ask one plugin alone, so that its failure is its own."""
    if entry_point.name in guard.without:
        raise LeftOut(guard.without[entry_point.name])
    guard.asking(entry_point.name)
    try:
        with limited(guard.limit):
            return _registered(entry_point)
    finally:
        guard.asking("")


def _registered(entry_point: EntryPoint) -> Registry:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Specification)
    manager.register(entry_point.load(), name=entry_point.name)
    manager.check_pending()
    registry = Registry()
    manager.hook.standfast_register(registry=registry)
    manager.hook.standfast_register_blocks(register=registry.block)
    return registry


def _take(plugins: Plugins, offered: Registry) -> None:
    """All that a plugin brings or nothing."""
    for block, below in offered.blocks:
        if block_at(plugins.schema, below).find(block.name) is not None:
            raise ValueError(f"`{block.name}` exists already in `{below or 'the top level'}`")
    plugins.registry.merge(offered)
    for block, below in offered.blocks:
        block_at(plugins.schema, below).attach(block.copy())


def _words(error: BaseException) -> str:
    if isinstance(error, LeftOut | TooLong | NotTaken):
        return str(error)
    return f"there is no block {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"


def _found(entry_point: EntryPoint, registry: Registry, problem: str = "") -> Found:
    module = getattr(entry_point, "value", "")
    return Found(entry_point.name, module, _distribution(entry_point), registry, problem)


def _fault(entry_point: EntryPoint, words: str) -> Diagnostic:
    hint = "what it brings is not known until it is mended or removed"
    whose = _distribution(entry_point)
    message = f"plugin `{entry_point.name}`{f' of {whose}' if whose else ''} does not work: {words}"
    return Diagnostic("error", "SF5002", Span("plugin", 1, 1, 2), message, hint)


def _distribution(entry_point: EntryPoint) -> str:
    """``standfast-ldap 1.2``; empty if that is not known."""
    distribution = getattr(entry_point, "dist", None)
    return f"{distribution.name} {distribution.version}" if distribution is not None else ""
