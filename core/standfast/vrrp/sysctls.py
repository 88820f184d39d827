"""Kernel settings that we change while we run, and set back when we leave."""

from __future__ import annotations

from pathlib import Path

PROC_SYS = Path("/proc/sys")


def promote_secondaries(interface: str) -> str:
    """Path (under /proc/sys): deleting an interface's primary address then keeps the others of its subnet."""
    return f"net/ipv4/conf/{interface}/promote_secondaries"


LOCAL_IGMP = "net/ipv4/igmp_link_local_mcast_reports"
"""Whether the kernel reports memberships of 224.0.0.0/24, which no router needs to hear of (RFC 3376, 6)."""


class Sysctls:
    """Changes settings and remembers, once and for all, what they were before."""

    def __init__(self, originals: dict[str, str] | None = None, root: Path = PROC_SYS) -> None:
        self.originals = dict(originals or {})
        """What to set back; starts with what a predecessor left behind."""
        self._root = root

    def set(self, path: str, value: str) -> bool:
        """Set it. True if that changed anything. Raises OSError (no such interface, no permission)."""
        place = self._root / path
        before = place.read_text().strip()
        if before == value:
            return False
        self.originals.setdefault(path, before)
        place.write_text(value)
        return True

    def put_back(self, path: str) -> None:
        """Set one back, if we changed it. Raises OSError."""
        before = self.originals.pop(path, None)
        if before is not None:
            (self._root / path).write_text(before)

    def restore(self) -> None:
        """Set everything back that we changed; interfaces that have gone take their settings with them."""
        for path, before in self.originals.items():
            place = self._root / path
            if place.exists():
                place.write_text(before)
        self.originals.clear()
