"""What else decides about an instance: trackers, the things they look at, and groups of instances."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from standfast.config.record import Record
from standfast.config.script_model import Notifications, ScriptCall
from standfast.values import SECOND

TrackedKind: TypeAlias = Literal["interface", "script", "file", "process", "bfd", "check", "services"]
"""What a tracker looks at; `services`: whether the data plane has the virtual servers (`await_services`)."""

SERVICES: Final = "of this machine"
"""Name of the one thing of the kind `services`."""


class Tracker(Record, frozen=True):
    """One line of a ``track_*`` block, with what it inherits from the definition filled in."""

    kind: TrackedKind
    name: str
    weight: int = 0
    """0: FAULT while the thing is bad. Above: added to the priority while it is good; below: taken off while bad.
    For files: what the number in the file is multiplied with."""
    reverse: bool = False
    """The sign is turned round; with weight 0, FAULT while the thing is good."""


class TrackedScript(Record, frozen=True):
    """A ``vrrp_script``. Times in microseconds, of whole milliseconds."""

    name: str
    command: ScriptCall
    interval: int = SECOND
    timeout: int = SECOND
    """After this a run is killed and counts as failed; the interval unless said otherwise."""
    weight: int = 0
    reverse: bool = False
    rise: int = 1
    fall: int = 1
    init_fail: bool = False
    on_timeout: Literal["fail", "keep"] = "fail"
    """What a run that is killed for its time counts as; ``keep``: as nothing."""


class TrackedFile(Record, frozen=True):
    """A ``track_file``."""

    name: str
    path: str
    weight: int = 1
    reverse: bool = False
    initial: int | None = None
    """Written to the file at the start of the daemon; None: nothing is."""
    overwrite: bool = False
    """Written even if the file is there."""


class TrackedProcess(Record, frozen=True):
    """A ``vrrp_track_process``. Delays in microseconds."""

    name: str
    command: str
    """The kernel's short name of the process, or its ``argv[0]`` with ``full_command``."""
    parameters: tuple[str, ...] = ()
    match: Literal["none", "exact", "partial", "initial"] = "none"
    """How ``parameters`` are compared: not at all; all; the first ones; or as that, the last one as a prefix."""
    full_command: bool = False
    weight: int = 0
    reverse: bool = False
    quorum: int = 1
    """At least so many."""
    quorum_max: int | None = None
    """At most so many; None: no limit."""
    fork_delay: int = 0
    """From enough processes to good."""
    terminate_delay: int = 0
    """From too few processes to bad."""


class CheckPolicy(Record, frozen=True):
    """What VRRP knows of a ``vrrp_check``; how it is made is the health process's affair."""

    name: str
    weight: int = 0
    reverse: bool = False
    on_silence: Literal["keep", "fail", "ignore"] = "keep"
    """What counts when no verdict has come for so long that the last one is not valid any more."""


class Evidence(Record, frozen=True):
    """A ``vrrp_check`` that is asked before an instance takes over from a master that fell silent."""

    name: str
    reverse: bool = False
    """It has to be bad, not good."""
    within: int = SECOND
    """Microseconds for which its answer is waited for."""
    silence_holds: bool = False
    """Without an answer in time the instance does not take over (``on_silence fail``); otherwise it does."""


class TrackGroup(Record, frozen=True):
    """Instances that go to FAULT while a static address, route or rule is missing."""

    name: str
    members: tuple[str, ...]


class SyncGroup(Record, frozen=True):
    """Instances that are in one state."""

    name: str
    members: tuple[str, ...]
    trackers: tuple[Tracker, ...] = ()
    """They act on every member."""
    tracking_weight: bool = False
    """Members may have weighted trackers of their own."""
    notify: Notifications = Notifications()
