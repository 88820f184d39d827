"""How a kind of target for notices is declared, and what its options are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from standfast.config.findings import Findings
from standfast.config.kinds import Dropped
from standfast.config.model import Config
from standfast.config.record import Record
from standfast.config.schema import Block
from standfast.config.settings import Settings


@dataclass(frozen=True, slots=True)
class TargetPlace:
    """What a target's options may depend on."""

    settings: Settings
    """Of its block; of ``global_defs`` for a kind that has no block of its own."""
    name: str
    findings: Findings
    config: Config
    """The effective configuration of VRRP: which instances and groups there are, and which of them send mail."""


@dataclass(frozen=True, slots=True)
class NotifierType:
    """A kind of target: its block, and how settings become options."""

    block: Block | None
    """Its header is the target's name. None: its keywords stand in ``global_defs``, and there is one at most."""
    options: Callable[[TargetPlace], Record | Dropped | None]
    """DROPPED after a complaint: this target is left out. None: nobody asked for it."""
    record: type[Record]
    """What ``options`` returns, so that it can be read again in another process."""
    below: str = ""
    """Path of the block that it stands in; empty: the top level."""
    name: str = ""
    """Of a kind without block."""

    @property
    def kind(self) -> str:
        """What people call it."""
        return self.name if self.block is None else self.block.name
