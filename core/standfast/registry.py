"""What one plugin brings, taken only if it keeps the contract; each refusal says in words what is wrong.

The classes do their work elsewhere: checkers and load balancers in the health process, declarations in the loader.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import Any

from standfast.config.keywords.checking import BELOW, TRACKED, CheckerType, tracked
from standfast.config.keywords.notifying import NotifierType
from standfast.config.schema import Block
from standfast.contract.balancing import LoadBalancer
from standfast.contract.checking import CONTRACT, Checker
from standfast.contract.notifying import Notifier
from standfast.contract.providing import AddressProvider

_BACKEND_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class NotTaken(ValueError):  # noqa: N818 - a verdict
    """A class that does not keep the contract; ``str()`` says why."""


@dataclass(slots=True)
class Registry:
    """What a plugin's hook calls. Nothing of it counts before the hook has returned."""

    blocks: list[tuple[Block, str]] = field(default_factory=list)
    checkers: dict[str, type[Checker[Any]]] = field(default_factory=dict)
    """By the name of the block: ``TCP_CHECK``."""
    load_balancers: dict[str, type[LoadBalancer]] = field(default_factory=dict)
    """By what `lb_backend` calls them."""
    notifiers: dict[str, type[Notifier[Any]]] = field(default_factory=dict)
    """By the name of the block, or of the kind."""
    address_providers: dict[str, type[AddressProvider[Any]]] = field(default_factory=dict)
    """By the name of the block."""

    def block(self, block: Block, *, below: str = "") -> None:
        """A configuration block, below the block at this path (``virtual_server/real_server``) or at the top level."""
        if not isinstance(block, Block):
            raise NotTaken(f"{block!r} is no Block")
        self.blocks.append((block, below))

    def checker(self, checker: type[Checker[Any]]) -> None:
        """A kind of checker; its block comes into `real_server`. Raises :class:`NotTaken`."""
        keeps_contract(checker, Checker)
        declaration = getattr(checker, "declaration", None)
        if not isinstance(declaration, CheckerType):
            raise NotTaken(f"`{checker.__name__}.declaration` is no CheckerType, but {declaration!r}")
        _new(self.checkers, declaration.block.name, checker)
        self.blocks.append((declaration.block, BELOW))
        self.blocks.append((tracked(declaration.block), TRACKED))

    def load_balancer(self, load_balancer: type[LoadBalancer]) -> None:
        """A data plane. Raises :class:`NotTaken`."""
        keeps_contract(load_balancer, LoadBalancer)
        name = getattr(load_balancer, "name", None)
        if not isinstance(name, str) or not _BACKEND_NAME.fullmatch(name):
            raise NotTaken(f"`{load_balancer.__name__}.name` is no name in lower case letters, but {name!r}")
        _new(self.load_balancers, name, load_balancer)

    def notifier(self, notifier: type[Notifier[Any]]) -> None:
        """A kind of target for notices. Raises :class:`NotTaken`."""
        keeps_contract(notifier, Notifier)
        declaration = getattr(notifier, "declaration", None)
        if not isinstance(declaration, NotifierType):
            raise NotTaken(f"`{notifier.__name__}.declaration` is no NotifierType, but {declaration!r}")
        self._target(self.notifiers, declaration, notifier)

    def address_provider(self, provider: type[AddressProvider[Any]]) -> None:
        """A kind of address provider. Raises :class:`NotTaken`."""
        keeps_contract(provider, AddressProvider)
        declaration = getattr(provider, "declaration", None)
        if not isinstance(declaration, NotifierType) or declaration.block is None:
            raise NotTaken(f"`{provider.__name__}.declaration` is no NotifierType with a block, but {declaration!r}")
        self._target(self.address_providers, declaration, provider)

    def _target(self, table: dict[str, Any], declaration: NotifierType, offered: type) -> None:
        _new(table, declaration.kind, offered)
        if declaration.block is not None:
            self.blocks.append((declaration.block, declaration.below))

    @property
    def names(self) -> set[str]:
        """All that a configuration calls by name: blocks, kinds of targets, data planes."""
        blocks = {block.name for block, _ in self.blocks}
        return blocks | {*self.checkers, *self.load_balancers, *self.notifiers, *self.address_providers}

    def merge(self, other: Registry) -> None:
        """Take over what another plugin brings, all or nothing. Raises :class:`NotTaken` if a name is taken."""
        for ours, theirs in self._tables(other):
            for name in theirs:
                if name in ours:
                    raise NotTaken(f"`{name}` is already brought by {ours[name].__module__}")
        for ours, theirs in self._tables(other):
            ours.update(theirs)
        self.blocks += other.blocks

    def _tables(self, other: Registry) -> list[tuple[dict[str, type], dict[str, type]]]:
        return [
            (self.checkers, other.checkers),
            (self.load_balancers, other.load_balancers),
            (self.notifiers, other.notifiers),
            (self.address_providers, other.address_providers),
        ]


def keeps_contract(offered: object, base: type) -> None:
    """Is it a whole class of that kind, made for our version? Raises :class:`NotTaken`."""
    if not inspect.isclass(offered):
        raise NotTaken(f"{offered!r} is no class")
    if not issubclass(offered, base):
        raise NotTaken(f"`{offered.__name__}` is no {base.__name__}")
    version = getattr(offered, "contract", None)
    if version is None:
        raise NotTaken(f"`{offered.__name__}` does not say which contract it was made for: add `contract = {CONTRACT}`")
    if version != CONTRACT:
        raise NotTaken(f"`{offered.__name__}` was made for contract {version!r}; this standfast has {CONTRACT}")
    missing = sorted(getattr(offered, "__abstractmethods__", ()))
    if missing:
        raise NotTaken(f"`{offered.__name__}` lacks {', '.join(f'`{name}`' for name in missing)}")


def _new(table: dict[str, Any], name: str, offered: type) -> None:
    if name in table:
        raise NotTaken(f"`{name}` is registered twice")
    table[name] = offered
