"""What happened, as frozen records that logs, status, sockets, notifiers and metrics share.

Every event has a kind (its msgspec tag, dotted as log events are), the instance it is about, and
``at``: microseconds on CLOCK_BOOTTIME.  ``seq`` numbers are given by the ring that keeps them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

StateName = Literal["INIT", "BACKUP", "MASTER", "FAULT", "LEAVING", "STOP", "DELETED"]
Level = Literal["debug", "info", "warning", "error"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all events."""

    at: int
    instance: str = ""


class Transition(Event, tag="vrrp.transition", frozen=True, kw_only=True):
    """An instance changed its state."""

    old: StateName
    new: StateName
    priority: int
    cause: str
    """In words, for ``status`` and the log: ``no advert from 10.0.0.2 for 3.61 s``."""


class GroupTransition(Event, tag="vrrp.group_transition", frozen=True, kw_only=True):
    """A sync group changed its state; ``instance`` is empty."""

    group: str
    old: StateName
    new: StateName
    cause: str


class PriorityChange(Event, tag="vrrp.priority", frozen=True, kw_only=True):
    """The effective priority of an instance changed."""

    old: int
    new: int
    state: StateName
    cause: str


class TrackerChange(Event, tag="vrrp.tracker", frozen=True, kw_only=True):
    """Something that is tracked went from good to bad or back. ``instance`` is empty: it may concern several."""

    kind: str
    """``interface``, ``script``, ``file``, ``process``, ``bfd``, ``check``, ``services``."""
    name: str
    good: bool | None
    """None: not known (yet, or any more). A file is good while its number is 0."""
    words: str
    value: int | None = None
    """The number in a file; 1 or 0 of everything else."""


class DualMaster(Event, tag="vrrp.dual_master", frozen=True, kw_only=True):
    """Another router speaks as master of the same virtual router while we do; or it does so no longer."""

    other: str
    """Its address."""
    other_priority: int
    over: bool = False
    """True: one of us has yielded; ``lasted`` says how long there were two."""
    lasted: int = 0
    yielded: bool = False
    """It was us: we have not heard the other one meanwhile, but its adverts are numbered, and it has sent some."""


class LowerPriorityMaster(Event, tag="vrrp.lower_priority_master", frozen=True, kw_only=True):
    """As MASTER we heard an advert of a master with lower priority (``MASTER_RX_LOWER_PRI``)."""

    other: str
    other_priority: int
    priority: int


class ServerChange(Event, tag="lvs.server", frozen=True, kw_only=True):
    """A real server came up or went down."""

    service: str
    """Name of the virtual server."""
    server: str
    """``[10.0.0.1]:80``."""
    up: bool
    weight: int
    cause: str
    mail: bool = True
    """`smtp_alert` asks for mail of it."""
    line: str = ""
    """As `lvs_notify_fifo` gets it, without its end: ``RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:80 UP``."""
    checker: str = ""
    """The kind of the checker whose result it was: ``TCP_CHECK``; empty: it was something else."""
    gone: bool = False
    """It is not looked after any more (removed, or the daemon stops), which is nobody's failure."""


class CheckChange(Event, tag="lvs.check", frozen=True, kw_only=True):
    """One checker of a real server went up or down, whether that changes the server's state or not."""

    service: str
    server: str
    checker: str
    """Its kind: ``TCP_CHECK``."""
    number: int
    """Which of the server's checkers, from 0."""
    up: bool
    server_up: bool
    words: str
    mail: bool = False
    """``smtp_alert`` of the server."""
    line: str = ""
    """As the server's."""


class QuorumChange(Event, tag="lvs.quorum", frozen=True, kw_only=True):
    """A virtual server gained or lost its quorum."""

    service: str
    up: bool
    weight: int
    """Sum of the weights of the servers that are up."""
    quorum: int
    sorry: bool
    """The sorry server serves now."""
    cause: str
    mail: bool = True
    """`smtp_alert` asks for mail of it."""
    hysteresis: int = 0
    line: str = ""
    """As `lvs_notify_fifo` gets it, without its end: ``VS [192.0.2.10]:tcp:80 UP``."""
    gone: bool = False
    """It is not looked after any more (removed, or the daemon stops), which is nobody's failure."""


class DaemonChange(Event, tag="daemon.change", frozen=True, kw_only=True):
    """The daemon as a whole: ``started``, ``reloaded``, ``stopping``; ``test``: somebody tries whether targets work."""

    what: Literal["started", "reloaded", "stopping", "test"]
    words: str = ""


class Remark(Event, tag="vrrp.remark", frozen=True, kw_only=True):
    """Something worth a log line that changes no state."""

    level: Level
    event: str
    """Dotted name, stable: ``vrrp.advert_rejected``."""
    words: str
    fields: dict[str, str | int | float | bool] = {}


AnyEvent: TypeAlias = (
    Transition
    | GroupTransition
    | PriorityChange
    | TrackerChange
    | DualMaster
    | LowerPriorityMaster
    | ServerChange
    | CheckChange
    | QuorumChange
    | DaemonChange
    | Remark
)
"""Every kind of event, for decoding."""
