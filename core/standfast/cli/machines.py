"""Which machines are meant by the files and ids of a command line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Machine(NamedTuple):
    """A file, and as whom it is read."""

    name: str
    """For messages: the id where one was given, else the file, without directories that all have in common."""
    file: str
    config_id: str


def host_id() -> str:
    """What `@ID` lines compare with when nobody says it: the host name up to the first dot."""
    return os.uname().nodename.partition(".")[0]


def pairs(files: Sequence[str], ids: Sequence[str], *, several: bool) -> Iterator[Machine]:
    """A machine for each file, or for each id of the one file. Raises :class:`ValueError` if they do not fit.

    ``several``: at least two machines are wanted, and each file may have an id of its own.
    """
    if not several and len(ids) > 1:
        raise ValueError("several -i only go with --nodes")
    if several and len(files) == 1:
        if len(ids) < 2:
            raise ValueError("which machines? Give a file for each of them, or one file and -i ID for each of them")
        yield from (Machine(each, files[0], each) for each in ids)
        return
    if len(ids) > 1 and len(ids) != len(files):
        raise ValueError(f"{len(files)} files, but {len(ids)} ids: give one -i for each file, or one for all")
    names = ids if len(ids) > 1 else _short(files)
    for number, file in enumerate(files):
        own = ids[number] if len(ids) > 1 else None
        yield Machine(names[number], file, own or (ids[0] if ids else host_id()))


def _short(files: Sequence[str]) -> Sequence[str]:
    """As much of each path's end as tells one file from the other: ``lb-a/keepalived.conf``."""
    parts = [file.split("/") for file in files]
    for length in range(1, max(map(len, parts), default=0)):
        names = ["/".join(part[-length:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return files
