"""The named pipes for notices (``notify_fifo`` and its kin): made and opened by the parent, written to by the children.

The parent alone may give a pipe away or open one that is somebody else's. It opens them for reading too, so that lines
wait for a reader who comes later, and nobody who writes is ever stopped by a reader who goes.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from standfast.config.script_model import Fifo, Identity

_MODE = 0o644


@dataclass(frozen=True, slots=True)
class _Pipe:
    """One that is open."""

    path: Path
    """As :func:`_place` has it."""
    descriptor: int
    made: bool
    """By us, so it is removed when nobody wants it any more."""
    owner: tuple[int, int] | None
    """User and group that it is to belong to if we made it, and may belong to if not; None: us."""


@dataclass(slots=True)
class _Choice:
    """What one configuration wants, and as much of it as can be had."""

    wanted: Mapping[str, Fifo] = field(default_factory=dict)
    pipes: dict[str, _Pipe] = field(default_factory=dict)
    """By keyword."""

    def at(self, place: Path) -> tuple[str, _Pipe] | None:
        """The one that is there, with its keyword."""
        return next(((name, pipe) for name, pipe in self.pipes.items() if pipe.path == place), None)

    def lacks(self, fifo: Fifo) -> bool:
        """Could it not be had?"""
        missing = (each for name, each in self.wanted.items() if name not in self.pipes)
        return any(each.path == fifo.path and each.owner == fifo.owner for each in missing)


class Pipes:
    """Those of one daemon, from its start to its end. Other ones come in two steps, as everything that is reloaded."""

    def __init__(self) -> None:
        self._now = _Choice()
        self._next: _Choice | None = None
        self._owners: dict[Identity, tuple[int, int] | None] = {}
        """Those that were looked up. A directory may be slow or away, and the parent must not wait at every reload."""

    @property
    def descriptors(self) -> dict[str, int]:
        """Keyword -> descriptor, of the prepared ones if there are any; one that cannot be had is missing."""
        chosen = self._next or self._now
        return {name: pipe.descriptor for name, pipe in chosen.pipes.items()}

    def prepare(self, fifos: Mapping[str, Fifo], umask: int) -> list[str]:
        """Open what is new beside what is in use; gives in words what cannot be had, unless it is missing already."""
        self._next = chosen = _Choice(fifos)
        complaints = []
        for name, fifo in fifos.items():
            try:
                chosen.pipes[name] = self._obtain(fifo, umask, chosen)
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                if not self._now.lacks(fifo):
                    complaints.append(f"`{name} {fifo.path}` gets nothing: {why}")
        return complaints

    def commit(self) -> None:
        """From now on the prepared ones; what they leave out is closed, and removed if it was made here."""
        if self._next is None:
            return
        before, self._now, self._next = self._now, self._next, None
        _give_up(before, self._now)
        for pipe in self._now.pipes.values():
            with contextlib.suppress(OSError):  # new ones are known to be ours to give away
                _give_away(pipe)

    def abort(self) -> None:
        """Everything stays as it was."""
        if self._next is not None:
            given_up, self._next = self._next, None
            _give_up(given_up, self._now)

    def close(self) -> None:
        """Nobody writes any more."""
        self.abort()
        _give_up(self._now, _Choice())
        self._now = _Choice()

    def _obtain(self, fifo: Fifo, umask: int, chosen: _Choice) -> _Pipe:
        if fifo.owner not in self._owners:
            self._owners[fifo.owner] = _numbers(fifo.owner)
        owner, place = self._owners[fifo.owner], _place(fifo.path)
        if twice := chosen.at(place):
            raise ValueError(f"it is the pipe of `{twice[0]}`")
        known = self._now.at(place)
        if known is None:
            return _open(place, owner, umask)
        pipe = replace(known[1], owner=owner)
        if not pipe.made:
            _judge(pipe)
        return pipe


def _place(path: str) -> Path:
    """The same for one pipe, however its path is spelt. What the path itself leads to is none of ours (O_NOFOLLOW)."""
    directory, name = os.path.split(path)
    return Path(os.path.realpath(directory), name)


def _open(path: Path, owner: tuple[int, int] | None, umask: int) -> _Pipe:
    made = False
    with contextlib.suppress(FileExistsError):
        before = os.umask(umask)
        try:
            os.mkfifo(path, _MODE)
        finally:
            os.umask(before)
        made = True
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    pipe = _Pipe(path, descriptor, made, owner)
    try:
        _judge(pipe)
        _give_away(pipe)
    except (OSError, ValueError):
        _shut([pipe])
        raise
    return pipe


def _judge(pipe: _Pipe) -> None:
    """Raises :class:`ValueError` with the reason why it is not for us."""
    found = os.fstat(pipe.descriptor)
    if not stat.S_ISFIFO(found.st_mode):
        raise ValueError("it is there, and not a pipe")
    if found.st_uid not in {os.geteuid(), *(pipe.owner or ())[:1]}:
        raise ValueError(f"it belongs to user {found.st_uid}: remove it, or name its owner behind the path")


def _give_away(pipe: _Pipe) -> None:
    if pipe.made:
        os.fchown(pipe.descriptor, *(pipe.owner or (os.geteuid(), os.getegid())))


def _give_up(choice: _Choice, kept: _Choice) -> None:
    still = {pipe.descriptor for pipe in kept.pipes.values()}
    _shut(pipe for pipe in choice.pipes.values() if pipe.descriptor not in still)


def _shut(pipes: Iterable[_Pipe]) -> None:
    for pipe in pipes:
        os.close(pipe.descriptor)
        if pipe.made:
            with contextlib.suppress(OSError):
                pipe.path.unlink()


def _numbers(identity: Identity) -> tuple[int, int] | None:
    """User and group; None: nobody is named. Raises :class:`ValueError` for who does not exist."""
    if not identity.user:
        return None
    try:
        entry = pwd.getpwnam(identity.user)
        gid = grp.getgrnam(identity.group).gr_gid if identity.group else entry.pw_gid
    except KeyError as error:
        raise ValueError(f"there is no {error.args[0]}") from None
    return entry.pw_uid, gid
