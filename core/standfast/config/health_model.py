"""What the health process runs from: load balancing, checks for VRRP, targets of notices, and who may listen.

Made by the loader beside :class:`standfast.config.model.Config`, in a document of its own, so that the VRRP process
never decodes what plugins define. The options of a plugin's block travel as msgpack bytes, which the
plugin's own class decodes in the health process.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from standfast.config.lvs_model import Balancing, Pace, Target
from standfast.config.model import Config
from standfast.config.record import Record
from standfast.config.script_model import Notifications, ProgramRules
from standfast.config.tracking_model import TrackedFile
from standfast.transfer import sendable
from standfast.values import SECOND, Address


class Needs(Record, frozen=True):
    """Which processes a configuration takes besides the VRRP process."""

    health: bool = False
    spawner: bool = False
    plugins: tuple[str, ...] = ()
    """Distributions that bring plugins, with their versions: when they change, a new health process is started."""


NO_NEEDS = Needs()


class NoticeTarget(Record, frozen=True):
    """One target outside that events are brought to."""

    kind: str
    """The name of its block: ``smtp``, ``webhook``."""
    name: str
    options: bytes = b""
    """msgpack of the notifier's own options."""


class TrackedCheck(Record, frozen=True):
    """A checker that VRRP tracks: ``track_check``. Times in microseconds."""

    name: str
    kind: str
    """The name of the checker's block: ``HTTP_GET``."""
    pace: Pace
    target: Target | None = None
    options: bytes = b""
    """msgpack of the checker's own options."""
    max_age: int = 3 * SECOND + 2 * SECOND
    """How long a verdict stays valid when no new one comes."""
    runs_program: bool = False
    watches: bool = False
    """It tells of changes alone, so somebody else has to say now and then that nothing has changed."""


Service: TypeAlias = Literal["metrics", "status"]
Compat: TypeAlias = Literal["mehdy", "gen2brain"]

DEFAULT_COMPAT: tuple[Compat, ...] = ("mehdy",)


class Listener(Record, frozen=True):
    """A socket that answers about metrics and status over HTTP."""

    serves: frozenset[Service] = frozenset()
    address: Address | None = None
    """None: ``path`` is a Unix socket."""
    port: int = 0
    path: str = ""
    mode: int = 0o600
    """Permissions of the Unix socket."""

    @property
    def place(self) -> tuple[object, ...]:
        """What no other listener can have too."""
        return self.address, self.port, self.path

    @property
    def words(self) -> str:
        """As it is written in the configuration, and in messages."""
        if self.address is None:
            return f"unix:{self.path}"
        return f"[{self.address}]:{self.port}" if self.address.family == 6 else f"{self.address}:{self.port}"

    def __str__(self) -> str:
        return self.words if self.address is not None else f"{self.words} {self.mode:o}"


class TokenSource(Record, frozen=True):
    """Where the token stands that HTTP clients must show, and the token once it has been fetched."""

    file: str = ""
    credential: str = ""
    """A name of systemd's ``LoadCredential=``."""
    value: str = ""
    problem: str = ""
    """Why it could not be fetched; then nobody is let in."""

    def __str__(self) -> str:
        """Where it stands, never what it is."""
        return f"file:{self.file}" if self.file else f"credential:{self.credential}"

    __repr__ = __str__


class Web(Record, frozen=True):
    """Everything about HTTP."""

    listeners: tuple[Listener, ...] = ()
    token: TokenSource | None = None
    """None: whoever reaches a listener is answered."""
    compat: tuple[Compat, ...] = DEFAULT_COMPAT


NO_WEB = Web()


class HealthConfig(Record, frozen=True):
    """One generation of the health process."""

    balancing: Balancing = Balancing()
    targets: tuple[NoticeTarget, ...] = ()
    providers: tuple[NoticeTarget, ...] = ()
    """Who claims addresses outside."""
    addresses: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Name of an instance that a provider may follow -> its addresses, ``192.0.2.10/24``."""
    checks: tuple[TrackedCheck, ...] = ()
    web: Web = NO_WEB
    tracked: frozenset[str] = frozenset()
    """What VRRP tracks: ``script check_http``."""
    files: tuple[TrackedFile, ...] = ()
    """Those that checkers may watch."""
    router_id: str = ""
    config_id: str = ""
    instance_name: str = ""
    programs: ProgramRules = ProgramRules()
    umask: int = 0o177
    scripts: bool = False
    """A plugin's options name a program (which cannot be seen in their bytes)."""
    plugins: tuple[str, ...] = ()
    """As in :class:`Needs`."""
    without: dict[str, str] = msgspec.field(default_factory=dict)
    """Plugins that hung or ended the loader, by entry point -> in which words; they are not loaded anywhere."""

    @property
    def needed(self) -> bool:
        """Is there anything to do?"""
        work = (self.balancing.virtual_servers, self.targets, self.providers, self.checks, self.web.listeners)
        return any(work)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(HealthConfig)


def encode(config: HealthConfig) -> bytes:
    """As msgpack, for another process of the same version."""
    return sendable(_encoder.encode, config)


def decode(data: bytes) -> HealthConfig:
    """The inverse of :func:`encode`. Raises :class:`msgspec.DecodeError` for anything else."""
    return _decoder.decode(data)


def health_config(
    config: Config, balancing: Balancing, plugins: tuple[str, ...] = (), web: Web = NO_WEB
) -> HealthConfig:
    """What stands in both, for the health process."""
    return HealthConfig(
        balancing=balancing,
        web=web,
        files=config.files,
        tracked=_tracked(config),
        router_id=config.global_defs.router_id,
        config_id=config.config_id,
        instance_name=config.instance_name,
        programs=config.global_defs.programs,
        umask=config.global_defs.umask,
        plugins=plugins,
    )


def _tracked(config: Config) -> frozenset[str]:
    trackers = [tracker for each in config.instances for tracker in each.trackers]
    trackers += [tracker for each in config.sync_groups for tracker in each.trackers]
    return frozenset(f"{tracker.kind} {tracker.name}" for tracker in trackers)


def needs(config: Config, health: HealthConfig) -> Needs:
    """Which processes these two take."""
    return Needs(
        health=health.needed,
        spawner=_vrrp_runs_programs(config) or _health_runs_programs(health),
        plugins=health.plugins if health.needed else (),
    )


def runs_programs(notify: Notifications) -> bool:
    """Does an instance or a group name a program?"""
    calls = (notify.master, notify.backup, notify.fault, notify.stop, notify.deleted)
    return any(call is not None for call in (*calls, notify.change, notify.lower_priority))


def _vrrp_runs_programs(config: Config) -> bool:
    fifos = config.global_defs.programs.fifos.values()
    if config.scripts or any(fifo.script is not None for fifo in fifos):
        return True
    notifications = [each.notify for each in config.instances] + [each.notify for each in config.sync_groups]
    return any(map(runs_programs, notifications))


def _health_runs_programs(health: HealthConfig) -> bool:
    if health.scripts or any(check.runs_program for check in health.checks):
        return True
    for service in health.balancing.virtual_servers:
        if service.quorum_up is not None or service.quorum_down is not None:
            return True
        for server in service.real_servers:
            if server.notify_up is not None or server.notify_down is not None:
                return True
            if any(checker.runs_program for checker in server.checkers):
                return True
    return False
