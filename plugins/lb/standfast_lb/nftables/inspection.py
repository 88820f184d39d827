"""Compares what stands in the kernel with what should: after somebody else's change, and when taking over."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from standfast.api import Pool
from standfast.net.nft.channel import Channel
from standfast.net.nft.commands import Table
from standfast.net.nft.sets import DYNAMIC, Set
from standfast.net.nft.types import Data
from standfast_lb.nftables.names import stem
from standfast_lb.nftables.normal import normal
from standfast_lb.nftables.parts import Frame, Part, Place
from standfast_lb.nftables.ruleset import Ruleset
from standfast_lb.nftables.schedule import Memory
from standfast_lb.nftables.services import Ground
from standfast_lb.nftables.ways import doors, servers_of


@dataclass(slots=True)
class Standing:
    """What is in the kernel: chains with the number of their rules, and the elements of sets and maps.

    Which time-outs rules set, the names of policies say.
    """

    chains: dict[Place, int] = field(default_factory=dict)
    policies: set[Place] = field(default_factory=set)
    sets: dict[Place, Mapping[bytes, Data | None]] = field(default_factory=dict)


def standing(channel: Channel, ruleset: Ruleset) -> Standing:
    """Read our tables. Maps that packets fill are not read."""
    own = (entry for part in ruleset.parts.values() for entry in part.sets.items())
    dynamic = {place for place, (each, _elements) in own if each.flags & DYNAMIC}
    found = Standing()
    for table in channel.tables(ruleset.nat.name):
        if table not in (ruleset.nat, ruleset.direct):
            continue
        rules = channel.rules(table)
        found.chains |= {(table, name): rules.get(name, 0) for name in channel.chains(table)}
        found.policies |= {(table, name) for name in channel.policies(table)}
        for name in channel.sets(table):
            place = table, name
            found.sets[place] = {} if place in dynamic else _elements(channel, table, name)
    return found


def _elements(channel: Channel, table: Table, name: str) -> dict[bytes, Data | None]:
    try:
        return {each.key: each.data for each in channel.elements(table, name) if not each.ends}
    except FileNotFoundError:  # gone since we asked for the names
        return {}


def differences(ruleset: Ruleset, now: Standing) -> dict[str, str]:
    """What is wrong, by pool; under the empty name what all share."""
    found = {name: words for name, part in ruleset.parts.items() if (words := _wrong(part, ruleset.frame, now))}
    if words := _frame_wrong(ruleset.frame, now) or _policies_wrong(ruleset, now):
        found = {name: found.get(name, words) for name in ruleset.parts} or {"": words}
    return found


def _frame_wrong(frame: Frame, now: Standing) -> str:
    for place, (_hook, rules) in frame.chains.items():
        if now.chains.get(place) != len(rules):
            return _chain_words(place, now)
    missing = (place for place in frame.sets if place not in now.sets)
    return next((f"map {name} of table {table} was removed" for table, name in missing), "")


def _policies_wrong(ruleset: Ruleset, now: Standing) -> str:
    wanted = {place for part in ruleset.parts.values() for place in part.timeouts}
    different = sorted(name for _table, name in wanted ^ now.policies)
    return f"time-outs are others: {', '.join(different)}" if different else ""


def _wrong(part: Part, frame: Frame, now: Standing) -> str:
    for place, rules in part.chains.items():
        if now.chains.get(place) != len(rules):
            return _chain_words(place, now)
    for place, (each, elements) in part.sets.items():
        there = now.sets.get(place)
        if there is None:
            return f"map {place[1]} of table {place[0]} was removed"
        if not each.flags & DYNAMIC and _comparable(each, elements) != there:
            return f"the elements of {place[1]} in table {place[0]} were changed"
    for place, elements in part.shared.items():
        there = now.sets.get(place, {})
        wanted = _comparable(frame.sets[place], elements)
        if any(key not in there or there[key] != data for key, data in wanted.items()):
            return f"elements of {place[1]} in table {place[0]} were taken out"
    return ""


def _comparable(each: Set, elements: Mapping[bytes, Data | None]) -> Mapping[bytes, Data | None]:
    """As a dump gives them: a range of single values has its end in an element of its own."""
    if each.interval and not each.key.parts:
        return {key[: len(key) // 2]: data for key, data in elements.items()}
    return elements


def _chain_words(place: Place, now: Standing) -> str:
    table, name = place
    if place in now.chains:
        return f"rules of chain {name} of table {table} were changed"
    return f"chain {name} of table {table} was removed"


def adopt(
    empty: Ruleset, channel: Channel, pools: Sequence[Pool], ground: Ground, devices: Iterable[str]
) -> Ruleset | None:
    """The ruleset of these pools, if it stands in the kernel just so; None if not."""
    memories = {pool.name: _remembered(channel, empty, normal(pool)) for pool in pools}
    ruleset = Ruleset(empty.nat, empty.direct, memories=memories)
    try:
        step = ruleset.step({pool.name: normal(pool) for pool in pools}, ground, tuple(devices))
    except ValueError:
        return None
    ruleset.take(step)
    return None if differences(ruleset, standing(channel, ruleset)) else ruleset


def _remembered(channel: Channel, ruleset: Ruleset, pool: Pool) -> Memory:
    """Slots and marks, read back from the maps. Nothing is remembered where a map is missing."""
    name = stem(pool.name)
    direct = pool.forwarding.method == "DR"
    table = ruleset.direct if direct else ruleset.nat
    try:
        elements = {each.key: each.data for each in channel.elements(table, f"sl_{name}")}
        backends = {each.data: each.key for each in channel.elements(table, f"be_{name}")} if direct else {}
    except FileNotFoundError:
        return Memory()
    slots = [elements[key] for key in sorted(elements, key=lambda key: int.from_bytes(key, sys.byteorder))]
    if not direct:
        return Memory(len(slots), [data for data in slots if isinstance(data, bytes)], scheduler=pool.scheduler)
    present = zip(pool.members, servers_of(pool, tuple(doors(pool))), strict=True)
    servers = {
        backends[member.address.packed]: server for member, server in present if member.address.packed in backends
    }
    seen = {server: int.from_bytes(mark, sys.byteorder) for mark, server in servers.items()}
    known = [servers[data] for data in slots if isinstance(data, bytes) and data in servers]
    return Memory(len(slots), known, seen, pool.scheduler)
