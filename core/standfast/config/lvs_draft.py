"""A virtual server between text and model: what was said, before everything is made to agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from standfast.config.findings import Findings
from standfast.config.keywords.lvs_values import Endpoint, ServiceKey
from standfast.config.lvs_checkers import Context, Levels
from standfast.config.lvs_model import Forwarding, Group, Persistence
from standfast.config.settings import Settings
from standfast.config.tree import Statement
from standfast.values import Address, Family


@dataclass(slots=True)
class ServerDraft:
    """A real server or the sorry server on its way."""

    settings: Settings
    """Empty for the sorry server, which is one line."""
    statement: Statement
    address: Address
    port: int
    written_port: int
    """As in the file: what checkers connect to, whatever the port for the kernel becomes."""
    forwarding: Forwarding
    inhibit: bool = False
    weight: int = 1

    @property
    def shown(self) -> str:
        """For messages."""
        return str(Endpoint(self.address, self.written_port))


@dataclass(slots=True)
class ServiceDraft:
    """One virtual server on its way; the steps of :mod:`standfast.config.lvs_service` change it in order."""

    settings: Settings
    statement: Statement
    key: ServiceKey
    group: Group | None
    context: Context
    protocol: str = ""
    family: Family = 4
    scheduler: str = "wlc"
    flags: set[str] = field(default_factory=set)
    forwarding: Forwarding = field(default_factory=Forwarding)
    persistence: Persistence | None = None
    ha_suspend: bool = False
    quorum: int = 1
    hysteresis: int = 0
    servers: list[ServerDraft] = field(default_factory=list)
    sorry: ServerDraft | None = None

    @property
    def findings(self) -> Findings:
        """Where to complain."""
        return self.context.findings

    @property
    def name(self) -> str:
        """As in messages of keepalived: ``[192.0.2.10]:tcp:80``."""
        return self.key.shown(self.protocol)

    @property
    def levels(self) -> Levels:
        """What real servers and checkers inherit from."""
        return Levels((self.settings,))

    def get(self, name: str, default: Any = None) -> Any:
        """A setting of the block."""
        return self.settings.get(name, default)

    def where(self, setting: str) -> Statement:
        """The statement that set it or tried to, else the block's own."""
        value = self.settings.scalars.get(setting)
        return value.statement if value is not None else self.settings.seen.get(setting, self.statement)

    def error(self, code: str, at: Statement, message: str, hint: str = "") -> None:
        """Something that is left out or replaced; of a group keepalived lets such things pass without a word."""
        complain = self.findings.warning if self.key.kind == "group" else self.findings.error
        complain(code, at, f"{self.name}: {message}", hint=hint)

    def warning(self, code: str, at: Statement, message: str, hint: str = "") -> None:
        """Something that counts, but was surely not meant."""
        self.findings.warning(code, at, f"{self.name}: {message}", hint=hint)
