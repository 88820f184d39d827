"""The smallest list of operations that makes one table of another, and what to do when the kernel disagrees."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from standfast_lb.ipvs.entries import Dest, DestKey, Service, ServiceKey
from standfast_lb.ipvs.table import Entry, Table
from standfast_lb.ipvs.wire import Command


class Operation(NamedTuple):
    """One message to the kernel."""

    command: Command
    pool: str
    key: ServiceKey
    service: Service | None = None
    dest_key: DestKey | None = None
    dest: Dest | None = None


def difference(old: Table, new: Table) -> list[Operation]:
    """What is new comes first and what goes comes last, so that a service is never without servers in between."""
    operations = [each for key, entry in new.items() for each in _towards(key, old.get(key), entry)]
    for key, entry in new.items():
        before = old.get(key)
        if before is not None and before.dests is not entry.dests:
            gone = (dest for dest in before.dests if dest not in entry.dests)
            operations += (Operation(Command.DEL_DEST, entry.pool, key, dest_key=dest) for dest in gone)
    operations += (
        Operation(Command.DEL_SERVICE, entry.pool, key) for key, entry in old.items() if key not in new
    )  # its destinations go with it
    return operations


def whole(key: ServiceKey, entry: Entry) -> Iterator[Operation]:
    """A service that is not there, with all its destinations."""
    return _towards(key, None, entry)


def _towards(key: ServiceKey, before: Entry | None, entry: Entry) -> Iterator[Operation]:
    if before is None:
        yield Operation(Command.NEW_SERVICE, entry.pool, key, entry.service)
    elif before.service != entry.service:
        yield Operation(Command.SET_SERVICE, entry.pool, key, entry.service)
    existing = before.dests if before is not None else {}
    for dest_key, dest in entry.dests.items():
        known = existing.get(dest_key)
        if known is None:
            yield Operation(Command.NEW_DEST, entry.pool, key, dest_key=dest_key, dest=dest)
        elif known != dest:
            yield Operation(Command.SET_DEST, entry.pool, key, dest_key=dest_key, dest=dest)


Refusal = tuple[Operation, int]
"""What the kernel refused, and its errno."""
GONE = (errno.ENOENT, errno.ESRCH)


def remedies(failed: Sequence[Refusal], wanted: Table) -> tuple[list[Operation], list[Refusal]]:
    """What to send after these refusals, and which of them stand.

    The kernel had something that we did not know of, or lacks what we thought was there: somebody else was at it.
    """
    again: list[Operation] = []
    refused: list[Refusal] = []
    restored: set[ServiceKey] = {op.key for op, _ in failed if op.command is Command.NEW_SERVICE}
    for operation, number in failed:
        command, key = operation.command, operation.key
        if command in (Command.DEL_SERVICE, Command.DEL_DEST) and number in GONE:
            continue
        if command is Command.NEW_SERVICE and number == errno.EEXIST:
            again.append(operation._replace(command=Command.SET_SERVICE))
        elif command is Command.NEW_DEST and number == errno.EEXIST:
            again.append(operation._replace(command=Command.SET_DEST))
        elif command is Command.SET_DEST and number == errno.ENOENT:
            again.append(operation._replace(command=Command.NEW_DEST))
        elif number == errno.ESRCH:  # the service itself is not there
            if key not in restored and key in wanted:
                restored.add(key)
                again += whole(key, wanted[key])
        else:
            refused.append((operation, number))
    return again, refused
