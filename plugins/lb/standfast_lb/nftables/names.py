"""Names of chains and maps: from the service's, so that a successor finds them and people know them. Pure."""

from __future__ import annotations

import re
from hashlib import blake2b

from standfast.net.nft.commands import Table

_PLAIN = re.compile(r"\[([0-9.]+)\]:(tcp|udp|sctp):([0-9]+)")
_OTHER = re.compile(r"[^A-Za-z0-9.]+")
_LONGEST = 40


def tables(instance: str) -> tuple[Table, Table]:
    """Ours for NAT and for direct routing; ``instance``: the daemon's name, empty for the only one."""
    name = f"standfast-{_OTHER.sub('_', instance)}" if instance else "standfast"
    return Table("inet", name), Table("netdev", name)


def stem(pool: str) -> str:
    """``192.0.2.1_tcp_80`` of ``[192.0.2.1]:tcp:80``; others have a few digits that tell similar names apart."""
    if match := _PLAIN.fullmatch(pool):
        return "_".join(match.groups())
    digest = blake2b(pool.encode(), digest_size=3).hexdigest()
    return f"{_OTHER.sub('_', pool).strip('_')[:_LONGEST]}_{digest}"
