"""What clients and processes say to each other over the Unix sockets: one JSON object a line.

A client connects (SOCK_STREAM), sends one :class:`Request` and reads answers: one line, or with ``watch`` one
line at once and one for every change, until it hangs up.  ``NAME.status`` answers ``status``, ``watch`` and ``events``;
``NAME.ctl`` takes orders too.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from standfast.events import AnyEvent, Level, StateName
from standfast.transfer import sendable

SCHEMA = "standfast.status/1"

FRESH = 1_000_000
"""A loop that has not turned for so many microseconds is stuck; what it last said is not the truth any more."""


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question or order."""

    do: Literal["status", "watch", "events", "reload", "stop", "server", "check", "notify", "yield", "hold", "resume",
                "clear-counters", "log-level"]  # fmt: skip
    action: Literal["drain", "enable", "disable", "weight"] = "enable"
    """``server``: what is to be done."""
    service: str = ""
    """``server``, ``check``: which virtual server; empty: all."""
    server: str = ""
    """``server``, ``check``: which real server; empty (``check``): all."""
    target: str = ""
    """``notify``: which target is tried; empty: all."""
    amount: int | None = None
    """``server``: the weight; None: the configured one."""
    within_s: float | None = None
    """``server``: after so many seconds a drained server is taken out; None: never."""
    by: str = ""
    """``server``: who orders it; a name for people, nothing is decided by it."""
    why: str = ""
    """``server``: what for, in words."""
    now: bool = False
    """``stop``: without holding addresses until the new master is heard."""
    since: int = 0
    """``events``: those after this number."""
    of: int = 0
    """``events``: the PID of the process that gave it; another process begins at its first one."""
    follow: bool = False
    """``events``: one page at once, then more as things happen, until the client hangs up."""
    states: bool = False
    """``events``: the first page has the states of all instances, although nothing has been missed."""
    instance: str = ""
    """``yield``, ``hold``, ``resume``: whom; an instance or a sync group."""
    lasting: float | None = None
    """``yield``, ``hold``: for how many seconds; None: until ``resume``."""
    level: Level | None = None
    """``log-level``: the least that is written; None: only say what it is."""
    force: bool = False
    """``yield``: even if nobody takes over."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How an order went."""

    ok: bool
    words: str
    """For the person who gave it."""


class InstanceNow(msgspec.Struct, frozen=True, kw_only=True):
    """A virtual router in one moment."""

    name: str
    state: StateName
    priority: int
    """Effective."""


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive events of one process."""

    pid: int
    first: int
    """Number of the first one here (or of the next one to come)."""
    last: int
    """Number of the last one here."""
    newest: int
    """Number of the last one that there is."""
    events: tuple[AnyEvent, ...]
    instances: tuple[InstanceNow, ...] | None = None
    """How all stand after the event ``newest``: given to a client that has missed something, or asked for it."""


class ProcessStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One process, as the parent knows it."""

    pid: int | None
    state: Literal["starting", "running", "stopping", "stuck", "crash loop", "gone"]
    generation: int
    since: float
    """Unix seconds of its start (or of its end, when it is gone)."""
    heartbeat_age: float | None = None
    """Seconds since its event loop last turned, as the parent sees it."""
    restarts: int = 0
    detail: str = ""
    """In words: ``killed by SIGSEGV; next try in 4 s``."""


class DaemonStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the parent answers on ``daemon.status``."""

    turned_at: int
    """Microseconds on CLOCK_BOOTTIME when the parent's loop last turned."""
    pid: int
    version: str
    generation: int
    config_file: str
    config_id: str
    run_dir: str
    started_at: float
    processes: dict[str, ProcessStatus]
    last_reload: str = ""
    """How the last reload went, in words; empty before the first."""
    diagnostics: list[dict[str, str | int]] = []
    """Errors and warnings of the running configuration, as ``standfast check --json`` shows them."""
    away: list[str] = []
    """Names of instances that nobody speaks for at the moment (the VRRP process is stuck, or held back)."""


def encode(message: msgspec.Struct | dict[str, object]) -> bytes:
    """One line."""
    return sendable(msgspec.json.encode, message) + b"\n"


def decode_request(line: bytes) -> Request:
    """Raises :class:`msgspec.DecodeError` (its words are fit to be sent back) for anything else."""
    return msgspec.json.decode(line, type=Request)
