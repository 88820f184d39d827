"""Secrets that a configuration names: where they stand, and reading them where they are needed. Never shown."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from standfast.config.kinds import Custom, Dropped, Reader, Words
from standfast.config.record import Record

LONGEST = 64 * 1024
"""Bytes of a file with a secret."""


class Secret(Record, frozen=True):
    """Where it stands; one of the three."""

    file: str = ""
    credential: str = ""
    """Handed over by systemd (``LoadCredential=``)."""
    text: str = ""
    """In the configuration itself."""

    def __repr__(self) -> str:
        place = self.file or (f"credential {self.credential}" if self.credential else "(not shown)")
        return f"Secret({place})"

    __str__ = __repr__

    def read(self, environ: Mapping[str, str] | None = None) -> str:
        """The secret, without the line's end. Raises :class:`ValueError`, with words, if it cannot be had."""
        if self.text:
            return self.text
        path = Path(self.file)
        if self.credential:
            directory = (os.environ if environ is None else environ).get("CREDENTIALS_DIRECTORY")
            if not directory:
                raise ValueError(f"there is no credential `{self.credential}`: add `LoadCredential=` to the unit")
            path = Path(directory) / self.credential
        return _read(path, private=not self.credential)


def _read(path: Path, *, private: bool) -> str:
    """A pipe is not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise ValueError(f"{path} is not a file")
        if private and mode & 0o077:
            raise ValueError(f"others may read {path} (mode {mode & 0o777:o}): chmod 600 {path}")
        data = os.read(descriptor, LONGEST)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    finally:
        os.close(descriptor)
    text = data.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
    if not text:
        raise ValueError(f"{path} is empty")
    return text


def _secret(words: Words, reader: Reader) -> Secret | Dropped:
    word = words[0]
    where, colon, rest = word.text.partition(":")
    name = reader.statement.keyword.text
    if colon and where == "file":
        if not rest.startswith("/"):
            return reader.refuse("SF6904", word, f"`{name}` needs an absolute path behind `file:`, not `{rest}`")
        return Secret(file=rest)
    if colon and where == "credential":
        if not rest or "/" in rest:
            return reader.refuse("SF6904", word, f"`{name}` needs a credential's name, not a path", "no `/` in it")
        return Secret(credential=rest)
    hint = f"write `{name} file:/path` or `{name} credential:NAME`"
    reader.findings.warning("SF6903", reader.statement, f"`{name}` has a secret in the configuration itself", hint=hint)
    return Secret(text=word.text)


SECRET = Custom("file:PATH|credential:NAME", _secret, most=1)
"""The kind of a keyword that names one."""
