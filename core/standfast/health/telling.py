"""What is told of a change of a server or a service: event, line for FIFOs, script. Pure."""

from __future__ import annotations

from typing import NamedTuple

from standfast.config.lvs_model import VirtualServer
from standfast.config.script_model import ScriptCall
from standfast.events import CheckChange, QuorumChange, ServerChange
from standfast.health.server import Server
from standfast.scripts.running import About


class Told(NamedTuple):
    """One change, ready to be told."""

    event: ServerChange | CheckChange | QuorumChange
    line: str
    """For `lvs_notify_fifo`, without its end; empty: none."""
    script: ScriptCall | None = None

    @property
    def about(self) -> About:
        """What its script tells."""
        event = self.event
        server = f"server {event.server} of " if isinstance(event, ServerChange) else ""
        quorum = "QUORUM_" if isinstance(event, QuorumChange) else ""
        return About(f"{server}service {event.service}", f"{quorum}{_word(event.up)}")


def server_line(service: VirtualServer, service_label: str, server: Server, *, up: bool) -> str:
    """``RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:80 UP``."""
    protocol = service.protocol.lower() or "none"
    return f"RS {server.bracketed}:{protocol}:{server.config.port} {service_label} {_word(up)}"


def service_line(service_label: str, *, up: bool) -> str:
    """``VS [192.0.2.10]:tcp:80 UP``."""
    return f"VS {service_label} {_word(up)}"


def _word(up: bool) -> str:
    return "UP" if up else "DOWN"


def labels(services: tuple[VirtualServer, ...]) -> list[str]:
    """How FIFO lines call each service: as messages do, except that one of a group is ``[NAME]:INDEX``."""
    used: dict[str, int] = {}
    found = []
    for service in services:
        if service.group:
            index = used.get(service.group, 0)
            used[service.group] = index + 1
            found.append(f"[{service.group}]:{index}")
        else:
            found.append(service.name)
    return found


def unique_names(services: tuple[VirtualServer, ...]) -> list[str]:
    """The key of each service: its name, with a number behind it where several have the same."""
    taken: dict[str, int] = {}
    found = []
    for service in services:
        count = taken.get(service.name, 0) + 1
        taken[service.name] = count
        found.append(service.name if count == 1 else f"{service.name} ({count})")
    return found
