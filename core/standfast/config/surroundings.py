"""Everything around the instances: what they track, the groups they are in, what is told about them."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from standfast.config.bfd import drop_doubles
from standfast.config.findings import Findings
from standfast.config.model import Config, VrrpInstance
from standfast.config.notifications import INHERITED, WORDS, check_users, notifications
from standfast.config.settings import Settings
from standfast.config.sync_groups import Members, sync_groups, track_groups
from standfast.config.tracking import TRACKERS, look_up
from standfast.config.tracking_model import SyncGroup
from standfast.config.weights import of_instance

OWN = WORDS | TRACKERS
"""Keywords of an instance that are read here."""

Bound = tuple[Settings, VrrpInstance]


def surround(config: Config, bound: list[Bound], settings: Settings, findings: Findings) -> Config:
    """The configuration with all that; ``bound`` are its instances with their blocks."""
    defaults = settings.block("global_defs")
    tracking = look_up(settings, defaults, findings)
    members = Members(settings, {instance.name: instance for _, instance in bound}, findings)
    group_of: dict[str, SyncGroup] = {}
    groups = []
    for group, names in sync_groups(settings, defaults, members, tracking):
        groups.append(group)
        group_of.update(dict.fromkeys(names, group))
    check_users(settings, defaults, findings)
    inherits = not INHERITED.isdisjoint(defaults.scalars)
    instances: list[VrrpInstance] = []
    for block, instance in bound:
        if not inherits and OWN.isdisjoint(block.seen):
            instances.append(instance)
            continue
        trackers = of_instance(tracking.of(block), instance, group_of.get(instance.name), findings)
        own: dict[str, Any] = {"trackers": trackers, "notify": notifications(block, defaults)}
        instances.append(structs.replace(instance, **own))
    return structs.replace(
        config,
        instances=tuple(instances),
        scripts=tracking.records("script"),
        files=tracking.records("file"),
        processes=tracking.records("process"),
        bfd_sessions=drop_doubles(tracking.records("bfd"), settings, findings),
        sync_groups=tuple(groups),
        track_groups=track_groups(settings, members),
    )
