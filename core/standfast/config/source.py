"""Where configuration text comes from: files behind an interface, and documents that keep every byte.

Stages after this one see lines of text; the bytes as they were read stay in the :class:`Document`, so that it can be
written back unchanged.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from standfast.config.globbing import expand, matches

MAX_FILE_BYTES = 64 * 1024 * 1024
"""A larger file is refused: 65,024 virtual routers written out in full need about a third of this."""


class Reader(Protocol):
    """Access to files. Names are as the user wrote them, or relative to the including file's directory joined on."""

    def absolute(self, name: str) -> str:
        """The absolute path of ``name``."""

    def exists(self, name: str) -> bool:
        """Is there anything of this name?"""

    def glob(self, pattern: str) -> list[str]:
        """Names that match ``* ? [...]`` and ``{a,b}``, in the order of the glob; [] if there are none."""

    def refusal(self, name: str) -> str:
        """Why ``name`` will not be read, in words (``is a directory``); empty if it will."""

    def read(self, name: str) -> bytes:
        """The whole file. Raises :class:`OSError`."""


class DiskReader:
    """The files of this machine, relative to the working directory of the process."""

    def absolute(self, name: str) -> str:
        """The absolute path, symbolic links kept."""
        return os.path.abspath(name)  # noqa: PTH100 - Path.absolute() keeps `..`, which users then read in messages

    def exists(self, name: str) -> bool:
        """Is there anything of this name?"""
        return os.path.lexists(name)

    def glob(self, pattern: str) -> list[str]:
        """Matching names on disk."""
        return [name for alternative in expand(pattern) for name in matches(alternative, _listing, os.path.lexists)]

    def refusal(self, name: str) -> str:
        """Why this file is skipped. keepalived takes an execute bit for a sign that it is no configuration."""
        try:
            status = Path(name).stat()
        except (OSError, ValueError) as error:
            return _words(error)
        if stat.S_ISDIR(status.st_mode):
            return "is a directory"
        if not stat.S_ISREG(status.st_mode):
            return "is not a regular file"
        if status.st_mode & 0o111:
            return "has an execute permission bit"
        if status.st_size > MAX_FILE_BYTES:
            return f"is larger than {MAX_FILE_BYTES // 2**20} MiB"
        return ""

    def read(self, name: str) -> bytes:
        """The bytes; never more than the limit, whatever the size was said to be (files below /proc say 0)."""
        with Path(name).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise OSError(0, f"larger than {MAX_FILE_BYTES // 2**20} MiB")
        return data


@dataclass(frozen=True, slots=True)
class MemoryReader:
    """Files that exist in memory only, for tests and for text that was never in a file."""

    files: Mapping[str, bytes | str]
    refused: Mapping[str, str] = field(default_factory=dict)
    """Name -> why it cannot be read."""

    def absolute(self, name: str) -> str:
        """As if ``/`` were the working directory."""
        return os.path.normpath(os.path.join("/", name))  # noqa: PTH118 - pure string work, no file

    def exists(self, name: str) -> bool:
        """Is it one of the files, or a directory above one?"""
        path = self.absolute(name)
        return any(p == path or p.startswith(path.rstrip("/") + "/") for p in map(self.absolute, self.files))

    def glob(self, pattern: str) -> list[str]:
        """Matching names."""
        return [name for alternative in expand(pattern) for name in matches(alternative, self._listing, self.exists)]

    def refusal(self, name: str) -> str:
        """The reason given, or that there is no such file."""
        if name in self.refused:
            return self.refused[name]
        return "" if self._find(name) is not None else "No such file or directory"

    def read(self, name: str) -> bytes:
        """The content, text as UTF-8."""
        content = self._find(name)
        if content is None:
            raise FileNotFoundError(2, "No such file or directory")
        return content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content

    def _find(self, name: str) -> bytes | str | None:
        path = self.absolute(name)
        return next((content for key, content in self.files.items() if self.absolute(key) == path), None)

    def _listing(self, directory: str) -> list[str]:
        above = self.absolute(directory).rstrip("/") + "/"
        below = (self.absolute(name) for name in self.files)
        return [path[len(above) :].split("/")[0] for path in below if path.startswith(above)]


def _listing(directory: str) -> list[str]:
    try:
        return os.listdir(directory or ".")  # noqa: PTH208 - names are wanted, not paths
    except (OSError, ValueError):
        return []


def _words(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


@dataclass(frozen=True, slots=True)
class Document:
    """One file as it was read: every line with its comment, blanks and line end."""

    name: str
    lines: list[str]
    """Split at LF only, so joining by LF gives the text back. Bytes that are not UTF-8 are surrogates (PEP 383)."""

    @classmethod
    def of(cls, name: str, data: bytes) -> Document:
        """Take bytes in; any bytes will do."""
        return cls(name, data.decode("utf-8", "surrogateescape").split("\n"))

    def data(self) -> bytes:
        """The bytes that the lines stand for: for an unchanged document exactly those it was read from."""
        return "\n".join(self.lines).encode("utf-8", "surrogateescape")
