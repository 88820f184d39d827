"""`lvs_sync_daemon`: whom it follows, which number it has, and what keeps the kernel from running it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from standfast.config.findings import Findings
from standfast.config.lvs_model import SyncDaemon, VirtualServer
from standfast.config.settings import Settings
from standfast.config.suggest import did_you_mean
from standfast.config.tree import Statement


def sync_daemon_of(settings: Settings, services: Iterable[VirtualServer], findings: Findings) -> SyncDaemon | None:
    """The daemon with its number; None if there is none, or none that could work, which is told."""
    found = _written(settings)
    if found is None:
        return None
    wanted, at = found
    _told_of_tunnels(services, at, findings)
    if not wanted.instance:
        return structs.replace(wanted, id=wanted.id or 0)
    instances = {block.name: block for block in settings.blocks.get("vrrp_instance", ())}
    instance = instances.get(wanted.instance)
    if instance is None:
        message = f"`lvs_sync_daemon` follows `{wanted.instance}`, which does not exist; no connections are copied"
        findings.warning("SF6701", at, message, hint=did_you_mean(wanted.instance, instances))
        return None
    if wanted.id is not None:
        return wanted
    return structs.replace(wanted, id=instance.get("virtual_router_id", 0))


def _written(settings: Settings) -> tuple[SyncDaemon, Statement] | None:
    """The global line; without it the old one inside an instance, which follows that."""
    line = settings.block("global_defs").scalars.get("lvs_sync_daemon")
    if line is not None:
        return line.value, line.statement
    for block in settings.blocks.get("vrrp_instance", ()):
        line = block.scalars.get("lvs_sync_daemon_interface")
        if line is not None:
            return SyncDaemon(interface=line.value, instance=block.name), line.statement
    return None


def _told_of_tunnels(services: Iterable[VirtualServer], at: Statement, findings: Findings) -> None:
    for service in services:
        for server in service.real_servers:
            if server.forwarding.method == "TUN" and server.address.family != service.family:
                message = (
                    f"the kernel runs no sync daemon while a tunnel leads from IPv{service.family} to "
                    f"{server.address} ({service.name})"
                )
                findings.warning("SF6702", at, message, hint="give the service servers of its own IP version")
                return
