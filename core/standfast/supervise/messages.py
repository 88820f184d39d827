"""What parent and children say to each other: msgpack records over a SOCK_SEQPACKET pair, one a datagram.

Configurations do not travel here: they lie in memory files (memfd) whose descriptors a forked child inherits
or gets with a :class:`Prepare`.
"""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all messages."""


class Prepare(Message, frozen=True, kw_only=True):
    """Parent: could you run this generation? Touch nothing yet.

    Comes with descriptors: the memfd of the encoded Config, then its open pipes for notices, in the order of ``pipes``.
    """

    generation: int
    pipes: tuple[str, ...] = ()
    """Keywords."""


class Can(Message, frozen=True, kw_only=True):
    """Child: every check that may fail has passed."""

    generation: int


class Cannot(Message, frozen=True, kw_only=True):
    """Child: no, and why (words for the person who asked for the reload)."""

    generation: int
    reason: str


class Commit(Message, frozen=True, kw_only=True):
    """Parent: from now on this generation."""

    generation: int


class Abort(Message, frozen=True, kw_only=True):
    """Parent: forget the prepared generation."""

    generation: int


class Committed(Message, frozen=True, kw_only=True):
    """Child: done; what changed, in words."""

    generation: int
    changes: tuple[str, ...] = ()


class Ready(Message, frozen=True, kw_only=True):
    """Child: started, sockets open, timers running."""

    generation: int


class Stop(Message, frozen=True, kw_only=True):
    """Parent: leave. ``now``: without holding addresses until the new master is heard."""

    now: bool = False


class Stopped(Message, frozen=True, kw_only=True):
    """Child: the last address is off; the process is about to end."""


FromParent = Prepare | Commit | Abort | Stop
FromChild = Can | Cannot | Committed | Ready | Stopped

_encoder = msgspec.msgpack.Encoder()
_from_parent = msgspec.msgpack.Decoder(FromParent)
_from_child = msgspec.msgpack.Decoder(FromChild)


def encode(message: Message) -> bytes:
    """One message as one datagram."""
    return _encoder.encode(message)


def decode_from_parent(data: bytes) -> FromParent:
    """Raises :class:`msgspec.DecodeError` for anything that is not one."""
    message: FromParent = _from_parent.decode(data)
    return message


def decode_from_child(data: bytes) -> FromChild:
    """Raises :class:`msgspec.DecodeError` for anything that is not one."""
    message: FromChild = _from_child.decode(data)
    return message
