"""Numbers in files, for checkers that watch them. A look every 200 ms at those that somebody watches, and no others."""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

import trio

from standfast.config.tracking_model import TrackedFile
from standfast.events import Level

EVERY_S: Final = 0.2
_MOST: Final = 128
_NUMBER: Final = re.compile(rb"\s*([+-]?[0-9]{1,19})(?![0-9])")

Report: TypeAlias = Callable[[int | None], None]
Say: TypeAlias = Callable[[Level, str, str], None]


class Watching:
    """What a checker holds as long as it wants to know."""

    def __init__(self, name: str, report: Report) -> None:
        self.name = name
        self.report = report
        self.last: int | None = None
        self.told = False

    def see(self, value: int | None) -> None:
        """Report it, if it is news."""
        if not self.told or value != self.last:
            self.last, self.told = value, True
            self.report(value)


class Values:
    """Reads files for whoever watches."""

    def __init__(self, files: Sequence[TrackedFile], say: Say) -> None:
        self.files = tuple(files)
        self._say = say
        self._watchings: weakref.WeakSet[Watching] = weakref.WeakSet()
        self._complained: set[str] = set()

    def watch(self, kind: Literal["file", "bfd"], name: str, report: Report) -> object:
        """Report the value now and at every change, until the returned object is garbage.

        Of a BFD session nothing is known: there are none yet.
        """
        watching = Watching(name, report)
        if kind == "file":
            self._watchings.add(watching)
            watching.see(self._value(name))
        else:
            watching.see(None)
        return watching

    async def run(self) -> None:
        """For ever."""
        while True:
            await trio.sleep(EVERY_S)
            self.look()

    def look(self) -> None:
        """Once at every file that is watched."""
        values: dict[str, int | None] = {}
        for watching in list(self._watchings):
            if watching.name not in values:
                values[watching.name] = self._value(watching.name)
            watching.see(values[watching.name])

    def _value(self, name: str) -> int | None:
        path = next((file.path for file in self.files if file.name == name), None)
        if path is None:
            return None
        try:
            value = read_number(Path(path))
        except OSError as error:
            self._complain(name, f"{path} cannot be read: {error.strerror}")
            return None
        if value is None:
            self._complain(name, f"there is no number in {path}")
        else:
            self._complained.discard(name)
        return value

    def _complain(self, name: str, words: str) -> None:
        if name not in self._complained:
            self._complained.add(name)
            self._say("warning", "health.file", f"track_file {name}: {words}")


def read_number(path: Path) -> int | None:
    """The number that the file begins with; None: it begins with none. Raises :class:`OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        found = _NUMBER.match(os.read(descriptor, _MOST))
    finally:
        os.close(descriptor)
    return None if found is None else int(found.group(1))
