"""Where a dump goes, and how it gets there although others may write to that directory.

keepalived writes below /tmp by default, as root, to a fixed name. Whoever makes a symbolic link of that name first has
root write where the link leads. Here a file is made under a name that nobody can have guessed, never opened if it was
there, and then takes the place of whatever had the real name: a link is replaced, not followed. Directories that
somebody else owns, or may change, are refused.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from standfast.config.operation_model import DumpFiles

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class UnsafePlace(Exception):  # noqa: N818 - a verdict on a directory
    """``str()`` says whose the directory is, and what to do."""


def path_of(files: DumpFiles, kind: str, directory: Path, *, process: str = "", owner: str = "") -> Path:
    """The file of a kind of dump (``state``, ``statistics``, ``json``).

    ``process`` is put behind the name (``keepalived_parent.data``), and with ``data_use_instance`` the ``owner``
    (``NAMESPACE_INSTANCE``) behind that.
    """
    said, usual = {
        "state": (files.state, "keepalived.data"),
        "statistics": (files.statistics, "keepalived.stats"),
        "json": (files.json, "keepalived.json"),
    }[kind]
    name = said + usual if not said or said.endswith("/") else said
    path = directory / name  # an absolute name stands for itself
    suffix = f"_{process}" if process else ""
    if files.with_instance and owner:
        suffix += f".{owner.replace('/', '_')}"
    return path.with_name(f"{path.stem}{suffix}{path.suffix}")


def write_safely(path: Path, data: bytes, *, umask: int) -> None:
    """Put ``data`` there at one stroke. Raises :class:`UnsafePlace` or :class:`OSError`."""
    with _directory(path.parent) as directory:
        temporary = f".{path.name}.{os.urandom(8).hex()}"
        descriptor = os.open(temporary, _NEW, 0o666 & ~umask, dir_fd=directory)
        try:
            os.fchmod(descriptor, 0o666 & ~umask)  # our own umask may be stricter
            with os.fdopen(descriptor, "wb") as out:
                out.write(data)
            os.rename(temporary, path.name, src_dir_fd=directory, dst_dir_fd=directory)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=directory)
            raise


def remove_safely(path: Path) -> None:
    """Take a file away that is not true any more; whatever prevents that, prevents it."""
    with contextlib.suppress(OSError, UnsafePlace), _directory(path.parent) as directory:
        os.unlink(path.name, dir_fd=directory)


@contextlib.contextmanager
def _directory(path: Path) -> Iterator[int]:
    """A descriptor of a directory that none but root and ourselves can replace. Raises :class:`UnsafePlace`."""
    real = path.resolve(strict=True)
    for part in {*_with_parents(path.absolute()), *_with_parents(real)}:
        _judge(part)
    descriptor = os.open(real, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _with_parents(path: Path) -> tuple[Path, ...]:
    return (path, *path.parents)


def _judge(part: Path) -> None:
    found = part.lstat()
    if found.st_uid not in (0, os.geteuid()):
        raise UnsafePlace(f"{part} belongs to user {found.st_uid}, who could lead us elsewhere: name another directory")
    if stat.S_ISLNK(found.st_mode):
        return
    others = found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and found.st_gid != 0)
    if others and not found.st_mode & stat.S_ISVTX:
        raise UnsafePlace(f"others may write to {part}, so a dump could be led elsewhere: `chmod go-w {part}`")
