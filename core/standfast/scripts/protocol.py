"""What is said to the process that starts programs, and what it answers: msgpack records, one a datagram.

Whoever asks gives numbers that are never used twice on a host (:func:`first_number`). The line outlives the processes
at both ends, so an answer may concern a question of a predecessor: it is nobody's, and ignored.
"""

from __future__ import annotations

import os
import time
from typing import Literal

import msgspec

from standfast.config.script_model import Identity, ScriptCall
from standfast.transfer import sendable

LIMIT = 131_072
"""Bytes of one message: as long as one argument of a program may be on Linux."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Base of all messages."""


class Start(Message, frozen=True, kw_only=True):
    """Start a program."""

    number: int
    argv: tuple[str, ...]
    identity: Identity = Identity()
    limit: int = 0
    """Microseconds after which its whole process group is ended, SIGTERM first and SIGKILL 2 s later; 0: never."""
    at_stop: Literal["wait", "end"] = "wait"
    """When the daemon stops: let it finish, or end it as after its limit."""
    secure: bool = False
    """Refuse a program that somebody besides root could change, and one that nobody is named to run."""
    as_written: bool = False
    """Execute the path as it is written, not the one behind its symbolic links."""
    umask: int = 0o177
    once: bool = False
    """If the same command of this client runs already (a predecessor asked for it), that one it is."""


class Kill(Message, frozen=True, kw_only=True):
    """End a program of mine as after its limit."""

    number: int


class Hello(Message, frozen=True, kw_only=True):
    """A spawner has begun: whatever its predecessor had started is nobody's now."""

    pid: int


class Started(Message, frozen=True, kw_only=True):
    """It is being run."""

    number: int
    pid: int


class Overdue(Message, frozen=True, kw_only=True):
    """Its limit is over; it is being ended."""

    number: int


class Ended(Message, frozen=True, kw_only=True):
    """It has ended, or could not be started."""

    number: int
    status: int | None = None
    """Exit status; None if a signal ended it, or it could not be started."""
    signal: int | None = None
    timed_out: bool = False
    problem: str = ""
    """Why it could not be started, or what was lost."""
    lost: bool = False
    """Nothing is known of it: said by the asking side itself."""

    @property
    def words(self) -> str:
        """For people."""
        if self.problem:
            return self.problem
        how = f"signal {self.signal}" if self.status is None else f"exit status {self.status}"
        return f"timed out ({how})" if self.timed_out else how


ToSpawner = Start | Kill
FromSpawner = Hello | Started | Overdue | Ended

_encoder = msgspec.msgpack.Encoder()
_to_spawner = msgspec.msgpack.Decoder(ToSpawner)
_from_spawner = msgspec.msgpack.Decoder(FromSpawner)


def encode(message: Message) -> bytes:
    """One message as one datagram."""
    return sendable(_encoder.encode, message)


def decode_for_spawner(data: bytes) -> ToSpawner:
    """Raises :class:`msgspec.DecodeError` for anything that is not one."""
    message: ToSpawner = _to_spawner.decode(data)
    return message


def decode_for_client(data: bytes) -> FromSpawner:
    """Raises :class:`msgspec.DecodeError` for anything that is not one."""
    message: FromSpawner = _from_spawner.decode(data)
    return message


def first_number() -> int:
    """Where this process begins to count: far from where a predecessor, even one of the same PID, can have got."""
    return (time.time_ns() // 1_000_000) % (1 << 42) << 20 | (os.getpid() & 0xFF) << 12


class Ways(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How all programs of a configuration are run (``global_defs``)."""

    secure: bool = False
    as_written: bool = False
    umask: int = 0o177

    def start(
        self,
        number: int,
        call: ScriptCall,
        *,
        limit: int = 0,
        at_stop: Literal["wait", "end"] = "wait",
        once: bool = False,
    ) -> Start:
        """The order to run ``call``."""
        return Start(
            number=number,
            argv=call.argv,
            identity=call.identity,
            limit=limit,
            at_stop=at_stop,
            secure=self.secure,
            as_written=self.as_written,
            umask=self.umask,
            once=once,
        )
