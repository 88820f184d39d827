"""What the kernel's errno means, in words: it gives nothing else."""

from __future__ import annotations

import errno
import os

from standfast_lb.ipvs.changes import Operation
from standfast_lb.ipvs.entries import METHODS, Daemon
from standfast_lb.ipvs.notation import place, service_words
from standfast_lb.ipvs.wire import Command

_VERBS = {
    Command.NEW_SERVICE: "add",
    Command.SET_SERVICE: "change",
    Command.DEL_SERVICE: "remove",
    Command.NEW_DEST: "add",
    Command.SET_DEST: "change",
    Command.DEL_DEST: "remove",
}


def words_for(operation: Operation, number: int) -> str:
    """One sentence."""
    what = f"service {service_words(operation.key)}"
    if operation.dest_key is not None:
        what = f"server {place(operation.dest_key)} of {what}"
    return f"cannot {_VERBS[operation.command]} {what}: {_reason(operation, number)}"


def _reason(operation: Operation, number: int) -> str:
    service, dest = operation.service, operation.dest
    if number == errno.ENOENT and service is not None:
        modules = [f"ip_vs_{service.scheduler}"] + ([f"ip_vs_pe_{service.engine}"] if service.engine else [])
        return f"the kernel has no {' or no '.join(modules)}; load it with `modprobe`, or install the kernel's modules"
    if number == errno.ERANGE and dest is not None:
        return f"weight {dest.weight} or limits {dest.upper} and {dest.lower} are out of range"
    if number == errno.EINVAL and dest is not None and dest.method == METHODS["TUN"]:
        return "the kernel does not take this tunnel (GUE and GRE need Linux 5.3)"
    if number == errno.EPERM:
        return "that needs CAP_NET_ADMIN"
    return os.strerror(number)


def daemon_words(daemon: Daemon, number: int) -> str:
    """One sentence."""
    which = "sends" if daemon.state == 1 else "receives"
    reasons = {
        errno.EINVAL: "the kernel does not synchronise while a tunnel leads to a server of the other IP version",
        errno.ENODEV: f"there is no interface {daemon.interface}",
        errno.ENETUNREACH: f"no route leads to the group; {daemon.interface} must be up and have an address",
        errno.EEXIST: "one is running already",
        errno.EPERM: "that needs CAP_NET_ADMIN",
    }
    return f"cannot start the sync daemon that {which}: {reasons.get(number) or os.strerror(number)}"
