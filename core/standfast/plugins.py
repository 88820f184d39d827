"""The door for plugins that bring configuration blocks. Used where configurations are read: never in the VRRP process.

A plugin is a module named by an entry point of the group ``standfast``::

    hookimpl = pluggy.HookimplMarker("standfast")

    @hookimpl
    def standfast_register_blocks(register):
        register(Block("LDAP_CHECK", ...), below="virtual_server/real_server")

Entry points are loaded one by one. One that does not work becomes a diagnostic that names it; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from typing import Protocol

import pluggy

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.keywords.root import build_schema
from standfast.config.schema import Block, block_at

PROJECT = "standfast"
GROUP = "standfast"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Register(Protocol):
    """What a plugin calls for each of its blocks."""

    def __call__(self, block: Block, *, below: str = "") -> None:
        """Attach ``block`` below the block at this path (``virtual_server/real_server``); empty: at the top level.

        Raises :class:`KeyError` for a path that does not exist, :class:`ValueError` for a name that is taken.
        """


class EntryPoint(Protocol):
    """The part of :class:`importlib.metadata.EntryPoint` that is needed."""

    @property
    def name(self) -> str:
        """Its name."""

    def load(self) -> object:
        """Import what it names."""


class Specification:
    """The hooks."""

    @hookspec
    def standfast_register_blocks(self, register: Register) -> None:
        """Declare configuration blocks. Called once each time a configuration is read; must not do anything else."""


def with_plugins(entry_points: Iterable[EntryPoint] | None = None) -> tuple[Block, list[Diagnostic]]:
    """Core's schema with the blocks of all plugins (default: those installed), and what went wrong."""
    found = metadata.entry_points(group=GROUP) if entry_points is None else entry_points
    root = build_schema()
    faults: list[Diagnostic] = []
    for entry_point in found:
        try:
            blocks = _blocks_of(entry_point)
            _attach(root, blocks)
        except Exception as error:
            faults.append(_fault(entry_point.name, error))
    return root, faults


def _blocks_of(entry_point: EntryPoint) -> list[tuple[Block, str]]:
    """Ask one plugin alone, so that its failure is its own."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Specification)
    manager.register(entry_point.load(), name=entry_point.name)
    manager.check_pending()
    blocks: list[tuple[Block, str]] = []

    def register(block: Block, *, below: str = "") -> None:
        blocks.append((block, below))

    manager.hook.standfast_register_blocks(register=register)
    return blocks


def _attach(root: Block, blocks: list[tuple[Block, str]]) -> None:
    """All of a plugin's blocks or none."""
    for block, below in blocks:
        if block_at(root, below).find(block.name) is not None:
            raise ValueError(f"`{block.name}` exists already in `{below or 'the top level'}`")
    for block, below in blocks:
        block_at(root, below).attach(block)


def _fault(name: str, error: Exception) -> Diagnostic:
    words = f"there is no block {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
    hint = "its blocks are not known until it is mended or removed"
    return Diagnostic("error", "SF5002", Span("plugin", 1, 1, 2), f"plugin `{name}` does not work: {words}", hint)
