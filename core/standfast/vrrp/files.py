"""Tracked files: the number in a file, read when inotify says that it was written, moved or removed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from standfast.config.tracking_model import TrackedFile
from standfast.events import Event, Remark
from standfast.values import SECOND
from standfast.vrrp.inotify import CREATE, OVERFLOW, Inotify
from standfast.vrrp.trackers import Trackers

AGAIN_AFTER: Final = 5 * SECOND
"""A directory that is not there is looked for again."""

_MOST: Final = 128
"""Bytes of a file that are looked at."""

_NUMBER = re.compile(rb"\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)(?:\s|$)")
_LEAST, _GREATEST = -(2**31), 2**31 - 1


def number_of(data: bytes, before: int) -> tuple[int, str]:
    """The value of a file's content and words for it: decimal, ``0x`` hexadecimal or ``0`` octal.

    What is no number counts as 0; one beyond 32 bits changes nothing.
    """
    found = _NUMBER.match(data)
    if found is None:
        return 0, "no number in it, which counts as 0" if data.strip() else "empty, which counts as 0"
    digits = found[2]
    octal = len(digits) > 1 and digits[:1] == b"0" and digits[1:2] not in b"xX"
    try:
        value = int(digits, 8 if octal else 16 if digits[1:2] in (b"x", b"X") else 10)
    except ValueError:
        return 0, "no number in it, which counts as 0"
    value = -value if found[1] == b"-" else value
    if not _LEAST <= value <= _GREATEST:
        return before, f"the number in it is beyond 32 bits; it stays {before}"
    return value, f"the number is {value}"


class Files:
    """Watches the directories of all tracked files."""

    def __init__(self, trackers: Trackers, tell: Callable[[Event], None]) -> None:
        self._trackers = trackers
        self._tell = tell
        self._inotify = _inotify()
        self._files: tuple[TrackedFile, ...] = ()
        self._watched: dict[int, str] = {}
        self._values: dict[str, int] = {}
        self.retry_at: int | None = None
        """When :meth:`retry` has something to do."""

    def fileno(self) -> int | None:
        """For ``wait_readable``; None: the kernel has no more of them, and files are read every 5 s instead."""
        return None if self._inotify is None else self._inotify.fileno()

    def create(self, files: Iterable[TrackedFile], now: int) -> None:
        """At the start of the daemon: write those that have an ``init_file``."""
        for file in files:
            if file.initial is None or (os.path.lexists(file.path) and not file.overwrite):
                continue
            try:
                Path(file.path).write_text(f"{file.initial}\n", encoding="ascii")
            except OSError as error:
                self._complain(f"cannot write {file.path}: {error.strerror}", now)

    def configure(self, files: tuple[TrackedFile, ...], now: int) -> None:
        """Watch these and no others; every one is read at once."""
        self._files = files
        self._values = {file.name: self._values.get(file.name, 0) for file in files}
        wanted = {_directory(file) for file in files}
        for number in [number for number, directory in self._watched.items() if directory not in wanted]:
            del self._watched[number]
            if self._inotify is not None:
                self._inotify.forget(number)
        self._watch(wanted - set(self._watched.values()), now)
        for file in files:
            self._read(file, now)

    def digest(self, now: int) -> None:
        """Read what was written."""
        if self._inotify is None:
            return
        touched: set[tuple[str, str]] = set()
        for number, mask, name in self._inotify.read():
            directory = self._watched.get(number, "")
            if mask & OVERFLOW:
                touched.update((_directory(file), Path(file.path).name) for file in self._files)
            elif not name and directory:  # the directory itself is gone
                del self._watched[number]
                self.retry_at = now
                touched.update((directory, Path(file.path).name) for file in self._files)
            elif not mask & CREATE or Path(directory, name).is_symlink():
                touched.add((directory, name))  # one that is created is read when it has been written
        for file in self._files:
            if (_directory(file), Path(file.path).name) in touched:
                self._read(file, now)

    def retry(self, now: int) -> None:
        """Look for directories that were not there."""
        self.retry_at = None
        missing = {_directory(file) for file in self._files} - set(self._watched.values())
        self._watch(missing, now)
        for file in self._files:
            if _directory(file) in missing:
                self._read(file, now)

    def _watch(self, directories: Iterable[str], now: int) -> None:
        for directory in sorted(directories):
            try:
                if self._inotify is None:
                    raise BlockingIOError
                self._watched[self._inotify.watch(directory)] = directory
            except OSError:
                self.retry_at = now + AGAIN_AFTER

    def _read(self, file: TrackedFile, now: int) -> None:
        before = self._values.get(file.name, 0)
        try:
            value, words = number_of(_content(file.path), before)
        except OSError as error:
            value, words = 0, f"cannot be read ({error.strerror}), which counts as 0"
        self._values[file.name] = value
        self._trackers.report("file", file.name, value, words, now)

    def _complain(self, words: str, now: int) -> None:
        self._tell(Remark(at=now, level="warning", event="vrrp.track_file", words=words))


def _inotify() -> Inotify | None:
    try:
        return Inotify()
    except OSError:
        return None


def _directory(file: TrackedFile) -> str:
    return str(Path(file.path).parent)


def _content(path: str) -> bytes:
    """Its beginning; a pipe or device that would make us wait is refused. Raises :class:`OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a regular file")
        return os.read(descriptor, _MOST)
    finally:
        os.close(descriptor)
