"""A child's side of the conversation with the parent: prepare, commit or abort, and in the end leave.

The VRRP process and the health process have it in common; what each does at a step is its own affair
(:class:`Subject`). Orders are followed one after another.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

import msgspec
import trio

from standfast.supervise import messages
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.messages import Abort, Can, Cannot, Commit, Committed, FromChild, FromParent, Prepare, Stop

_MESSAGE: Final = 65_536
_DESCRIPTORS: Final = 4
"""With one message, at most."""

MOST_CHANGES: Final = 50
"""Changes that are told one by one after a reload: nobody reads two thousand, and a message has its limit."""
LONGEST_REASON: Final = 8_000
"""Characters of a refusal, for the same reasons."""

C = TypeVar("C")


class Subject(Protocol[C]):
    """Who obeys."""

    @property
    def words(self) -> str:
        """For people: ``the VRRP process``."""

    def decode(self, data: bytes) -> C:
        """A configuration of its kind. Raises ``msgspec.DecodeError``."""

    async def prepare(self, config: C) -> str:
        """Everything that may fail, without touching the kernel. Why it cannot be run; empty: it can."""

    async def commit(self, config: C, generation: int, pipes: Mapping[str, int]) -> tuple[str, ...]:
        """Run by it from now on; what has changed, in words.

        ``pipes``: open named pipes for notices, by keyword. They are the subject's now, and replace those it had.
        """

    async def leave(self, *, first: bool, at_once: bool) -> None:
        """Leave, say ``Stopped``, end. Called once more (not ``first``) for every further order to leave."""


@dataclass(frozen=True, slots=True)
class _Prepared(Generic[C]):
    generation: int
    config: C
    pipes: Mapping[str, int]

    def drop(self) -> None:
        for descriptor in self.pipes.values():
            os.close(descriptor)


class Obedience(Generic[C]):
    """Follows what the parent says until it says no more."""

    def __init__(self, channel: socket.socket, subject: Subject[C], log: LogPipe) -> None:
        self.leaving = False
        """It has been told to leave, or its parent is gone."""
        self._channel = channel
        self._subject = subject
        self._log = log
        self._prepared: _Prepared[C] | None = None

    async def run(self, nursery: trio.Nursery) -> None:
        """Until the parent is gone: then the subject leaves as if it had been asked for it (nobody is left to ask)."""
        while True:
            await trio.lowlevel.wait_readable(self._channel.fileno())
            try:
                data, descriptors, _flags, _address = socket.recv_fds(self._channel, _MESSAGE, _DESCRIPTORS)
            except BlockingIOError:
                continue
            except OSError:
                data, descriptors = b"", []
            if not data:
                self._leave(nursery, Stop())
                return
            await self._follow(messages.decode_from_parent(data), descriptors, nursery)

    def say(self, message: FromChild) -> None:
        """Tell the parent. One that is gone or does not listen is noticed elsewhere."""
        try:
            self._channel.send(messages.encode(message))
        except OSError as error:
            self._log.log("warning", "process.mute", f"the parent does not hear us: {error.strerror}")

    async def _follow(self, order: FromParent, descriptors: list[int], nursery: trio.Nursery) -> None:
        if isinstance(order, Prepare):
            await self._prepare(order, descriptors)
        elif isinstance(order, Commit):
            await self._commit(order)
        elif isinstance(order, Abort):
            self._forget()
        else:
            self._leave(nursery, order)

    async def _prepare(self, order: Prepare, descriptors: list[int]) -> None:
        self._forget()
        memory, pipes = descriptors[:1], descriptors[1:]
        for descriptor in pipes:
            os.set_inheritable(descriptor, False)
        try:
            config = self._read(*memory)
            prepared = _Prepared(order.generation, config, dict(zip(order.pipes, pipes, strict=True)))
        except (TypeError, ValueError, OSError, msgspec.DecodeError) as error:
            for descriptor in pipes:
                os.close(descriptor)
            reason = f"{self._subject.words} cannot read the new configuration: {error}"
        else:
            self._prepared = prepared
            reason = await self._subject.prepare(prepared.config)
        if reason:
            self._forget()
            self.say(Cannot(generation=order.generation, reason=reason[:LONGEST_REASON]))
        else:
            self.say(Can(generation=order.generation))

    def _read(self, descriptor: int) -> C:
        with os.fdopen(descriptor, "rb") as memory:
            return self._subject.decode(contents(memory.fileno()))

    def _forget(self) -> None:
        prepared, self._prepared = self._prepared, None
        if prepared is not None:
            prepared.drop()

    async def _commit(self, order: Commit) -> None:
        prepared = self._prepared
        if prepared is None or prepared.generation != order.generation or self.leaving:
            self._forget()
            reason = f"generation {order.generation} was not prepared here"
            self.say(Cannot(generation=order.generation, reason=reason))
            return
        self._prepared = None
        changes = await self._subject.commit(prepared.config, order.generation, prepared.pipes)
        self.say(Committed(generation=order.generation, changes=in_short(changes)))

    def _leave(self, nursery: trio.Nursery, order: Stop) -> None:
        """As a task of its own: it takes its time, and may be hurried up meanwhile."""
        first, self.leaving = not self.leaving, True

        async def leave() -> None:
            await self._subject.leave(first=first, at_once=order.now)

        nursery.start_soon(leave)


def in_short(changes: Sequence[str]) -> tuple[str, ...]:
    """As many as people read, and as one message to the parent holds."""
    if len(changes) <= MOST_CHANGES:
        return tuple(changes)
    return (*changes[:MOST_CHANGES], f"and {len(changes) - MOST_CHANGES} more changes")


def contents(descriptor: int) -> bytes:
    """A whole memory file, wherever others have read to in it. Raises ``OSError``."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
