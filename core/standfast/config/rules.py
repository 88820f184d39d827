"""From settings to the whole Config: global values, every instance, and what no two instances may share."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from standfast.config.findings import Findings
from standfast.config.firewall import firewall
from standfast.config.iproute_names import NameTables
from standfast.config.model import Config, GlobalDefs, Scheduling, VrrpInstance
from standfast.config.normalise import normalise
from standfast.config.notifications import program_rules
from standfast.config.operation_model import DumpFiles, TimedReload
from standfast.config.settings import Settings
from standfast.config.surroundings import surround
from standfast.values import SECOND


def build(settings: Settings, findings: Findings, config_id: str = "", names: NameTables | None = None) -> Config:
    """The effective configuration. Instances that stop the start are missing from it: see ``findings.stops``.

    ``names`` looks up what is not built in; without it no file is read.
    """
    defaults = settings.block("global_defs")
    bound = ((block, normalise(block, defaults, findings)) for block in settings.blocks.get("vrrp_instance", ()))
    instances = [(block, instance) for block, instance in bound if instance is not None]
    _unique(instances, findings, changeable=defaults.get("dynamic_interfaces") == "changes")
    config = Config(
        global_defs=global_defs(defaults),
        instances=tuple(instance for _, instance in instances),
        config_id=config_id,
        instance_name=settings.get("instance", ""),
        net_namespace=settings.get("net_namespace", ""),
        net_namespace_ipvs=settings.get("net_namespace_ipvs", ""),
        use_pid_dir=settings.get("use_pid_dir", False),
        child_wait_time=settings.get("child_wait_time", 5 * SECOND) // SECOND,
    )
    return surround(config, instances, settings, findings, names or NameTables())


def global_defs(defaults: Settings) -> GlobalDefs:
    """``global_defs`` as far as the core acts on it."""
    get = defaults.get
    return GlobalDefs(
        router_id=get("router_id", ""),
        dynamic_interfaces=get("dynamic_interfaces") is not None,
        vmac_prefix=get("vmac_prefix", "vrrp"),
        vmac_addr_prefix=get("vmac_addr_prefix", get("vmac_prefix", "vrrp")),
        firewall=firewall(defaults),
        default_interface=get("default_interface", "eth0"),
        startup_delay=get("vrrp_startup_delay", 0),
        delay_after_boot=get("vrrp_delay_after_boot", 0),
        log_unknown_vrids=get("log_unknown_vrids", False),
        rx_buffer=get("vrrp_rx_bufs_policy", "default"),
        rx_buffer_multiplier=get("vrrp_rx_bufs_multiplier", 3),
        disable_local_igmp=get("disable_local_igmp", False),
        scheduling=_scheduling(defaults, "vrrp"),
        checker_scheduling=_scheduling(defaults, "checker"),
        umask=get("umask", 0o177),
        netlink_receive_buffer=get("vrrp_netlink_monitor_rcv_bufs", 0),
        process_receive_buffer=get("process_monitor_rcv_bufs", 0),
        status_group=get("status_group", "root"),
        programs=program_rules(defaults),
        dumps=DumpFiles(
            state=get("state_dump_file", ""),
            statistics=get("stats_dump_file", ""),
            json=get("json_dump_file", ""),
            with_instance=get("data_use_instance", False),
            json_version=get("json_version", 1),
        ),
        timed_reload=TimedReload(
            time_file=get("reload_time_file", ""),
            repeat=get("reload_repeat", False),
            marker=get("reload_file"),
            save_dir=get("config_save_dir", ""),
        ),
        process_names={
            role: name
            for role, keyword in (
                ("parent", "process_name"),
                ("vrrp", "vrrp_process_name"),
                ("health", "checker_process_name"),
            )
            if (name := get(keyword))
        },
    )


def _scheduling(defaults: Settings, process: str) -> Scheduling:
    get = defaults.get
    return Scheduling(
        rt_priority=get(f"{process}_rt_priority"),
        rlimit_rttime=get(f"{process}_rlimit_rttime"),
        nice=get(f"{process}_priority"),
        cpu_affinity=get(f"{process}_cpu_affinity", ()),
        no_swap=get(f"{process}_no_swap", False),
    )


_Bound = tuple[Settings, VrrpInstance]


def _unique(instances: list[_Bound], findings: Findings, *, changeable: bool) -> None:
    """No two instances may be the same virtual router to the network: nothing starts then.

    With ``dynamic_interfaces allow_if_changes`` keepalived lets the later one wait in FAULT instead.
    """
    seen: dict[tuple[object, ...], VrrpInstance] = {}
    for position, (block, instance) in enumerate(instances):
        for identity in _identities(instance):
            earlier = seen.setdefault(identity, instance)
            if earlier is instance:
                continue
            where = f"`virtual_router_id {instance.vrid}` on {instance.interface or instance.source}"
            message = f"{instance.name}: {where} is {earlier.name}'s already"
            at = block.scalars["virtual_router_id"].statement
            hint = "give every virtual router on a network a number of its own"
            if changeable:
                findings.error("SF4011", at, f"{message}; the instance stays in FAULT", hint=hint)
                instances[position] = (block, _faulty(instance, earlier))
            else:
                findings.stop("SF4011", at, f"{message}; nothing starts like this", hint=hint)
            break


def _identities(instance: VrrpInstance) -> Iterator[tuple[object, ...]]:
    """What a packet must not find twice. Unicast: each peer, since one shared peer is enough."""
    if not instance.unicast:
        yield instance.vrid, instance.family, instance.interface, instance.group
    for peer in instance.unicast_peers:
        yield instance.vrid, instance.family, instance.source or instance.interface, peer.address, "peer"


def _faulty(instance: VrrpInstance, earlier: VrrpInstance) -> VrrpInstance:
    return structs.replace(instance, permanent_fault=f"virtual router {instance.vrid} is {earlier.name}'s already")
