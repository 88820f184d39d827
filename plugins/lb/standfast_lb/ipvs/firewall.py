"""`nftables_ipvs`: a group's addresses get a mark from nf_tables, so that IPVS needs one service for all of them.

One table, made anew in one transaction whenever the marks change; what stands in it is ours alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from standfast.api import LvsGlobals, Pool
from standfast.net.nft import terms
from standfast.net.nft.channel import Channel
from standfast.net.nft.commands import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    Command,
    DeleteTable,
    Hook,
    Table,
)
from standfast.net.nft.sets import INTERVAL, Set
from standfast.net.nft.statements import MatchAny, SetMark
from standfast.net.nft.types import IPV4, IPV6, MARK, PROTOCOL, SERVICE, concatenation, number32
from standfast_lb.ipvs.entries import PROTOCOLS

_KEYS = {
    4: (Set("ip", concatenation(PROTOCOL, IPV4, SERVICE), MARK, flags=INTERVAL), terms.IP_DESTINATION),
    6: (Set("ip6", concatenation(PROTOCOL, IPV6, SERVICE), MARK, flags=INTERVAL), terms.IP6_DESTINATION),
}
_PORTED = MatchAny(terms.META_L4PROTO, tuple(bytes((number,)) for number in PROTOCOLS.values()))


def wants_mark(pool: Pool, settings: LvsGlobals) -> bool:
    """A group of addresses; one with marks of its own stays as it is."""
    return bool(settings.nftables_table and pool.group) and all(entrance.first for entrance in pool.entrances)


def marks_of(pools: Sequence[Pool], settings: LvsGlobals, before: Mapping[str, int]) -> dict[str, int]:
    """A mark for each pool that wants one: that which it had, else the next free one, in the pools' order."""
    wanting = [pool.name for pool in pools if wants_mark(pool, settings)]
    marks = {name: before[name] for name in wanting if name in before}
    taken = set(marks.values()) | {entrance.mark for pool in pools for entrance in pool.entrances}
    following = settings.nftables_start_mark
    for name in wanting:
        if name in marks:
            continue
        while following in taken:
            following += 1
        marks[name] = following
        taken.add(following)
    return {name: marks[name] for name in wanting}


def ruleset(pools: Iterable[Pool], marks: Mapping[str, int], settings: LvsGlobals) -> list[Command]:
    """The transaction that puts exactly these marks into force."""
    table = Table("inet", settings.nftables_table)
    commands: list[Command] = [*remove(settings)]
    elements: dict[int, dict[bytes, bytes]] = {4: {}, 6: {}}
    for pool in pools:
        if pool.name in marks:
            for first, last in _ranges(pool):
                elements[pool.family][first + last] = number32(marks[pool.name])
    if not any(elements.values()):
        return commands
    commands.append(AddTable(table))
    commands.append(AddChain(table, "prerouting", Hook("filter", "prerouting", settings.nftables_priority)))
    for family, (container, destination) in _KEYS.items():
        if not elements[family]:
            continue
        key = terms.joined(terms.META_L4PROTO, destination, terms.DESTINATION_PORT)
        commands += [
            AddSet(table, container),
            AddElements(table, container, elements[family]),
            AddRule(table, "prerouting", (_PORTED, SetMark(terms.Looked(key, container.name, MARK)))),
        ]
    return commands


def remove(settings: LvsGlobals) -> list[Command]:
    """Away with the table, whether it is there or not."""
    table = Table("inet", settings.nftables_table)
    return [AddTable(table), DeleteTable(table)]


def commit(commands: Sequence[Command]) -> None:
    """One transaction. Raises :class:`OSError`."""
    channel = Channel()
    try:
        channel.commit(commands)
    finally:
        channel.close()


def _ranges(pool: Pool) -> Iterable[tuple[bytes, bytes]]:
    """First and last key of each entrance, fields padded to four bytes."""
    protocol = bytes((PROTOCOLS.get(pool.protocol, 0), 0, 0, 0))
    for entrance in pool.entrances:
        if entrance.first is None:
            continue
        last = entrance.last or entrance.first
        low, high = (entrance.port, entrance.last_port or entrance.port) if entrance.port else (0, 65_535)
        yield (
            protocol + entrance.first.packed + low.to_bytes(2, "big") + b"\0\0",
            protocol + last.packed + high.to_bytes(2, "big") + b"\0\0",
        )
