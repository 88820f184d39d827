"""From the blocks in a real server to its checkers, with what they inherit filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from standfast.config.definitions import with_user
from standfast.config.findings import Findings
from standfast.config.keywords.checking import TARGET, CheckerType, Place
from standfast.config.kinds import Dropped
from standfast.config.lvs_model import Checker, Pace, Target, TlsCredentials
from standfast.config.script_model import ScriptCall
from standfast.config.settings import Settings
from standfast.config.tree import Statement
from standfast.containment import at_work
from standfast.values import SECOND, Address

DELAY_LOOP = 60 * SECOND
CONNECT_TIMEOUT = 5 * SECOND
CONNECTING_WORDS = frozenset(keyword.setting for keyword in TARGET)
"""With one of these a checker checks its own target besides those of the blocks nested in it."""


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a virtual server."""

    defaults: Settings
    """``global_defs``."""
    findings: Findings
    checkers: Mapping[str, CheckerType]
    """Name of the block -> declaration, of core and of plugins."""
    track_files: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    """Defined above it; those below do not count. Name -> its own weight, and whether that is turned round."""
    bfd_sessions: frozenset[str] = frozenset()
    credentials: TlsCredentials | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """Settings from the inside out: what is said further in counts."""

    blocks: tuple[Settings, ...]

    def get(self, name: str, default: Any = None) -> Any:
        """The innermost value, else the default."""
        for block in self.blocks:
            value = block.scalars.get(name)
            if value is not None:
                return value.value
        return default

    def inside(self, block: Settings) -> Levels:
        """One level more."""
        return Levels((block, *self.blocks))


def checkers_of(server: Settings, levels: Levels, address: Address, port: int, context: Context) -> tuple[Checker, ...]:
    """All checkers of one real server. ``levels`` begin with it; ``address`` and ``port`` are what it listens on."""
    found: list[Checker] = []
    for name, kind in context.checkers.items():
        for block in server.blocks.get(name, ()):
            found += _Maker(kind, context, Target(address=address, port=port)).make(block, levels.inside(block))
    return tuple(found)


def _programs(options: msgspec.Struct, defaults: Settings) -> dict[str, ScriptCall | None]:
    """The programs among a checker's options, with who runs them."""
    found = {name: getattr(options, name) for name in options.__struct_fields__}
    return {name: with_user(value, defaults) for name, value in found.items() if isinstance(value, ScriptCall)}


@dataclass(frozen=True, slots=True)
class _Maker:
    kind: CheckerType
    context: Context
    server: Target

    def make(self, block: Settings, levels: Levels) -> Iterator[Checker]:
        """The checker, and those nested in it."""
        statement = block.statement
        if statement is None:
            return
        place = self._place(block, statement, levels)
        options = self._options(place)
        if options is None:
            return
        encoded, runs_program = options
        nested = block.blocks.get(self.kind.nested, ())
        itself = not nested or not CONNECTING_WORDS.isdisjoint(block.scalars)
        for inner in (*[block] * itself, *nested):
            around = levels if inner is block else levels.inside(inner)
            pace = place.pace if inner is block else self._pace(around)
            target = self._target(around, inner.statement or statement) if self.kind.connects else None
            name = self.kind.block.name
            yield Checker(kind=name, pace=pace, target=target, options=encoded, runs_program=runs_program)

    def _options(self, place: Place) -> tuple[bytes, bool] | None:
        """As msgpack; None: the check is left out. What a plugin does wrong here is its own affair."""
        try:
            with at_work(self.kind.block.name):
                options = self.kind.options(place)
            if isinstance(options, Dropped):
                return None
            if options is None:
                return b"", False
            programs = _programs(options, self.context.defaults)
            return msgspec.msgpack.encode(msgspec.structs.replace(options, **programs)), bool(programs)
        except Exception as error:
            name = self.kind.block.name
            message = f"the plugin of `{name}` fails on this block ({type(error).__name__}: {error}); it is left out"
            self.context.findings.error("SF6601", place.statement, message, hint="tell who wrote the plugin")
            return None

    def _place(self, block: Settings, statement: Statement, levels: Levels) -> Place:
        around, service = Levels(levels.blocks[1:]), levels.blocks[-1]
        return Place(
            settings=block,
            statement=statement,
            findings=self.context.findings,
            pace=self._pace(levels),
            virtualhosts=(around.get("virtualhost", ""), service.get("virtualhost", "")),
            service_delay_loop=service.get("delay_loop", DELAY_LOOP),
            track_files=self.context.track_files,
            bfd_sessions=self.context.bfd_sessions,
            credentials=self.context.credentials,
        )

    def _pace(self, levels: Levels) -> Pace:
        loop = levels.get("delay_loop", DELAY_LOOP)
        pause = loop if self.kind.delay_before_retry is None else self.kind.delay_before_retry
        log_all = self.context.defaults.get("checker_log_all_failures", False)
        counts_at_once = self.kind.watches
        return Pace(
            delay_loop=loop,
            retry=0 if counts_at_once else levels.get("retry", self.kind.retry),
            delay_before_retry=levels.get("delay_before_retry", pause),
            warmup=levels.get("warmup", loop),
            alpha=levels.get("alpha", False),
            log_all_failures=levels.get("log_all_failures", log_all),
            rise=1 if counts_at_once else levels.get("rise", 1),
            fast_interval=levels.get("fast_interval"),
            deadline=levels.get("deadline"),
            jitter=levels.get("jitter", 0),
            from_start=self.kind.paced_from_start,
        )

    def _target(self, levels: Levels, statement: Statement) -> Target:
        address = levels.get("connect_ip", self.server.address)
        port = levels.get("connect_port", self.server.port)
        bound = levels.get("bindto")
        if bound is not None and bound.family != address.family:
            at = next(b.scalars["bindto"].statement for b in levels.blocks if "bindto" in b.scalars)
            message = f"`bindto {bound}` is not of the IP version of {address}, which is checked; it is left out"
            # keepalived leaves it out as well, but in SMTP_CHECK it does not say so.
            quiet = self.kind.block.name == "SMTP_CHECK"
            complain = self.context.findings.warning if quiet else self.context.findings.error
            complain("SF4507", at, message)
            bound = None
        interface = levels.get("bind_if", "")
        if address.family == 6 and address.is_link_local and not interface:
            message = f"{address} is a link-local address: which link is meant?"
            hint = "add `bind_if` with the interface"
            self.context.findings.error("SF4508", statement, message, hint=hint)
        if not port and self.kind.needs_port:
            message = f"which port of {address} is to be checked? Neither the check nor what it stands in says it"
            self.context.findings.warning("SF4509", statement, message, hint="add `connect_port`")
        return Target(
            address=address,
            port=port,
            bind_to=bound,
            bind_port=levels.get("bind_port", 0),
            bind_if=interface,
            connect_timeout=levels.get("connect_timeout", CONNECT_TIMEOUT),
            mark=levels.get("fwmark", 0),
        )
