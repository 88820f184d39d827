"""What this machine's kernel and file system say: networks of interfaces, own addresses, who may run and change files.

Read from ``/proc`` and with ``stat`` alone; nothing is opened that blocks.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from standfast.values import Address

_LOCAL = re.compile(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL")


@dataclass(frozen=True, slots=True)
class Network:
    """A network that is directly connected to an interface."""

    address: Address
    prefix: int

    def contains(self, address: Address) -> bool:
        """Does the address lie in it?"""
        if address.family != self.address.family:
            return False
        shift = address.bits - self.prefix
        return int.from_bytes(address.packed, "big") >> shift == int.from_bytes(self.address.packed, "big") >> shift


@dataclass(frozen=True, slots=True)
class Person:
    """An account that runs something."""

    name: str
    uid: int
    groups: frozenset[int]


def networks(interface: str, proc: Path = Path("/proc/self/net")) -> tuple[Network, ...]:
    """The networks of an interface: its routes without a gateway (IPv4), its addresses (IPv6)."""
    return (*_networks4(interface, proc / "route"), *_networks6(interface, proc / "if_inet6"))


def _networks4(interface: str, table: Path) -> Iterator[Network]:
    for line in _lines(table)[1:]:
        name, destination, gateway, _, _, _, _, mask, *_ = line.split()
        if name == interface and not int(gateway, 16) and int(mask, 16):
            packed = int(destination, 16).to_bytes(4, "little")
            yield Network(Address(4, packed), int(mask, 16).bit_count())


def _networks6(interface: str, table: Path) -> Iterator[Network]:
    for line in _lines(table):
        number, _, length, _, _, name = line.split()
        if name == interface:
            yield Network(Address(6, bytes.fromhex(number)), int(length, 16))


def own_addresses(proc: Path = Path("/proc/self/net")) -> frozenset[Address]:
    """Every address of this machine."""
    tree = "\n".join(_lines(proc / "fib_trie"))
    four = {Address.parse(text) for text in _LOCAL.findall(tree)}
    six = {Address(6, bytes.fromhex(line.split()[0])) for line in _lines(proc / "if_inet6")}
    return frozenset(four | six)


def _lines(path: Path) -> list[str]:
    with suppress(OSError):
        return path.read_text().splitlines()
    return []


def parts(path: str) -> Iterator[str]:
    """The resolved path and every directory above it, the root first."""
    resolved = Path(os.path.realpath(path))
    yield from (str(parent) for parent in reversed(resolved.parents))
    yield str(resolved)


def may(person: Person, wanted: int, found: os.stat_result) -> bool:
    """May this person read (4), write (2) or execute (1) it, by owner, group and mode? ACLs are not looked at."""
    if person.uid == 0:
        return wanted != os.X_OK or stat.S_ISDIR(found.st_mode) or bool(found.st_mode & 0o111)
    if found.st_uid == person.uid:
        return bool(found.st_mode >> 6 & wanted)
    if found.st_gid in person.groups:
        return bool(found.st_mode >> 3 & wanted)
    return bool(found.st_mode & wanted)


def open_part(path: str) -> tuple[str, str, str] | None:
    """The first part of a path that somebody besides root may change: the part, why, and what mends it."""
    for part in parts(path):
        try:
            found = Path(part).lstat()
        except OSError:
            return None
        mode = stat.S_IMODE(found.st_mode)
        sticky = stat.S_ISDIR(found.st_mode) and mode & stat.S_ISVTX
        if found.st_uid:
            return part, f"belongs to user {found.st_uid}, not to root", f"chown root {part}"
        if mode & stat.S_IWOTH and not sticky:
            return part, f"may be written by everybody (mode {mode:04o})", f"chmod o-w {part}"
        if mode & stat.S_IWGRP and found.st_gid and not sticky:
            return part, f"may be written by group {found.st_gid} (mode {mode:04o})", f"chmod g-w {part}"
    return None
