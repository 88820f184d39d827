"""IPVS as the kernel has it: read its table, perform operations, and set what is global."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence

from standfast_lb.ipvs.changes import GONE, Operation, Refusal, remedies
from standfast_lb.ipvs.channel import Channel
from standfast_lb.ipvs.entries import Daemon, Dest, DestKey, Service, ServiceKey, Timeouts, Usage
from standfast_lb.ipvs.messages import (
    bare,
    daemon_message,
    decode_daemon,
    decode_dest,
    decode_service,
    decode_timeouts,
    dest_message,
    service_message,
    service_prefix,
    timeouts_message,
)
from standfast_lb.ipvs.table import Table
from standfast_lb.ipvs.wire import Command

_ROUNDS = 4
"""A refusal leads to at most two others: SET, then NEW with all destinations."""


class Kernel:
    """The socket and what goes over it. Raises :class:`OSError` where a reading fails."""

    def __init__(self) -> None:
        self._channel = Channel()

    def close(self) -> None:
        """Give the socket back."""
        self._channel.close()

    async def services(self, *, counted: bool) -> dict[ServiceKey, tuple[Service, Usage]]:
        """All of this namespace, ours or not; ``counted``: with their counters."""
        answers = await self._channel.dump(bare(Command.GET_SERVICE))
        found = (decode_service(*answer, counted=counted) for answer in answers)
        return {key: (service, usage) for key, service, usage in found}

    async def dests(self, key: ServiceKey, *, counted: bool) -> dict[DestKey, tuple[Dest, Usage]]:
        """All of a service; none if it does not exist."""
        try:
            answers = await self._channel.dump(service_message(Command.GET_DEST, key))
        except OSError as error:
            if error.errno in GONE:
                return {}
            raise
        found = (decode_dest(*answer, key.family, counted=counted) for answer in answers)
        return {place: (dest, usage) for place, dest, usage in found}

    async def perform(self, operations: Sequence[Operation], wanted: Table) -> list[Refusal]:
        """Make it so; where somebody else has been at it, in a second or third go. Gives what stays refused."""
        refused: list[Refusal] = []
        for _ in range(_ROUNDS):
            if not operations:
                break
            numbers = await self._channel.perform(encoded(operations))
            failed = [(operation, number) for operation, number in zip(operations, numbers, strict=True) if number]
            operations, stand = remedies(failed, wanted)
            refused += stand
        return refused + [(operation, errno.EBUSY) for operation in operations]

    async def flush(self) -> None:
        """Remove every service of this namespace."""
        await self._one(bare(Command.FLUSH))

    async def timeouts(self) -> Timeouts:
        """Those in force."""
        return decode_timeouts(*await self._channel.ask(bare(Command.GET_CONFIG)))

    async def set_timeouts(self, timeouts_s: dict[str, int]) -> None:
        """Those that are given."""
        await self._one(timeouts_message(timeouts_s))

    async def daemons(self) -> list[Daemon]:
        """Those that run."""
        return [decode_daemon(*answer) for answer in await self._channel.dump(bare(Command.GET_DAEMON))]

    async def start_daemon(self, daemon: Daemon) -> None:
        """Start one."""
        await self._one(daemon_message(Command.NEW_DAEMON, daemon))

    async def stop_daemon(self, daemon: Daemon) -> None:
        """Stop it; one that does not run is fine."""
        try:
            await self._one(daemon_message(Command.DEL_DAEMON, daemon))
        except OSError as error:
            if error.errno != errno.ESRCH:
                raise

    async def _one(self, payload: bytes) -> None:
        (number,) = await self._channel.perform([payload])
        if number:
            raise OSError(number, "the kernel refuses")


def encoded(operations: Iterable[Operation]) -> list[bytes]:
    """The messages; what destinations of one service have in common is encoded once."""
    prefixes: dict[ServiceKey, bytes] = {}
    payloads = []
    for operation in operations:
        command, _pool, key, service, dest_key, dest = operation
        if dest_key is None:
            payloads.append(service_message(command, key, service))
            continue
        prefix = prefixes.get(key)
        if prefix is None:
            prefix = prefixes[key] = service_prefix(key)
        payloads.append(dest_message(command, prefix, dest_key, dest))
    return payloads
