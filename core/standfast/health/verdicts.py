"""What health's checks say to VRRP (``track_check``, ``check_before_master``), and what VRRP asks of them.

Datagrams that are taken or dropped, never waited for. The line outlives both processes; a verdict carries its own
time, so one that waited too long in it says so itself. After a restart of the VRRP process, health says everything
once more. A question has no answer of its own: it makes health look at once, and every verdict says what one look saw.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Final, TypeVar

import msgspec

_MESSAGE: Final = 8_192
_WORDS: Final = 1_000

_Kind = TypeVar("_Kind")


class Over(Exception):  # noqa: N818 - named after what happened
    """Nobody is at the other end, nor will be: the parent, which keeps the line for successors, is gone too."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check, as seen at one time."""

    name: str
    """Of the ``track_check``."""
    good: bool | None
    """None: nothing can be said (yet, or any more)."""
    at: int
    """Microseconds on CLOCK_BOOTTIME."""
    words: str = ""
    """For people: ``connection refused``."""
    max_age: int = 0
    """Microseconds for which it holds when nothing newer comes; 0: for ever."""

    saw: bool | None = None
    """What this one look saw, whatever is made of several; None: nothing can be said."""
    began: int = 0
    """When that look began: who asked before may believe it."""

    def fresh(self, now: int) -> bool:
        """Does it still hold?"""
        return not self.max_age or now - self.at <= self.max_age


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """VRRP wants these to be looked at now."""

    names: tuple[str, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Verdict)
_questions = msgspec.msgpack.Decoder(Question)


def send(line: socket.socket, verdict: Verdict) -> bool:
    """Health's side. False: there is no room (VRRP is away); say it again later."""
    if len(verdict.words) > _WORDS:
        verdict = msgspec.structs.replace(verdict, words=verdict.words[:_WORDS])
    try:
        line.send(_encoder.encode(verdict))
    except OSError:
        return False
    return True


def receive(line: socket.socket, *, limit: int = 64) -> list[Verdict]:
    """VRRP's side: what has come, at most ``limit`` of them; what is no verdict is left out. Never waits.

    Raises :class:`Over`.
    """
    return list(_decoded(line, _decoder, limit))


def ask(line: socket.socket, names: tuple[str, ...]) -> bool:
    """VRRP's side. False: there is no room (nobody has read for long), so nobody will answer."""
    try:
        line.send(_encoder.encode(Question(names=names)))
    except OSError:
        return False
    return True


def questions(line: socket.socket, *, limit: int = 64) -> list[Question]:
    """Health's side: what is asked, in the same way."""
    return list(_decoded(line, _questions, limit))


def _decoded(line: socket.socket, decoder: msgspec.msgpack.Decoder[_Kind], limit: int) -> Iterator[_Kind]:
    for _ in range(limit):
        try:
            data = line.recv(_MESSAGE)
        except OSError:
            return
        if not data:
            raise Over
        try:
            yield decoder.decode(data)
        except msgspec.DecodeError:
            continue
