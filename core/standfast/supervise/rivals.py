"""Another VRRP speaker in this network namespace: two on one host answer each other, and fight for addresses."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PROTOCOLS = {112: "VRRP", 51: "VRRP with authentication headers"}


@dataclass(frozen=True, slots=True)
class Rival:
    """Somebody who holds a raw socket of protocol 112 or 51."""

    protocol: int
    pid: int | None
    """None if that cannot be read from here (another PID namespace, no permission)."""
    name: str = ""

    @property
    def unit(self) -> str:
        """The systemd unit that such a process usually belongs to: ``standfast-vrrp`` to ``standfast``."""
        return self.name.partition("-")[0]

    def __str__(self) -> str:
        who = f"process {self.pid} ({self.name})" if self.pid else "a process that cannot be seen from here"
        return f"{who} already speaks {_PROTOCOLS[self.protocol]} in this network namespace"


def find_rivals(proc: Path = Path("/proc")) -> list[Rival]:
    """Every speaker but ourselves, one entry for each process."""
    sockets = dict(_raw_sockets(proc))
    if not sockets:
        return []
    holders = dict(_holders(sockets, proc))
    found = {
        Rival(protocol, holders.get(inode), _name(proc, holders.get(inode)))
        for inode, protocol in sockets.items()
        if holders.get(inode) != os.getpid()
    }
    return sorted(found, key=lambda rival: (rival.pid or 0, rival.protocol))


def _raw_sockets(proc: Path) -> Iterator[tuple[str, int]]:
    """Inode and protocol, from the tables of this namespace (the "port" of a raw socket is its protocol)."""
    for table in ("raw", "raw6"):
        try:
            lines = (proc / "net" / table).read_text().splitlines()[1:]
        except FileNotFoundError:  # a kernel without IPv6
            continue
        for line in lines:
            fields = line.split()
            protocol = int(fields[1].rpartition(":")[2], 16)
            if protocol in _PROTOCOLS:
                yield fields[9], protocol


def _holders(inodes: Iterable[str], proc: Path) -> Iterator[tuple[str, int]]:
    links = {f"socket:[{inode}]": inode for inode in inodes}
    for process in proc.glob("[0-9]*"):
        try:
            for descriptor in (process / "fd").iterdir():
                inode = links.get(str(descriptor.readlink()))
                if inode is not None:
                    yield inode, int(process.name)
        except OSError:
            continue  # it has ended meanwhile, or is not ours to look into


def _name(proc: Path, pid: int | None) -> str:
    if pid is None:
        return ""
    try:
        return (proc / str(pid) / "comm").read_text().strip()
    except OSError:
        return "already gone"
