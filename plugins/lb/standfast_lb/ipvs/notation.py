"""Services, destinations and operations in ipvsadm's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from standfast_lb.ipvs.changes import Operation
from standfast_lb.ipvs.entries import (
    CHECKSUMS,
    FLAG_ONE_PACKET,
    FLAG_PERSISTENT,
    FLAGS,
    MASTER,
    METHODS,
    PROTOCOLS,
    TUNNELS,
    Daemon,
    Dest,
    DestKey,
    Service,
    ServiceKey,
)
from standfast_lb.ipvs.table import Table
from standfast_lb.ipvs.wire import Command

_METHOD_OPTIONS = {METHODS["NAT"]: "-m", METHODS["TUN"]: "-i", METHODS["DR"]: "-g", 1: "-g"}
_PROTOCOL_OPTIONS = {PROTOCOLS["TCP"]: "-t", PROTOCOLS["UDP"]: "-u", PROTOCOLS["SCTP"]: "--sctp-service"}
_TUNNEL_NAMES = {number: name for name, number in TUNNELS.items()}
_CHECKSUM_NAMES = {number: name for name, number in CHECKSUMS.items()}
_FLAG_NAMES = {number: name for name, number in FLAGS.items() if number != FLAG_ONE_PACKET}
_OWN_NAMES = {
    "sh": {"flag-1": "sh-fallback", "flag-2": "sh-port"},
    "mh": {"flag-1": "mh-fallback", "flag-2": "mh-port"},
}


def command_line(operation: Operation) -> str:
    """The ipvsadm call that does the same."""
    return f"ipvsadm {_words(operation)}"


def _words(operation: Operation) -> str:
    where = service_words(operation.key)
    if operation.dest_key is None:
        letter = {Command.NEW_SERVICE: "A", Command.SET_SERVICE: "E", Command.DEL_SERVICE: "D"}[operation.command]
        return " ".join([f"-{letter}", where, *(settings(operation.key, operation.service))])
    letter = {Command.NEW_DEST: "a", Command.SET_DEST: "e", Command.DEL_DEST: "d"}[operation.command]
    server = f"-r {place(operation.dest_key)}"
    return " ".join([f"-{letter}", where, server, *(dest_settings(operation.dest) if operation.dest else ())])


def saved(table: Table) -> list[str]:
    """A whole table as `ipvsadm -Sn` writes it, and the limits of connections, which it forgets."""
    lines = []
    for key, entry in table.items():
        where = service_words(key)
        lines.append(" ".join(["-A", where, *settings(key, entry.service)]))
        for dest_key, dest in entry.dests.items():
            lines.append(" ".join(["-a", where, "-r", place(dest_key), *dest_settings(dest)]))
    return lines


def service_words(key: ServiceKey) -> str:
    """``-t 192.0.2.1:80``, ``-f 5 -6``."""
    if key.address is None:
        return f"-f {key.mark}" + (" -6" if key.family == 6 else "")
    return f"{_PROTOCOL_OPTIONS[key.protocol]} {place(DestKey(key.address, key.port))}"


def place(key: DestKey) -> str:
    """``192.0.2.1:80``, ``[2001:db8::1]:80``."""
    address = f"[{key.address}]" if key.address.family == 6 else str(key.address)
    return f"{address}:{key.port}"


def settings(key: ServiceKey, service: Service | None) -> Iterator[str]:
    """Scheduler, persistence, flags."""
    if service is None:
        return
    yield f"-s {service.scheduler}"
    if service.flags & FLAG_PERSISTENT:
        yield f"-p {service.timeout}"
        if key.family == 4 and service.netmask != 0xFFFFFFFF:
            yield "-M " + ".".join(str(byte) for byte in service.netmask.to_bytes(4, "big"))
        elif key.family == 6 and service.netmask != 128:
            yield f"-M {service.netmask}"
        if service.engine:
            yield f"--pe {service.engine}"
    if service.flags & FLAG_ONE_PACKET:
        yield "-o"
    names = [name for number, name in _FLAG_NAMES.items() if service.flags & number]
    if names:
        own = _OWN_NAMES.get(service.scheduler, {})
        yield "-b " + ",".join(own.get(name, name) for name in names)


def dest_settings(dest: Dest) -> Iterator[str]:
    """Method, weight, limits, tunnel."""
    yield _METHOD_OPTIONS.get(dest.method, f"(method {dest.method})")
    yield f"-w {dest.weight}"
    if dest.upper:
        yield f"-x {dest.upper}"
    if dest.lower:
        yield f"-y {dest.lower}"
    if dest.method == METHODS["TUN"]:
        kind = _TUNNEL_NAMES.get(dest.tunnel, str(dest.tunnel))
        yield f"--tun-type {kind}"
        if kind == "gue":
            yield f"--tun-port {dest.tunnel_port}"
        if kind != "ipip":
            yield f"--tun-{_CHECKSUM_NAMES.get(dest.tunnel_flags, str(dest.tunnel_flags))}"


def timeouts_line(timeouts_s: dict[str, int]) -> str:
    """0 leaves a value as it is."""
    return "ipvsadm --set " + " ".join(str(timeouts_s.get(name, 0)) for name in ("tcp", "tcpfin", "udp"))


def daemon_lines(daemons: Iterable[Daemon]) -> Iterator[str]:
    """How the sync daemon is started."""
    for daemon in daemons:
        words = ["ipvsadm --start-daemon", "master" if daemon.state == MASTER else "backup"]
        words += [f"--mcast-interface {daemon.interface}", f"--syncid {daemon.id}"]
        words += [f"--sync-maxlen {daemon.maxlen}"] if daemon.maxlen else []
        words += [f"--mcast-group {daemon.group}"] if daemon.group else []
        words += [f"--mcast-port {daemon.port}"] if daemon.port else []
        words += [f"--mcast-ttl {daemon.ttl}"] if daemon.ttl else []
        yield " ".join(words)
