"""From settings to everything about load balancing: groups, services, and what no two of them may share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from msgspec import structs

from standfast.config.data_planes import check_data_planes, check_idle
from standfast.config.findings import Findings
from standfast.config.keywords.checking import CheckerType
from standfast.config.lvs_checkers import Context
from standfast.config.lvs_groups import groups_of
from standfast.config.lvs_model import Balancing, Group, LvsGlobals, SyncDaemon, TlsCredentials, VirtualServer
from standfast.config.lvs_service import service_of
from standfast.config.lvs_sync import sync_daemon_of
from standfast.config.settings import Settings
from standfast.config.suggest import did_you_mean
from standfast.contract.balancing import LoadBalancer


def build_balancing(
    settings: Settings,
    findings: Findings,
    checkers: Mapping[str, CheckerType],
    planes: Mapping[str, type[LoadBalancer]],
) -> Balancing:
    """What is to be balanced. Faulty services are missing from it; why stands in ``findings``."""
    groups = groups_of(settings, findings)
    defaults = settings.block("global_defs")
    services: list[tuple[Settings, VirtualServer]] = []
    tls = _tls(settings, findings)
    for block, context in _with_context(settings, Context(defaults, findings, checkers, credentials=tls)):
        if block.statement is None or not _group_is_known(block, settings, groups, findings):
            continue
        service = service_of(block, groups, context)
        if service is not None:
            services.append((block, service))
    services = _joined(services, findings)
    check_data_planes(services, defaults, groups, planes, findings)
    found = tuple(service for _, service in services)
    globally = lvs_globals(settings, sync_daemon_of(settings, found, findings))
    check_idle(services, defaults, globally, planes, findings)
    return Balancing(
        globals=globally,
        groups=tuple(groups.values()),
        virtual_servers=found,
        tls=tls,
    )


def _with_context(settings: Settings, context: Context) -> Iterator[tuple[Settings, Context]]:
    """Each virtual server with what is defined above it."""
    files: dict[str, tuple[int, bool]] = {}
    sessions: set[str] = set()
    for value in settings.sequence:
        if not isinstance(value.value, Settings):
            continue
        if value.setting in ("track_file", "vrrp_track_file") and value.value.get("file") is not None:
            files.setdefault(value.value.name, value.value.get("weight", (1, False)))
        elif value.setting == "bfd_instance":
            sessions.add(value.value.name)
        elif value.setting == "virtual_server":
            yield value.value, replace(context, track_files=dict(files), bfd_sessions=frozenset(sessions))


def _group_is_known(block: Settings, settings: Settings, groups: dict[str, Group], findings: Findings) -> bool:
    name = block.name.group
    if block.name.kind != "group" or name in groups:
        return True
    written = {each.name for each in settings.blocks.get("virtual_server_group", ())}
    if block.statement is not None:
        hint = "" if name in written else did_you_mean(name, written) or f"add `virtual_server_group {name} {{`"
        why = "has no usable line" if name in written else "does not exist"
        message = f"`virtual_server_group {name}` {why}, so this virtual server is left out"
        findings.warning("SF4513", block.statement, message, hint=hint)
    return False


def _joined(services: list[tuple[Settings, VirtualServer]], findings: Findings) -> list[tuple[Settings, VirtualServer]]:
    """Blocks of one place are one service: the kernel takes the first one's settings, and everybody's servers.

    So it comes out with keepalived, which adds a second service in vain and then its servers to the first.
    """
    kept: dict[object, tuple[Settings, VirtualServer]] = {}
    for block, service in services:
        place = service.address, service.port, service.mark, service.group, service.protocol, service.family
        block_before, before = kept.setdefault(place, (block, service))
        if block_before is block or block.statement is None or block_before.statement is None:
            continue
        line = block_before.statement.keyword.span.line
        message = (
            f"{service.name} stands in line {line} already: what is set here does not count, its servers join those"
        )
        findings.warning("SF4514", block.statement, message, hint="put all real servers into one block")
        known = {(server.address, server.port) for server in before.real_servers}
        more = tuple(server for server in service.real_servers if (server.address, server.port) not in known)
        kept[place] = block_before, structs.replace(before, real_servers=before.real_servers + more)
    return list(kept.values())


def _tls(settings: Settings, findings: Findings) -> TlsCredentials | None:
    blocks = settings.blocks.get("SSL", ())
    for block in blocks[1:]:
        if block.statement is not None:
            findings.error("SF4515", block.statement, "a second `SSL`: it replaces the first one with all it says")
    if not blocks:
        return None
    get = blocks[-1].get
    return TlsCredentials(
        password=get("password", ""), ca=get("ca", ""), certificate=get("certificate", ""), key=get("key", "")
    )


def lvs_globals(settings: Settings, sync_daemon: SyncDaemon | None) -> LvsGlobals:
    """``global_defs``, and what stands beside it, as far as it is about load balancing."""
    defaults = settings.block("global_defs")
    get = defaults.get
    return LvsGlobals(
        timeouts_s={name: value for line in defaults.all("lvs_timeouts") for name, value in line.value.items()},
        flush=get("lvs_flush", False),
        flush_on_stop=get("lvs_flush_on_stop", ""),
        sync_daemon=sync_daemon,
        nftables_table=get("nftables_ipvs", ""),
        nftables_priority=get("nftables_ipvs_priority", -1),
        nftables_start_mark=get("nftables_ipvs_start_fwmark", 1000),
        rs_init_notifies=get("rs_init_notifies", False),
        backend=get("lb_backend", ""),
        instance=settings.get("instance", ""),
        net_namespace=settings.get("net_namespace_ipvs", ""),
    )
