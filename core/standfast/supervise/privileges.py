"""What each process may do. Processes drop what they do not need; the unit does not cripple them (capabilities(7))."""

from __future__ import annotations

import enum

from standfast.supervise import libc


class Capability(enum.IntEnum):
    """Those that anything of ours needs, by their numbers in <linux/capability.h>."""

    CHOWN = 0
    DAC_OVERRIDE = 1
    DAC_READ_SEARCH = 2
    KILL = 5
    NET_BIND_SERVICE = 10
    NET_BROADCAST = 11
    NET_ADMIN = 12
    NET_RAW = 13
    IPC_LOCK = 14
    SYS_PTRACE = 19
    SYS_ADMIN = 21
    SYS_NICE = 23


SPEAKING = frozenset({Capability.NET_ADMIN, Capability.NET_RAW})
"""Without these there is no VRRP; everything else only makes it better."""

VRRP = frozenset({Capability.NET_ADMIN, Capability.NET_RAW, Capability.IPC_LOCK, Capability.SYS_NICE})
"""Addresses and sockets; locked memory and real time, which it takes after its hot path has run once."""

HEALTH = frozenset({Capability.NET_ADMIN, Capability.NET_RAW, Capability.NET_BIND_SERVICE})
"""The kernel's load balancer, pings and marked sockets, source ports below 1024. It runs plugins' code."""

ELSEWHERE = frozenset({Capability.SYS_ADMIN, Capability.SYS_PTRACE})
"""Sockets in another network namespace (setns(2)), and a look at which one the first process is in."""

PARENT = VRRP | {Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.DAC_READ_SEARCH, Capability.KILL}
"""What its future children need, others' files when it reloads, the sockets' group, an end to stuck children."""

LOADER = frozenset({Capability.DAC_READ_SEARCH})
"""Others' files; it runs plugins' code."""

REAPER = frozenset({Capability.NET_ADMIN})

WRITER: frozenset[Capability] = frozenset()


def lacking(needed: frozenset[Capability]) -> list[str]:
    """Names of those that this process has not got."""
    permitted = libc.get_permitted()
    return [f"CAP_{capability.name}" for capability in sorted(needed) if not permitted >> capability & 1]


def lay_down_all_but(used: frozenset[Capability]) -> None:
    """Use nothing else, but keep the rest within reach: for a parent whose later children need more than itself."""
    libc.set_effective(sum(1 << capability for capability in used))


def take_up_all() -> None:
    """Use everything that is permitted: for the process that starts other people's programs."""
    libc.set_effective(libc.get_permitted())


def drop_all_but(kept: frozenset[Capability]) -> None:
    """Give up everything else, for good. Without privileges to begin with this changes nothing.

    Raises :class:`OSError` if the kernel refuses, which it has no reason to.
    """
    permitted = libc.get_permitted()
    libc.set_effective(permitted)  # the parent has laid down what shrinking the bounding set takes
    wanted = sum(1 << capability for capability in kept)
    _shrink_bounding_set(wanted)
    libc.prctl(libc.PR_CAP_AMBIENT, libc.PR_CAP_AMBIENT_CLEAR_ALL)
    libc.set_capabilities(permitted & wanted)


def _shrink_bounding_set(wanted: int) -> None:
    """Root gets everything in this set back by execve(2), so it must shrink as well."""
    number = 0
    while True:
        try:
            present = libc.prctl(libc.PR_CAPBSET_READ, number)
        except OSError:
            return  # EINVAL: past the kernel's last capability
        if present and not wanted >> number & 1:
            try:
                libc.prctl(libc.PR_CAPBSET_DROP, number)
            except PermissionError:
                return  # no CAP_SETPCAP (a container, or an ordinary user): then the set is not ours to shrink
        number += 1
