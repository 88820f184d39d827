"""From the configuration to pools, and from the difference of pools to changes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from standfast.config.entrances import entrances_of
from standfast.config.lvs_model import Balancing
from standfast.contract.balancing import Pool, PoolChange
from standfast.health.service import Service
from standfast.health.telling import labels, unique_names


def plan(old: Mapping[str, Pool], new: Mapping[str, Pool]) -> tuple[PoolChange, ...]:
    """What leads from ``old`` to ``new``: what goes first, then what differs, then what is new. Equal: nothing."""
    gone = [PoolChange(old=pool, new=None) for name, pool in old.items() if name not in new]
    differs = [PoolChange(old=old[name], new=pool) for name, pool in new.items() if name in old and old[name] != pool]
    fresh = [PoolChange(old=None, new=pool) for name, pool in new.items() if name not in old]
    return (*gone, *differs, *fresh)


def services_of(balancing: Balancing, now: int, known: Mapping[str, Service] | None = None) -> dict[str, Service]:
    """Every service as it is before any check, by its key. None of them has begun.

    ``known``: those that there are; one about which nothing has changed stays as it is.
    """
    configs = balancing.virtual_servers
    groups = {group.name: group for group in balancing.groups}
    first_up = balancing.globals.rs_init_notifies
    found = {}
    for name, label, config in zip(unique_names(configs), labels(configs), configs, strict=True):
        entrances, there = tuple(entrances_of(config, groups)), (known or {}).get(name)
        if there is not None and there.is_of(label, config, entrances, first_up=first_up):
            found[name] = there
        else:
            found[name] = Service.first(name, label, config, entrances, now, first_up=first_up)
    return found


def pools_of(services: Sequence[Service]) -> dict[str, Pool]:
    """What the data plane is to have."""
    return {service.name: service.pool() for service in services}
