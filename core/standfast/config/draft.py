"""A virtual router between text and model: what was said, before everything is made to agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from standfast.config.findings import Findings
from standfast.config.hmac_model import Hmac
from standfast.config.model import Authentication, UnicastPeer, VirtualAddress
from standfast.config.settings import Settings
from standfast.config.tree import Statement
from standfast.values import SECOND, Address, Family


@dataclass(slots=True)
class Draft:
    """One instance on its way; the steps of :mod:`standfast.config.normalise` change it in order."""

    settings: Settings
    statement: Statement
    """The opening line."""
    defaults: Settings
    """``global_defs``."""
    findings: Findings
    name: str = ""
    vrid: int = 0
    interface: str = ""
    family: Family = 4
    version: Literal[2, 3] = 2
    strict: bool = False
    master: bool = False
    """Does the (repaired) ``state`` say MASTER?"""
    priority: int = 100
    auth: Authentication | None = None
    hmac: Hmac | None = None
    source: Address | None = None
    vips: list[VirtualAddress] = field(default_factory=list)
    evips: list[VirtualAddress] = field(default_factory=list)
    peers: list[UnicastPeer] = field(default_factory=list)
    group: Address | None = None
    check_source: bool = True
    advert_interval: int = SECOND
    preempt: bool = True
    preempt_delay: int = 0
    down_timer_adverts: int = 3
    timer_expired_backup: int | None = None
    permanent_fault: str = ""
    unusable: bool = False
    """True after a fault that keeps keepalived from starting."""

    @property
    def owner(self) -> bool:
        """Does this router own its addresses?"""
        return self.priority == 255

    def inherited(self, own: str, inherited: str, default: Any = None) -> Any:
        """The instance's setting, else the one of ``global_defs``, else ``default``."""
        value = self.settings.get(own)
        return self.defaults.get(inherited, default) if value is None else value

    def where(self, setting: str) -> Statement:
        """The statement to complain at: the one that set it or tried to, else the instance's own."""
        value = self.settings.scalars.get(setting)
        return value.statement if value is not None else self.settings.seen.get(setting, self.statement)

    def error(self, code: str, setting: str, message: str, hint: str = "") -> None:
        """Complain at the statement that set ``setting`` (or at the instance)."""
        self.findings.error(code, self.where(setting), f"{self.name}: {message}", hint=hint)

    def warning(self, code: str, setting: str, message: str, hint: str = "") -> None:
        """The same as a warning."""
        self.findings.warning(code, self.where(setting), f"{self.name}: {message}", hint=hint)

    def stop(self, code: str, setting: str, message: str, hint: str = "") -> None:
        """A fault with which nothing starts."""
        self.unusable = True
        self.findings.stop(code, self.where(setting), f"{self.name}: {message}", hint=hint)
