"""Everything around the instances: what they track, the groups they are in, what is told about them."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from standfast.config import vmac
from standfast.config.bfd import drop_doubles
from standfast.config.findings import Findings
from standfast.config.interface_rules import announcement_groups, once_each
from standfast.config.iproute_names import NameTables
from standfast.config.model import Config, VrrpInstance
from standfast.config.notifications import INHERITED, WORDS, check_users, notifications
from standfast.config.routing import Routing
from standfast.config.settings import Settings
from standfast.config.statics import static_objects
from standfast.config.sync_groups import Members, sync_groups, track_groups
from standfast.config.tracking import AWAITS, EVIDENCE, TRACKERS, look_up
from standfast.config.tracking_model import SyncGroup
from standfast.config.weights import of_instance

OWN = WORDS | TRACKERS | vmac.WORDS | {EVIDENCE, AWAITS, "virtual_routes", "virtual_rules", "auth_hmac"}
"""Keywords of an instance that are read here."""

Bound = tuple[Settings, VrrpInstance]


def surround(config: Config, bound: list[Bound], settings: Settings, findings: Findings, names: NameTables) -> Config:
    """The configuration with all that; ``bound`` are its instances with their blocks."""
    defaults = settings.block("global_defs")
    names.vendor = defaults.get("iproute_usr_dir", names.vendor)
    names.local = defaults.get("iproute_etc_dir", names.local)
    routing = Routing(names, findings)
    static = static_objects(settings, defaults, routing, findings)
    tracking = look_up(settings, defaults, findings)
    members = Members(settings, {instance.name: instance for _, instance in bound}, findings)
    group_of: dict[str, SyncGroup] = {}
    groups = tuple(sync_groups(settings, defaults, members, tracking))
    for group in groups:
        group_of.update(dict.fromkeys(group.members, group))
    check_users(settings, defaults, findings)
    inherits = not INHERITED.isdisjoint(defaults.scalars)
    instances: list[VrrpInstance] = []
    for block, instance in bound:
        if not inherits and OWN.isdisjoint(block.seen):
            instances.append(instance)
            continue
        trackers = of_instance(tracking.of(block), instance, group_of.get(instance.name), findings)
        own: dict[str, Any] = {"trackers": trackers, "notify": notifications(block, defaults)}
        own["evidence"] = tracking.evidence.get(id(block), ())
        own["vmac"], own["ipvlan"] = vmac.made_interfaces(block, defaults, instance, findings, names)
        own["routes"] = routing.routes(block.all("virtual_routes"))
        own["rules"] = routing.rules(block.all("virtual_rules"))
        instances.append(structs.replace(instance, **own))
    return structs.replace(
        config,
        instances=tuple(instances),
        scripts=tracking.records("script"),
        files=tracking.records("file"),
        processes=tracking.records("process"),
        checks=tracking.records("check"),
        bfd_sessions=drop_doubles(tracking.records("bfd"), settings, findings),
        sync_groups=groups,
        track_groups=track_groups(settings, members),
        static_addresses=static.addresses,
        static_routes=static.routes,
        static_rules=static.rules,
        announcement_groups=tuple(announcement_groups(settings, findings)),
        polled_interfaces=tuple(once_each(settings.all("linkbeat_interfaces"), findings)),
        poll_all_interfaces=settings.get("linkbeat_use_polling", False),
        interface_delays=tuple(once_each(settings.all("interface_up_down_delays"), findings)),
    )
