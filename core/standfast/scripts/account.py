"""Who runs a program, and whether it may be run: looked at in the process that is about to become the program.

So a slow directory service holds up one program, and what is true at this moment counts.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from standfast.config.script_model import Identity

DEFAULT_ACCOUNT = "keepalived_script"


class Refused(Exception):  # noqa: N818 - a verdict
    """``str()`` says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Numbers to run with. ``groups`` None: none besides ``gid``."""

    uid: int
    gid: int
    user: str
    groups: tuple[int, ...]

    @property
    def rooted(self) -> bool:
        """Would the program have root's rights?"""
        return self.uid == 0 or self.gid == 0


def account(identity: Identity, *, secure: bool) -> Account | None:
    """Whose rights the program gets; None: the daemon's own. Raises :class:`Refused`."""
    name = identity.user
    if not name:
        try:
            name = pwd.getpwnam(DEFAULT_ACCOUNT).pw_name
        except KeyError:
            if secure:
                words = "no user is named for it, and `enable_script_security` is set: add `script_user USER`"
                raise Refused(words) from None
            return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Refused(f"there is no user `{name}` on this host") from None
    gid = _group(identity.group) if identity.group else entry.pw_gid
    groups = os.getgrouplist(name, gid) if identity.supplementary else [gid]
    return Account(entry.pw_uid, gid, name, tuple(groups))


def _group(name: str) -> int:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise Refused(f"there is no group `{name}` on this host") from None


def become(chosen: Account) -> None:
    """For good. Raises :class:`OSError` if that is not permitted."""
    if (os.getuid(), os.getgid()) == (chosen.uid, chosen.gid) and chosen.uid != 0:
        return
    os.setgroups(chosen.groups)
    os.setresgid(chosen.gid, chosen.gid, chosen.gid)
    os.setresuid(chosen.uid, chosen.uid, chosen.uid)


def locate(command: str, path: str) -> Path:
    """The file that a command means. Raises :class:`Refused`."""
    if "/" in command:
        return Path(command)
    for directory in path.split(":"):
        candidate = Path(directory or ".") / command
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise Refused(f"there is no program `{command}` in PATH ({path}); give its full path")


def resolve(program: Path) -> Path:
    """The file behind symbolic links. Raises :class:`Refused` if there is none."""
    try:
        found = program.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else "its symbolic links go round in a circle"
        raise Refused(why) from None
    if not found.is_file():
        raise Refused("it is no file")
    return found


def objection(resolved: Path, *, rooted: bool) -> str:
    """Who besides root could change what root would run; empty: nobody, or it is not run with root's rights.

    Looked at is the real path; symbolic links on the way belong to directories that are looked at themselves.
    """
    file = resolved.stat()
    as_root = rooted or (file.st_mode & stat.S_ISUID and file.st_uid == 0)
    as_root = as_root or (file.st_mode & stat.S_ISGID and file.st_gid == 0)
    if not as_root:
        return ""
    for part in (resolved, *resolved.parents):
        found = part.stat()
        sticky = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
        if found.st_uid != 0:
            return f"{part} belongs to {_owner(found.st_uid)}, who could change what runs with root's rights"
        if found.st_mode & stat.S_IWGRP and found.st_gid != 0 and not sticky:
            return f"{part} can be written by its group, which could change what runs with root's rights"
        if found.st_mode & stat.S_IWOTH and not sticky:
            return f"{part} can be written by everybody, who could change what runs with root's rights"
    return ""


def _owner(uid: int) -> str:
    try:
        return f"`{pwd.getpwuid(uid).pw_name}`"
    except KeyError:
        return f"user {uid}"
