"""Where clients of a virtual server come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from standfast.config.lvs_model import Group, VirtualServer
from standfast.contract.balancing import Entrance


def entrances_of(service: VirtualServer, groups: Mapping[str, Group]) -> tuple[Entrance, ...]:
    """An address, a mark, or all that its group names."""
    if service.group:
        return tuple(_of_group(groups[service.group]))
    if service.address is None:
        return (Entrance(mark=service.mark, family=service.family),)
    return (Entrance(first=service.address, last=service.address, port=service.port),)


def _of_group(group: Group) -> Iterator[Entrance]:
    for line in group.ranges:
        yield Entrance(first=line.first, last=line.last, port=line.port)
    for mark in group.marks:
        yield Entrance(mark=mark.mark, family=mark.family)
