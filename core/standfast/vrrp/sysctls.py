"""Kernel settings that we change while we run, and set back when we leave."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from standfast.config.interface_model import Device

PROC_SYS = Path("/proc/sys")


def promote_secondaries(interface: str) -> str:
    """Path (under /proc/sys): deleting an interface's primary address then keeps the others of its subnet."""
    return f"net/ipv4/conf/{interface}/promote_secondaries"


LOCAL_IGMP = "net/ipv4/igmp_link_local_mcast_reports"
"""Whether the kernel reports memberships of 224.0.0.0/24, which no router needs to hear of (RFC 3376, 6)."""


def of_device(device: Device) -> dict[str, str]:
    """What an interface of ours is set to; it takes its settings with it when it goes."""
    four, six = f"net/ipv4/conf/{device.name}", f"net/ipv6/conf/{device.name}"
    settings = {f"{six}/disable_ipv6": "0" if device.ipv6 else "1"}
    if device.kind == "ipvlan":
        return settings
    settings[f"{four}/arp_ignore"] = "1"
    if device.family == 4:
        settings |= {f"{four}/accept_local": "1", f"{four}/rp_filter": "0", f"{four}/promote_secondaries": "1"}
    if device.ipv6:
        # The interface below configures this host; a second default route above it would be one too many.
        settings[f"{six}/accept_ra"] = "0"
    return settings


def around_vmacs(bases: Collection[str], interfaces: Iterable[str], before: Callable[[str], str]) -> dict[str, str]:
    """What others are set to while IPv4 virtual MACs stand above ``bases``; ``before``: what a path said without us.

    An interface answers ARP for all addresses of the host, and asks in the name of any, unless told to mind its own:
    clients would learn its MAC for the virtual addresses. What is checked of a source
    address (rp_filter) is the stricter of ``all`` and the interface's own; so that a virtual MAC can be exempted, what
    ``all`` says moves to each interface.
    """
    quiet = {"arp_ignore": "1", "arp_filter": "1", "arp_announce": "2"}
    wanted = {f"net/ipv4/conf/{base}/{name}": value for base in bases for name, value in quiet.items()}
    strictness = _number(before(_checks_source("all")))
    if bases and strictness:
        paths = map(_checks_source, ("default", *interfaces))
        wanted |= {path: str(strictness) for path in paths if _number(before(path)) < strictness}
        wanted[_checks_source("all")] = "0"
    return wanted


def _checks_source(interface: str) -> str:
    return f"net/ipv4/conf/{interface}/rp_filter"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


class Sysctls:
    """Changes settings and remembers, once and for all, what they were before."""

    def __init__(
        self,
        originals: dict[str, str] | None = None,
        root: Path = PROC_SYS,
        written_down: Callable[[], None] | None = None,
    ) -> None:
        self.originals = dict(originals or {})
        """What to set back; starts with what a predecessor left behind."""
        self.written_down = written_down or _nothing
        """Called before settings of a set are changed: a successor must know what they were."""
        self._root = root
        self._held: set[str] = set()
        self._values: dict[str, str] = {}
        """What we wrote: somebody who changes it later means it."""

    def before(self, path: str) -> str:
        """What it said before us; empty if it is not there."""
        known = self.originals.get(path)
        return self._read(path) if known is None else known

    def _read(self, path: str) -> str:
        try:
            return (self._root / path).read_text().strip()
        except OSError:
            return ""

    def set(self, path: str, value: str) -> bool:
        """Set it. True if that changed anything. Raises OSError (no such interface, no permission)."""
        place = self._root / path
        before = place.read_text().strip()
        if before == value:
            return False
        self.originals.setdefault(path, before)
        self._values[path] = value
        place.write_text(value)
        return True

    def hold(self, wanted: Mapping[str, str]) -> None:
        """Have these and, of all that were held so, no others: those go back to what they were. Raises OSError."""
        for path in sorted(self._held - set(wanted), reverse=True):
            self.put_back(path)
        found = {path: before for path in wanted if (before := self._read(path))}
        changes = {path: wanted[path] for path, before in found.items() if before != wanted[path]}
        for path in changes:
            self.originals.setdefault(path, found[path])
        self._held = {path for path in wanted if path in self.originals}
        if changes:
            self.written_down()
        for path, value in changes.items():
            self._values[path] = value
            (self._root / path).write_text(value)

    def put_back(self, path: str) -> None:
        """Set one back, if we changed it and nobody else has since. Raises OSError."""
        before = self.originals.pop(path, None)
        if before is None:
            return
        now = self._read(path)  # an interface that has gone took its settings along
        if now and self._values.pop(path, now) == now:
            (self._root / path).write_text(before)

    def restore(self) -> None:
        """Set everything back that we changed, in the opposite order."""
        for path in reversed(list(self.originals)):
            self.put_back(path)


def _nothing() -> None:
    """Nobody has to be told."""
